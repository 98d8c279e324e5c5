// The same jobs in DuckDB, on one thread: the rolling windows as SQL over the csv.gz, or read_csv alone.
import { readFile } from 'node:fs/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import {
  DEFAULT_THRESHOLD,
  THRESHOLD_REARM_MS,
  THRESHOLD_WINDOW_MS,
} from '../src/domain/detectors/threshold.ts';
import { BUCKET_MS, requireSession } from '../src/domain/session.ts';

const [job = '', date = '', path = '', historyPath = '', lateRoots = ''] = process.argv.slice(2);

const COLUMNS =
  "{'ticker': 'varchar', 'conditions': 'smallint', 'correction': 'smallint', 'exchange': 'smallint', " +
  "'price': 'decimal(10, 4)', 'sip_timestamp': 'bigint', 'size': 'integer'}";

/** A flat file as a table; told all of its layout, DuckDB need not look for it. */
function rowsOf(file: string): string {
  return `read_csv('${file}', columns = ${COLUMNS}, header = true, auto_detect = false, delim = ',', quote = '"')`;
}

function rollingStatements(sql: string): string[] {
  const { midnightMs, openMs, closeMs } = requireSession(date);
  const { factor, floor } = DEFAULT_THRESHOLD;
  const values: Readonly<Record<string, string | number>> = {
    lateRoots,
    rows: rowsOf(path),
    historyRows: rowsOf(historyPath),
    cancels: '(201, 203, 205, 207)',
    apart: '(247, 248)',
    lastDay: date.slice(2).replaceAll('-', ''),
    midnightMs,
    openMs,
    closeMs,
    bucketMs: BUCKET_MS,
    factor: factor.toString(),
    floor,
    windowMs: THRESHOLD_WINDOW_MS,
    rearmMs: THRESHOLD_REARM_MS,
  };
  const filled = sql
    .replaceAll(/--.*/g, '')
    .replaceAll(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
  return filled.split(';').filter((statement) => statement.trim() !== '');
}

const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
const connection = await instance.connect();
if (job === 'read') {
  const sums =
    'count(*), max(ticker), max(conditions), max(exchange), sum(price), sum(sip_timestamp), sum(size)';
  await connection.run(`select ${sums} from ${rowsOf(path)}`);
} else if (job === 'table') {
  await connection.run(`create temp table day as select * from ${rowsOf(path)}`);
  await connection.run(`create temp table tape as
    with contract as (
      select ticker, row_number() over () as contract from (select distinct ticker from day))
    select contract, conditions, exchange, price, sip_timestamp, size from day join contract using (ticker)`);
} else {
  const statements = rollingStatements(await readFile(new URL('rolling.sql', import.meta.url), 'utf8'));
  for (const statement of statements.slice(0, -1)) await connection.run(statement);
  const rows = (await connection.runAndReadAll(statements.at(-1)!)).getRows();
  process.stdout.write(rows.map((row) => `${row.map(String).join(' ')}\n`).join(''));
}
connection.closeSync();
