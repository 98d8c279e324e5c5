// Questions to deep history, answered by DuckDB's own threads from the files of the days.
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import type { TimeCursor } from '../domain/answers.ts';
import { CONDITIONS, conditionUse, USE } from '../domain/conditions.ts';
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

const idsWith = (holds: (use: number) => boolean): string =>
  CONDITIONS.filter(({ id }) => holds(conditionUse(id)))
    .map(({ id }) => id)
    .join(', ');

/** 1 for prints that count, -1 for cancels, 0 for prints that may not reach detectors: as in the sums of the store. */
const SIGN = `case when condition in (${idsWith((use) => (use & USE.cancel) !== 0)}) then -1
  when condition in (${idsWith((use) => (use & (USE.cancel | USE.detection)) === 0)}) then 0 else 1 end`;
/** Cents: a price of 1/10,000 dollar times a size times 100 shares, divided by 100. */
const PREMIUM = `${SIGN} * price_e4::bigint * size`;

/** Open questions to deep history. */
export interface OpenHistory extends HistoryQueries, Disposable {}

/** Opens deep history for questions. A file is opened for each: one that is replaced meanwhile stays readable. */
export async function openHistory(places: DayPlaces, limits: DuckLimits = LIMITS): Promise<OpenHistory> {
  const duck = await openDuck(limits);
  await duck.connection.run('set parquet_metadata_cache = true');
  const ask = await createAsker(duck);
  return {
    async underlyingPrints(underlying, sessionDate, after, limit) {
      const path = await printsOf(places, sessionDate);
      return path === null ? null : printsPage(ask, path, underlying, after, limit);
    },
    async underlyingFlow(underlying, sessionDate) {
      const path = await printsOf(places, sessionDate);
      return path === null ? null : ask(flowOf(path, sessionDate), { underlying });
    },
    async largestContracts(sessionDate, fromMs, limit) {
      const path = await printsOf(places, sessionDate);
      if (path === null) return null;
      const [from, to] = [fromMs, fromMs + BUCKET_MS].map((ms) => BigInt(ms) * 1_000_000n);
      return ask(largestOf(path), { from: from!, to: to!, limit });
    },
    async contractDays(osi, from, to) {
      const contract = parseTicker(osi);
      if ('fault' in contract) return [];
      const days = (await places.list(from, to)).slice(-DAYS_MAX);
      if (days.length === 0) return [];
      return (await ask<DayRow>(daysOf(days), { underlying: contract.underlying, osi })).map(dayOf);
    },
    [Symbol.dispose]: () => duck[Symbol.dispose](),
  };
}

/** The prints of a day; null when there are none. */
async function printsOf(places: DayPlaces, sessionDate: string): Promise<string | null> {
  return (await places.find(sessionDate))?.prints ?? null;
}

type Ask = <Row>(sql: string, parameters: Record<string, DuckDBValue>) => Promise<Row[]>;

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

async function printsPage(
  ask: Ask,
  path: string,
  underlying: string,
  after: TimeCursor | null,
  limit: number,
): ReturnType<HistoryQueries['underlyingPrints']> {
  const [nanos = 0, row = 0] = (after?.key ?? '').split('.').map(Number);
  const afterNs = BigInt(after?.atMs ?? 0) * 1_000_000n + BigInt(nanos);
  const rows = await ask<PrintRow>(
    `select osi, sip_ns // 1000000 as "atMs", (sip_ns % 1000000)::int as nanos, price_e4 as "priceE4", size,
       condition, exchange, 0 as sequence, file_row_number as row
     from read_parquet(${literal(path)}, file_row_number = true)
     where underlying = $underlying and (sip_ns > $ns or (sip_ns = $ns and file_row_number > $row))
     order by sip_ns, file_row_number limit $limit`,
    { underlying, ns: afterNs, row: after === null ? -1 : row, limit: limit + 1 },
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const more = rows.length > limit && last !== undefined;
  return {
    items: page.map(({ row: _row, ...print }) => print),
    next: more ? { atMs: last.atMs, key: `${last.nanos}.${last.row}` } : null,
  };
}

function flowOf(path: string, sessionDate: string): string {
  const session = sessionOn(sessionDate);
  const midnightMs = 'fault' in session ? 0 : session.midnightMs;
  // Buckets count from midnight in New York, and lie before it the evening before.
  const bucket = `floor((sip_ns // 1000000 - ${midnightMs}) / ${BUCKET_MS})::bigint`;
  return `
    select ${midnightMs} + ${bucket} * ${BUCKET_MS} as "startMs", sum(${SIGN})::bigint as prints,
      sum(${SIGN} * size)::bigint as volume,
      coalesce(sum(${PREMIUM}) filter (osi[-9] = 'C'), 0)::bigint as "callCents",
      coalesce(sum(${PREMIUM}) filter (osi[-9] = 'P'), 0)::bigint as "putCents"
    from read_parquet(${literal(path)})
    where underlying = $underlying group by all order by 1`;
}

function largestOf(path: string): string {
  return `
    select osi, sum(${SIGN})::bigint as prints, sum(${SIGN} * size)::bigint as volume,
      sum(${PREMIUM})::bigint as "premiumCents"
    from read_parquet(${literal(path)})
    where sip_ns >= $from and sip_ns < $to
    group by osi order by "premiumCents" desc, osi limit $limit`;
}

type DayRow = Omit<HistoricalDay, 'orders'> & Readonly<Record<string, number | null>>;

function daysOf(days: readonly DayPlace[]): string {
  const files = days.map(({ summaries }) => literal(summaries)).join(', ');
  return `
    select parse_filename(filename)[1:10] as "sessionDate", prints, volume, premium_cents as "premiumCents",
      open_e4 as "openE4", high_e4 as "highE4", low_e4 as "lowE4", close_e4 as "closeE4",
      ${ORDER_COLUMNS.join(', ')}
    from read_parquet([${files}], filename = true)
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
