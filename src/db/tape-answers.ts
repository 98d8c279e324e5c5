// Questions about the tape: flow of an underlying, a contract's day, its bars and its prints.
import {
  type Bar,
  type ContractDay,
  type FlowBucket,
  type Page,
  pageOf,
  type StoredPrint,
  type TimeCursor,
} from '../domain/answers.ts';
import { dayNumberOf, newYorkMidnightMs } from '../domain/calendar.ts';
import { BUCKET_MS } from '../domain/session.ts';
import { findContract } from './contracts.ts';
import type { Queries } from './pool.ts';

const FLOW = `
  select f.bucket, f.prints, f.volume, f.call_cents, f.put_cents, coalesce(a.alerts, 0) as alerts
  from spyhop.flow f
  left join (
    select floor((extract(epoch from at) * 1000 - $3) / $4)::int as bucket, count(*) as alerts
    from spyhop.alert
    where underlying = $1 and session_date = $2
      and at >= $2::date - interval '1 day' and at < $2::date + interval '3 days'
    group by 1
  ) a using (bucket)
  where f.underlying = $1 and f.session_date = $2
  order by f.bucket`;
const KNOWS_UNDERLYING = 'select from spyhop.contract where underlying = $1 limit 1';
const DAY = `
  select volume, prints, premium_cents, last_price_e4
  from spyhop.day_summary where session_date = $1 and contract_id = $2`;
const BARS = `
  select bucket, open_e4, high_e4, low_e4, close_e4, volume, prints, premium_cents
  from spyhop.bar where session_date = $1 and contract_id = $2 and open_e4 is not null
  order by bucket`;
// Columns are found by the underlying.
const PRINTS = `
  select at_ms, tape_row, price_e4, size, condition, exchange, sequence
  from spyhop.all_prints
  where session_date = $1 and contract_id = $2
    and underlying_id = (select underlying_id from spyhop.contract where contract_id = $2)
    and (at_ms, tape_row) > ($3::int, $4::int)
  order by at_ms, tape_row
  limit $5`;

/** Before every print of a session, which may begin the evening before. */
const BEFORE_ALL_MS = -86_400_000;
const INTEGER_MAX = 2_147_483_647;

/** Epoch ms of midnight in New York on a date; null when the text is no date. */
export function midnightOf(date: string): number | null {
  const day = dayNumberOf(date);
  return day === null ? null : newYorkMidnightMs(day);
}

interface FlowRow {
  readonly bucket: number;
  readonly prints: number;
  readonly volume: number;
  readonly call_cents: number;
  readonly put_cents: number;
  readonly alerts: number;
}

/** Five-minute flow of an underlying; null when no contract of it was ever seen. */
export async function findFlow(
  db: Queries,
  underlying: string,
  sessionDate: string,
): Promise<readonly FlowBucket[] | null> {
  const midnightMs = midnightOf(sessionDate);
  if (midnightMs === null) return null;
  const rows = await db.rows<FlowRow>(FLOW, [underlying, sessionDate, midnightMs, BUCKET_MS]);
  if (rows.length === 0 && (await db.rows(KNOWS_UNDERLYING, [underlying])).length === 0) return null;
  return rows.map((row) => ({
    startMs: midnightMs + row.bucket * BUCKET_MS,
    prints: row.prints,
    volume: row.volume,
    callCents: row.call_cents,
    putCents: row.put_cents,
    alerts: row.alerts,
  }));
}

interface DayRow {
  readonly volume: number;
  readonly prints: number;
  readonly premium_cents: number;
  readonly last_price_e4: number | null;
}

/** A contract and its day, zeros where it did not trade; null when it was never seen. */
export async function findContractDay(
  db: Queries,
  osi: string,
  sessionDate: string,
): Promise<ContractDay | null> {
  const found = midnightOf(sessionDate) === null ? null : await findContract(db, osi);
  if (found === null) return null;
  const [row] = await db.rows<DayRow>(DAY, [sessionDate, found.id]);
  return {
    contract: found.contract,
    sessionDate,
    volume: row?.volume ?? 0,
    prints: row?.prints ?? 0,
    premiumCents: row?.premium_cents ?? 0,
    lastPriceE4: row?.last_price_e4 ?? null,
  };
}

interface BarRow extends DayRow {
  readonly bucket: number;
  readonly open_e4: number;
  readonly high_e4: number;
  readonly low_e4: number;
  readonly close_e4: number;
}

/** Five-minute bars of a contract; null when it was never seen. */
export async function findBars(
  db: Queries,
  osi: string,
  sessionDate: string,
): Promise<readonly Bar[] | null> {
  const midnightMs = midnightOf(sessionDate);
  const found = midnightMs === null ? null : await findContract(db, osi);
  if (midnightMs === null || found === null) return null;
  const rows = await db.rows<BarRow>(BARS, [sessionDate, found.id]);
  return rows.map((row) => ({
    startMs: midnightMs + row.bucket * BUCKET_MS,
    openE4: row.open_e4,
    highE4: row.high_e4,
    lowE4: row.low_e4,
    closeE4: row.close_e4,
    volume: row.volume,
    prints: row.prints,
    premiumCents: row.premium_cents,
  }));
}

/** A print as a row of the tape. */
export interface PrintRow {
  readonly at_ms: number;
  readonly tape_row: number;
  readonly price_e4: number;
  readonly size: number;
  readonly condition: number;
  readonly exchange: number;
  readonly sequence: number;
}

/** A place on the tape as offset and row; one beyond what integers of the store can say is behind everything. */
export function placeOf(after: TimeCursor | null, midnightMs: number): readonly [atMs: number, row: number] {
  if (after === null) return [BEFORE_ALL_MS, 0];
  const within = (value: number): number => Math.max(-INTEGER_MAX, Math.min(value, INTEGER_MAX));
  return [within(after.atMs - midnightMs), within(Number(after.key))];
}

/** A print as it is shown. */
export function printOf(row: PrintRow, midnightMs: number): StoredPrint {
  return {
    atMs: midnightMs + row.at_ms,
    priceE4: row.price_e4,
    size: row.size,
    // Ids are 16 bits without a sign.
    condition: row.condition & 0xffff,
    exchange: row.exchange & 0xffff,
    sequence: row.sequence,
  };
}

/** A page of prints in the order of the tape. */
export function printsPage<Row extends PrintRow, Print>(
  rows: readonly Row[],
  limit: number,
  midnightMs: number,
  show: (row: Row) => Print,
): Page<Print> {
  return pageOf(rows, limit, show, (row) => ({ atMs: midnightMs + row.at_ms, key: String(row.tape_row) }));
}

/** Prints of a contract, oldest first; null when it was never seen, empty when its prints are not hot any more. */
export async function listPrints(
  db: Queries,
  osi: string,
  sessionDate: string,
  after: TimeCursor | null,
  limit: number,
): Promise<Page<StoredPrint> | null> {
  const midnightMs = midnightOf(sessionDate);
  const found = midnightMs === null ? null : await findContract(db, osi);
  if (midnightMs === null || found === null) return null;
  const rows = await db.rows<PrintRow>(PRINTS, [
    sessionDate,
    found.id,
    ...placeOf(after, midnightMs),
    limit + 1,
  ]);
  return printsPage(rows, limit, midnightMs, (row) => printOf(row, midnightMs));
}
