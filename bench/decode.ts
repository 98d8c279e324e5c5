// Reading alone: a csv.gz into a day's columns with its contracts interned, as `spyhop replay` begins; prints the rows.
import { ContractTable } from '../src/domain/contract-table.ts';
import { openFlatFile } from '../src/feeds/flat-file/open.ts';
import { readTape } from '../src/feeds/flat-file/read.ts';

const { tape } = await readTape(await openFlatFile(process.argv[2] ?? ''), new ContractTable());
process.stdout.write(`${tape.length}\n`);
