// Questions about many at once: underlyings by name, contracts of an underlying, its prints, alerts counted.
import {
  type AlertTally,
  type ContractFilter,
  type ContractRow,
  type Page,
  pageOf,
  type TimeCursor,
  type UnderlyingPrint,
  type UnderlyingRow,
} from '../domain/answers.ts';
import { BUCKET_MS } from '../domain/session.ts';
import type { Queries } from './pool.ts';
import { midnightOf, placeOf, printOf, type PrintRow, printsPage } from './tape-answers.ts';

const UNDERLYINGS = `
  select u.symbol, f.volume, f.premium_cents as "premiumCents", a.alerts
  from spyhop.underlying u
  cross join lateral (
    select coalesce(sum(volume), 0)::bigint as volume,
      coalesce(sum(call_cents + put_cents), 0)::bigint as premium_cents
    from spyhop.flow where session_date = $2 and underlying = u.symbol
  ) f
  cross join lateral (
    select count(*)::int as alerts from spyhop.alert where underlying = u.symbol and session_date = $2
      and at >= $2::date - interval '1 day' and at < $2::date + interval '3 days'
  ) a
  where u.symbol >= $1 and u.symbol < $1 || '~' and u.symbol > $3
  order by u.symbol
  limit $4`;

/** Underlyings whose symbols begin with a prefix (empty: all), after a symbol, by name. */
export async function listUnderlyings(
  db: Queries,
  prefix: string,
  sessionDate: string,
  after: string,
  limit: number,
): Promise<readonly UnderlyingRow[]> {
  return db.rows<UnderlyingRow>(UNDERLYINGS, [prefix, sessionDate, after, limit]);
}

const CONTRACTS = `
  select c.osi, c.expiry_date as "expiryDate", c.option_right as "right", c.strike_mills as "strikeMills",
    c.multiplier, c.adjusted, d.volume, d.prints, d.premium_cents as "premiumCents",
    d.last_price_e4 as "lastPriceE4"
  from spyhop.contract c
  join spyhop.day_summary d on d.contract_id = c.contract_id and d.session_date = $2
  where c.underlying = $1
    and ($3::date is null or c.expiry_date >= $3)
    and ($4::date is null or c.expiry_date <= $4)
    and ($5::text is null or c.option_right = $5)
    and ($6::int is null or c.strike_mills >= $6)
    and ($7::int is null or c.strike_mills <= $7)
    and ($8::bigint is null or d.volume >= $8)
    and ($9::bigint is null or (greatest(d.premium_cents, 0), c.osi) < ($9, $10::text))
  order by greatest(d.premium_cents, 0) desc, c.osi desc
  limit $11`;
const KNOWS_UNDERLYING = 'select from spyhop.underlying where symbol = $1';

/** Contracts of an underlying that traded in a session, the most premium first; null for an unknown underlying. */
export async function listContracts(
  db: Queries,
  underlying: string,
  sessionDate: string,
  filter: ContractFilter,
): Promise<Page<ContractRow> | null> {
  const rows = await db.rows<ContractRow>(CONTRACTS, [
    underlying,
    sessionDate,
    filter.expiryFrom ?? null,
    filter.expiryUntil ?? null,
    filter.right ?? null,
    filter.strikeMillsMin ?? null,
    filter.strikeMillsMax ?? null,
    filter.volumeMin ?? null,
    filter.after?.atMs ?? null,
    filter.after?.key ?? null,
    filter.limit + 1,
  ]);
  if (rows.length === 0 && (await db.rows(KNOWS_UNDERLYING, [underlying])).length === 0) return null;
  return pageOf(
    rows,
    filter.limit,
    (row) => row,
    ({ premiumCents, osi }) => ({ atMs: Math.max(premiumCents, 0), key: osi }),
  );
}

// Names are looked up of the few that are shown.
const PRINTS = `
  select p.at_ms, p.tape_row, c.osi, c.multiplier, p.price_e4, p.size, p.condition, p.exchange, p.sequence
  from (
    select * from spyhop.all_prints
    where session_date = $1
      and underlying_id = (select underlying_id from spyhop.underlying where symbol = $2)
      and (at_ms, tape_row) > ($3::int, $4::int) and at_ms >= $3 and at_ms < $6
    order by at_ms, tape_row
    limit $5
  ) p
  join spyhop.contract c using (contract_id)
  order by p.at_ms, p.tape_row`;

// An open day has no index by underlying. Its five minutes count at most the prints that are there, so whoever asks for
// so many finds them before the end of these, and the rest of the day need not be read.
const ENOUGH_UNTIL = `
  select (bucket + 1) * $5::int as "untilMs"
  from (
    select bucket, sum(prints) over (order by bucket) as prints
    from spyhop.flow where session_date = $1 and underlying = $2 and bucket > $3
  ) summed
  where prints >= $4
  order by bucket limit 1`;
const AFTER_ALL_MS = 2_147_483_647;

interface UnderlyingPrintRow extends PrintRow {
  readonly osi: string;
  readonly multiplier: number;
}

/** Prints of all contracts of an underlying, oldest first; null when it was never seen. */
export async function listUnderlyingPrints(
  db: Queries,
  underlying: string,
  sessionDate: string,
  after: TimeCursor | null,
  limit: number,
): Promise<Page<UnderlyingPrint> | null> {
  const midnightMs = midnightOf(sessionDate);
  if (midnightMs === null) return null;
  const [afterMs, afterRow] = placeOf(after, midnightMs);
  const printsUntil = async (untilMs: number): Promise<UnderlyingPrintRow[]> =>
    db.rows<UnderlyingPrintRow>(PRINTS, [sessionDate, underlying, afterMs, afterRow, limit + 1, untilMs]);
  const [enough] = await db.rows<{ untilMs: number }>(ENOUGH_UNTIL, [
    sessionDate,
    underlying,
    Math.floor(afterMs / BUCKET_MS),
    limit + 1,
    BUCKET_MS,
  ]);
  let rows = await printsUntil(enough?.untilMs ?? AFTER_ALL_MS);
  // Minute aggregates are in the sums and leave no prints: what is short for them is asked for without a bound.
  if (enough !== undefined && rows.length <= limit) rows = await printsUntil(AFTER_ALL_MS);
  if (rows.length === 0 && (await db.rows(KNOWS_UNDERLYING, [underlying])).length === 0) return null;
  return printsPage(rows, limit, midnightMs, (row) => ({
    osi: row.osi,
    multiplier: row.multiplier,
    ...printOf(row, midnightMs),
  }));
}

/** Alerts counted by session, detector, kind, severity and direction, newest session first. */
export async function tallyAlerts(
  db: Queries,
  from: string,
  until: string,
  underlying: string | null,
): Promise<readonly AlertTally[]> {
  return db.rows<AlertTally>(
    `select session_date as "sessionDate", detector, kind, severity, direction,
       count(*)::int as alerts, sum(premium_cents)::bigint as "premiumCents"
     from spyhop.alert
     where session_date between $1 and $2
       and at >= $1::date - interval '1 day' and at < $2::date + interval '3 days'
       and ($3::text is null or underlying = $3)
     group by 1, 2, 3, 4, 5
     order by 1 desc, 2, 3, 4, 5`,
    [from, until, underlying],
  );
}
