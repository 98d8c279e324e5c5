// Questions to deep history, answered by DuckDB's own threads from the files of the days.
import { existsSync } from 'node:fs';
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import { pageOf, type TimeCursor } from '../domain/answers.ts';
import { APART_IDS, CANCEL_IDS } from '../domain/conditions.ts';
import { parseTicker } from '../domain/contract.ts';
import type { HistoricalDay, HistoricalPrint, HistoryQueries } from '../domain/history-answers.ts';
import { BUCKET_MS, sessionOn } from '../domain/session.ts';
import { ORDER_COLUMNS } from './day-files.ts';
import { type Duck, type DuckLimits, literal, openDuck, rowsOf } from './duck.ts';

/** Where the files of a day are now. */
export interface DayPlace {
  readonly sessionDate: string;
  /** Path of the prints; null for a day made of aggregates. */
  readonly prints: string | null;
  readonly summaries: string;
}

/** Says where days are: the store's pointers, handed in. */
export interface DayPlaces {
  find(sessionDate: string): Promise<DayPlace | null>;
  list(from: string, to: string): Promise<readonly DayPlace[]>;
}

/** Days of a contract that are looked at in one question. */
const DAYS_MAX = 400;
/** Questions answered at once; more wait. */
const CONNECTIONS = 2;
const LIMITS: DuckLimits = { threads: 2, memoryMbMax: 512, spillDir: null };

/** 1 for prints that count, -1 for cancels, 0 for prints that may not reach detectors: as in the sums of the store. */
const SIGN = `case when condition in (${CANCEL_IDS.join(', ')}) then -1
  when condition in (${APART_IDS.join(', ')}) then 0 else 1 end`;
/** Cents: a price of 1/10,000 dollar times a size times 100 shares, divided by 100. */
const PREMIUM = `${SIGN} * price_e4::bigint * size`;

/** Open questions to deep history. */
export interface OpenHistory extends HistoryQueries, Disposable {}

/**
 * Opens deep history for questions. A file is opened for each: one that is replaced meanwhile stays readable.
 * @param onMissing told of a file that is gone, once; its day is answered as one that is not held
 */
export async function openHistory(
  places: DayPlaces,
  onMissing: (path: string) => void,
  limits: DuckLimits = LIMITS,
): Promise<OpenHistory> {
  const duck = await openDuck(limits);
  await duck.connection.run('set parquet_metadata_cache = true');
  const askFiles = withoutMissing(await createAsker(duck), onMissing);
  /** Asks of the prints of a day; null when there are none. */
  const askPrints = async <Row>(
    sessionDate: string,
    sqlOf: (file: string) => string,
    parameters: Named,
  ): Promise<Row[] | null> => {
    const path = (await places.find(sessionDate))?.prints ?? null;
    return path === null ? null : askFiles<Row>([path], sqlOf, parameters);
  };
  return {
    async underlyingPrints(underlying, sessionDate, after, limit) {
      const parameters = { underlying, ...placeOf(after), limit: limit + 1 };
      const rows = await askPrints<PrintRow>(sessionDate, selectPrints, parameters);
      return rows === null ? null : pageOf(rows, limit, printOf, placeIn);
    },
    underlyingFlow: async (underlying, sessionDate) =>
      askPrints(sessionDate, (files) => flowOf(files, sessionDate), { underlying }),
    async largestContracts(sessionDate, fromMs, limit) {
      const [from, to] = [fromMs, fromMs + BUCKET_MS].map((ms) => BigInt(ms) * 1_000_000n);
      return askPrints(sessionDate, largestOf, { from: from!, to: to!, limit });
    },
    async contractDays(osi, from, to) {
      const contract = parseTicker(osi);
      if ('fault' in contract) return [];
      const paths = (await places.list(from, to)).slice(-DAYS_MAX).map(({ summaries }) => summaries);
      const { underlying } = contract;
      return ((await askFiles<DayRow>(paths, daysOf, { underlying, osi })) ?? []).map(dayOf);
    },
    [Symbol.dispose]: () => duck[Symbol.dispose](),
  };
}

type Named = Record<string, DuckDBValue>;
type Ask = <Row>(sql: string, parameters: Named) => Promise<Row[]>;
/** Asks of files, which `sqlOf` gets as SQL; null when none of them is there. */
type AskFiles = <Row>(
  paths: readonly string[],
  sqlOf: (files: string) => string,
  parameters: Named,
) => Promise<Row[] | null>;

/** Leaves out files that are gone, which shows when a question fails: nobody looks for files before. */
function withoutMissing(ask: Ask, onMissing: (path: string) => void): AskFiles {
  const told = new Set<string>();
  const askThese: AskFiles = async (paths, sqlOf, parameters) =>
    paths.length === 0 ? null : ask(sqlOf(`[${paths.map(literal).join(', ')}]`), parameters);
  return async (paths, sqlOf, parameters) => {
    try {
      return await askThese(paths, sqlOf, parameters);
    } catch (error) {
      const missing = new Set(paths.filter((path) => !existsSync(path)));
      if (missing.size === 0) throw error;
      for (const path of missing.difference(told)) {
        told.add(path);
        onMissing(path);
      }
      const held = paths.filter((path) => !missing.has(path));
      return askThese(held, sqlOf, parameters);
    }
  };
}

/** Gives each question a connection of its own while it runs: on one connection they would wait for each other. */
async function createAsker(duck: Duck): Promise<Ask> {
  const free: DuckDBConnection[] = [];
  for (let n = 0; n < CONNECTIONS; n++) free.push(await duck.connect());
  const waiting: Array<(connection: DuckDBConnection) => void> = [];
  return async (sql, parameters) => {
    const connection =
      free.pop() ?? (await new Promise<DuckDBConnection>((resolve) => waiting.push(resolve)));
    try {
      return await rowsOf(connection, sql, parameters);
    } finally {
      const next = waiting.shift();
      if (next === undefined) free.push(connection);
      else next(connection);
    }
  };
}

interface PrintRow extends HistoricalPrint {
  readonly row: number;
}

/** A place in a file, behind which prints are asked for: nanoseconds and row. */
function placeOf(after: TimeCursor | null): { readonly ns: bigint; readonly row: number } {
  if (after === null) return { ns: 0n, row: -1 };
  const [nanos = 0, row = 0] = after.key.split('.').map(Number);
  return { ns: BigInt(after.atMs) * 1_000_000n + BigInt(nanos), row };
}

function placeIn({ atMs, nanos, row }: PrintRow): TimeCursor {
  return { atMs, key: `${nanos}.${row}` };
}

function printOf({ row: _row, ...print }: PrintRow): HistoricalPrint {
  return print;
}

function selectPrints(files: string): string {
  return `
    select osi, sip_ns // 1000000 as "atMs", (sip_ns % 1000000)::int as nanos, price_e4 as "priceE4", size,
      condition, exchange, 0 as sequence, file_row_number as row
    from read_parquet(${files}, file_row_number = true)
    where underlying = $underlying and (sip_ns > $ns or (sip_ns = $ns and file_row_number > $row))
    order by sip_ns, file_row_number limit $limit`;
}

function flowOf(files: string, sessionDate: string): string {
  const session = sessionOn(sessionDate);
  const midnightMs = 'fault' in session ? 0 : session.midnightMs;
  // Buckets count from midnight in New York, and lie before it the evening before.
  const bucket = `floor((sip_ns // 1000000 - ${midnightMs}) / ${BUCKET_MS})::bigint`;
  return `
    select ${midnightMs} + ${bucket} * ${BUCKET_MS} as "startMs", sum(${SIGN})::bigint as prints,
      sum(${SIGN} * size)::bigint as volume,
      coalesce(sum(${PREMIUM}) filter (osi[-9] = 'C'), 0)::bigint as "callCents",
      coalesce(sum(${PREMIUM}) filter (osi[-9] = 'P'), 0)::bigint as "putCents"
    from read_parquet(${files})
    where underlying = $underlying group by all order by 1`;
}

function largestOf(files: string): string {
  return `
    select osi, sum(${SIGN})::bigint as prints, sum(${SIGN} * size)::bigint as volume,
      sum(${PREMIUM})::bigint as "premiumCents"
    from read_parquet(${files})
    where sip_ns >= $from and sip_ns < $to
    group by osi order by "premiumCents" desc, osi limit $limit`;
}

type DayRow = Omit<HistoricalDay, 'orders'> & Readonly<Record<string, number | null>>;

function daysOf(files: string): string {
  return `
    select parse_filename(filename)[1:10] as "sessionDate", prints, volume, premium_cents as "premiumCents",
      open_e4 as "openE4", high_e4 as "highE4", low_e4 as "lowE4", close_e4 as "closeE4",
      ${ORDER_COLUMNS.join(', ')}
    from read_parquet(${files}, filename = true)
    where underlying = $underlying and osi = $osi order by 1`;
}

function dayOf(row: DayRow): HistoricalDay {
  const orders = ORDER_COLUMNS.map((column) => row[column] ?? null);
  return {
    sessionDate: row.sessionDate,
    prints: row.prints,
    volume: row.volume,
    premiumCents: row.premiumCents,
    openE4: row.openE4,
    highE4: row.highE4,
    lowE4: row.lowE4,
    closeE4: row.closeE4,
    orders: orders[0] === null ? null : orders.map((count) => count ?? 0),
  };
}
