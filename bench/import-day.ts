// What `spyhop import` does with a file before Postgres: read, order, both Parquet files, in a process of its own.
import { join } from 'node:path';
import { ContractTable } from '../src/domain/contract-table.ts';
import { openFlatFile } from '../src/feeds/flat-file/open.ts';
import { readWholeDay } from '../src/feeds/flat-file/read.ts';
import { writeDay } from '../src/history/day-files.ts';

const [path = '', dir = ''] = process.argv.slice(2);

const table = new ContractTable();
const { day } = await readWholeDay(await openFlatFile(path), table);
const paths = { prints: join(dir, 'prints.parquet'), summaries: join(dir, 'summaries.parquet') };
const written = await writeDay(day.byContract(), table, day.cancelledContracts, 'trades', paths);
const { printBytes, summaryBytes, summaries } = written;
const contracts = summaries.contracts.length;
process.stdout.write(JSON.stringify({ prints: day.length, contracts, printBytes, summaryBytes }));
