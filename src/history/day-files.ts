// The two files of a day: its prints and the days of its contracts, made in one pass over the day in contract order.
import { INTEGER, USMALLINT, VARCHAR, DuckDBDataChunk, BIGINT } from '@duckdb/node-api';
import type { ContractTable } from '../domain/contract-table.ts';
import type { ContractOrderedDay } from '../domain/day-rows.ts';
import { DaySummaryFold, type DaySummaries } from '../domain/day-summary.ts';
import { RUNGS } from '../domain/ladder.ts';
import { LADDER } from '../domain/parent.ts';
import { allocateColumns } from '../domain/trade.ts';
import { CHUNK_ROWS, type Duck, itemsOf, openDuck } from './duck.ts';
import { type RowSource, writeParquet } from './parquet.ts';

/** Names of the columns that count parent orders, one a rung: orders_1, orders_5 … */
export const ORDER_COLUMNS = LADDER.map((size) => `orders_${size}`);

/** Key of the orders by clock and five minutes, in the metadata of the summaries: a JSON array. */
export const ORDER_PROFILE = 'orders_profile';

/** What DuckDB may hold while it writes, MB: its buffers; the rows stay with us. */
const MEMORY_MB_MAX = 512;

/** Small enough that a question for one underlying reads one or two groups. */
const PRINT_GROUP_ROWS = 122_880;
/** Smaller, because a year of a contract reads one group of every day: a third of the time for 5 % more bytes. */
const SUMMARY_GROUP_ROWS = 20_480;

/** What the rows of a day's file are, and so how much they know. */
export type DayDetail = 'trades' | 'minute aggregates' | 'day aggregates';

/** Where the files of a day go; prints is null for aggregates, which have none. */
export interface DayPaths {
  readonly prints: string | null;
  readonly summaries: string;
}

/** What was written. */
export interface WrittenDay {
  readonly printBytes: number;
  readonly summaryBytes: number;
  readonly summaries: DaySummaries;
}

/**
 * Writes the files of a day, each whole or not at all; the prints first, so that a day with summaries has its prints.
 * Holds 12 bytes a contract and rung beside the day itself, and what DuckDB is allowed.
 * @param cancelled contracts with a print that takes an earlier one back
 */
export async function writeDay(
  day: ContractOrderedDay,
  table: ContractTable,
  cancelled: ReadonlySet<number>,
  detail: DayDetail,
  paths: DayPaths,
  onProgress: (done: number) => void = () => {},
): Promise<WrittenDay> {
  using duck = await openDuck({ threads: 2, memoryMbMax: MEMORY_MB_MAX, spillDir: null });
  await nameContracts(duck, day, table);
  const fold = new DaySummaryFold(day, table, cancelled);
  const rows = printRows(day, fold, onProgress);
  let printBytes = 0;
  if (paths.prints === null) foldAlone(day, fold, onProgress);
  else printBytes = await writeParquet(duck, paths.prints, rows, selectPrints(day.session.midnightMs));
  const summaryBytes = await writeParquet(
    duck,
    paths.summaries,
    summaryRows(fold.summaries),
    selectSummaries(detail),
    // Of aggregates nobody knows when orders came.
    detail === 'trades' ? { [ORDER_PROFILE]: JSON.stringify(Array.from(fold.summaries.profile)) } : {},
  );
  return { printBytes, summaryBytes, summaries: fold.summaries };
}

/** The names of the day's contracts as a table of DuckDB, numbered in their order. */
async function nameContracts(
  { connection }: Duck,
  day: ContractOrderedDay,
  table: ContractTable,
): Promise<void> {
  // The rows lead and the names are looked up, so that the rows keep their order.
  await connection.run("set disabled_optimizers = 'join_order, build_side_probe_side'");
  await connection.run('create table contract (n int, underlying varchar, osi varchar)');
  const appender = await connection.createAppender('contract');
  for (let from = 0; from < day.contracts.length; from += CHUNK_ROWS) {
    const contracts = day.contracts.subarray(from, from + CHUNK_ROWS);
    const chunk = DuckDBDataChunk.create([INTEGER, VARCHAR, VARCHAR], contracts.length);
    chunk.setColumns([
      Array.from(contracts, (_contract, at) => from + at),
      Array.from(contracts, (contract) => table.underlyingName(table.underlyingOf(contract))),
      Array.from(contracts, (contract) => table.ticker(contract)),
    ]);
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}

const PRINT_COLUMNS = [
  ['n', INTEGER],
  ['at_ms', INTEGER],
  ['nanos', INTEGER],
  ['price_e4', INTEGER],
  ['size', INTEGER],
  ['condition', USMALLINT],
  ['exchange', USMALLINT],
] as const;

/** Nanoseconds since 1970 need 61 bits, which no number of JavaScript holds; DuckDB puts them together. */
function selectPrints(midnightMs: number): string {
  return `
    select underlying, osi, (${midnightMs} + at_ms)::bigint * 1000000 + nanos as sip_ns,
      price_e4, size, condition, exchange
    from {rows} join contract using (n)`;
}

function printRows(
  day: ContractOrderedDay,
  fold: DaySummaryFold,
  onProgress: (done: number) => void,
): RowSource {
  const scratch = allocateColumns(CHUNK_ROWS);
  let run = 0;
  return {
    rows: day.length,
    groupRows: PRINT_GROUP_ROWS,
    columns: PRINT_COLUMNS,
    // HOT PATH: once a print. The day is gathered straight into DuckDB's memory, and folded on the way.
    fill(chunk, from, count) {
      const numbers = itemsOf(chunk, 0, Int32Array);
      const columns = {
        contract: scratch.contract,
        atMs: itemsOf(chunk, 1, Int32Array),
        priceE4: itemsOf(chunk, 3, Int32Array),
        size: itemsOf(chunk, 4, Int32Array),
        condition: itemsOf(chunk, 5, Uint16Array),
        exchange: itemsOf(chunk, 6, Uint16Array),
      };
      day.gather(from, count, columns, itemsOf(chunk, 2, Int32Array));
      for (let i = 0; i < count; i++) {
        while (from + i >= day.starts[run + 1]!) run++;
        numbers[i] = run;
      }
      fold.add(from, count, columns);
      onProgress(from + count);
    },
  };
}

/** Folds a day whose rows are not written. */
function foldAlone(day: ContractOrderedDay, fold: DaySummaryFold, onProgress: (done: number) => void): void {
  const rows = allocateColumns(CHUNK_ROWS);
  for (let from = 0; from < day.length; from += CHUNK_ROWS) {
    const count = Math.min(CHUNK_ROWS, day.length - from);
    day.gather(from, count, rows, null);
    fold.add(from, count, rows);
    onProgress(from + count);
  }
}

const PRICES = ['open_e4', 'high_e4', 'low_e4', 'close_e4'];

/** What aggregates do not know is null: prints and orders, and of whole days all but volume and close. */
function selectSummaries(detail: DayDetail): string {
  const known = (column: string, isKnown: boolean, value = column): string =>
    isKnown ? `${value} as ${column}` : `null::int as ${column}`;
  const columns = [
    known('prints', detail === 'trades'),
    'volume',
    detail === 'day aggregates' ? 'null::bigint as premium_cents' : 'premium_cents',
    ...PRICES.map((price) =>
      known(price, price === 'close_e4' || detail !== 'day aggregates', `nullif(${price}, 0)`),
    ),
    ...ORDER_COLUMNS.map((column) => known(column, detail === 'trades')),
  ];
  return `select underlying, osi, ${columns.join(', ')} from {rows} join contract using (n)`;
}

function summaryRows(summaries: DaySummaries): RowSource {
  const { prints, openE4, highE4, lowE4, closeE4 } = summaries;
  const integers: Int32Array[] = [prints, openE4, highE4, lowE4, closeE4];
  const names = ['prints', ...PRICES];
  return {
    rows: summaries.contracts.length,
    groupRows: SUMMARY_GROUP_ROWS,
    columns: [
      ['n', INTEGER],
      ...names.map((name) => [name, INTEGER] as const),
      ...ORDER_COLUMNS.map((name) => [name, INTEGER] as const),
      ['volume', BIGINT],
      ['premium_cents', BIGINT],
    ],
    fill(chunk, from, count) {
      const numbers = itemsOf(chunk, 0, Int32Array);
      for (let i = 0; i < count; i++) numbers[i] = from + i;
      integers.forEach((column, at) => {
        itemsOf(chunk, at + 1, Int32Array).set(column.subarray(from, from + count));
      });
      const rungsAt = 1 + integers.length;
      for (let rung = 0; rung < RUNGS; rung++) {
        const items = itemsOf(chunk, rungsAt + rung, Int32Array);
        for (let i = 0; i < count; i++) items[i] = summaries.orders[(from + i) * RUNGS + rung]!;
      }
      const volume = itemsOf(chunk, rungsAt + RUNGS, BigInt64Array);
      const premium = itemsOf(chunk, rungsAt + RUNGS + 1, BigInt64Array);
      for (let i = 0; i < count; i++) {
        volume[i] = BigInt(summaries.volume[from + i]!);
        premium[i] = BigInt(summaries.premiumCents[from + i]!);
      }
    },
  };
}
