// The tables of a day and how sums get into them: added to while the session is open, written whole by an import.
import type { DaySummaries } from '../domain/day-summary.ts';
import type { BarSums } from './bar-sums.ts';
import type { Queries } from './pool.ts';

/** Tables that are partitioned by session. */
export const DAY_TABLES = ['print', 'bar', 'flow', 'day_summary'] as const;
export type DayTable = (typeof DAY_TABLES)[number];

/** Rows sent in one statement. */
const CHUNK = 20_000;

// An import writes into tables beside the parents, so their names are parts of the text; they come from DAY_TABLES
// and a date, never from outside.
const addBars = (table: string): string => `
  insert into spyhop.${table} as bar
    (session_date, contract_id, bucket, open_e4, high_e4, low_e4, close_e4, prints, volume, premium_cents)
  select $1::date, * from unnest($2::int[], $3::smallint[], $4::int[], $5::int[], $6::int[], $7::int[],
    $8::int[], $9::bigint[], $10::bigint[])
  on conflict (session_date, contract_id, bucket) do update set
    open_e4 = coalesce(bar.open_e4, excluded.open_e4),
    high_e4 = greatest(bar.high_e4, excluded.high_e4),
    low_e4 = least(bar.low_e4, excluded.low_e4),
    close_e4 = coalesce(excluded.close_e4, bar.close_e4),
    prints = bar.prints + excluded.prints,
    volume = bar.volume + excluded.volume,
    premium_cents = bar.premium_cents + excluded.premium_cents`;

const addFlow = (table: string): string => `
  insert into spyhop.${table} as flow
    (session_date, underlying, bucket, prints, volume, call_cents, put_cents)
  select $1::date, * from unnest($2::text[], $3::smallint[], $4::int[], $5::bigint[], $6::bigint[], $7::bigint[])
  on conflict (session_date, underlying, bucket) do update set
    prints = flow.prints + excluded.prints,
    volume = flow.volume + excluded.volume,
    call_cents = flow.call_cents + excluded.call_cents,
    put_cents = flow.put_cents + excluded.put_cents`;

/** The sums over flow, added to beside it; those of a day that is written whole are made at its end. */
const ADD_OVER_FLOW = `
  with given as (
    select * from unnest($2::text[], $3::smallint[], $4::int[], $5::bigint[], $6::bigint[], $7::bigint[])
      as given (underlying, bucket, prints, volume, call_cents, put_cents)
  ),
  totals as (
    insert into spyhop.underlying_day as total
      (underlying, session_date, prints, volume, call_cents, put_cents)
    select underlying, $1::date, sum(prints), sum(volume), sum(call_cents), sum(put_cents)
    from given group by underlying
    on conflict (underlying, session_date) do update set
      prints = total.prints + excluded.prints,
      volume = total.volume + excluded.volume,
      call_cents = total.call_cents + excluded.call_cents,
      put_cents = total.put_cents + excluded.put_cents
  )
  insert into spyhop.market_flow as market
    (session_date, bucket, prints, volume, call_cents, put_cents)
  select $1::date, bucket, sum(prints), sum(volume), sum(call_cents), sum(put_cents)
  from given group by bucket
  on conflict (session_date, bucket) do update set
    prints = market.prints + excluded.prints,
    volume = market.volume + excluded.volume,
    call_cents = market.call_cents + excluded.call_cents,
    put_cents = market.put_cents + excluded.put_cents`;

/** The sums of a day made again of its flow and its days, of which a file may have brought the days alone. */
const MARKET_SUMS = [
  'delete from spyhop.market_flow where session_date = $1',
  'delete from spyhop.underlying_day where session_date = $1',
  `insert into spyhop.market_flow (session_date, bucket, prints, volume, call_cents, put_cents)
   select session_date, bucket, sum(prints), sum(volume), sum(call_cents), sum(put_cents)
   from spyhop.flow where session_date = $1 group by session_date, bucket`,
  `insert into spyhop.underlying_day (underlying, session_date, prints, volume, call_cents, put_cents)
   select underlying, session_date, sum(prints), sum(volume),
     coalesce(sum(premium_cents) filter (where option_right = 'call'), 0),
     coalesce(sum(premium_cents) filter (where option_right = 'put'), 0)
   from spyhop.day_summary join spyhop.contract using (contract_id)
   where session_date = $1 group by underlying, session_date`,
];

const daysInto = (table: string): string => `
  insert into spyhop.${table} as day
    (session_date, contract_id, volume, prints, premium_cents, last_price_e4)
  select $1::date, * from unnest($2::int[], $3::bigint[], $4::int[], $5::bigint[], $6::int[])
  on conflict (session_date, contract_id) do update set
    volume = day.volume + excluded.volume,
    prints = day.prints + excluded.prints,
    premium_cents = day.premium_cents + excluded.premium_cents,
    last_price_e4 = coalesce(excluded.last_price_e4, day.last_price_e4)`;

/** An array of numbers as Postgres writes it; the client's own conversion quotes each and costs five times as much. */
function arrayOf<Item>(items: readonly Item[], pick: (item: Item) => number | null): string {
  let text = '{';
  for (let at = 0; at < items.length; at++) text += `${at === 0 ? '' : ','}${pick(items[at]!) ?? 'null'}`;
  return `${text}}`;
}

/** Adds sums to the tables of a day; `names` says which tables, the parents by default. */
export async function addSums(
  db: Queries,
  sessionDate: string,
  sums: BarSums,
  ids: Int32Array,
  names: Readonly<Record<'bar' | 'flow' | 'day_summary', string>> = {
    bar: 'bar',
    flow: 'flow',
    day_summary: 'day_summary',
  },
): Promise<void> {
  for (const bars of chunks(sums.bars())) {
    await db.change(addBars(names.bar), [
      sessionDate,
      arrayOf(bars, ({ contract }) => ids[contract]!),
      arrayOf(bars, ({ bucket }) => bucket),
      arrayOf(bars, ({ open }) => open),
      arrayOf(bars, ({ high }) => high),
      arrayOf(bars, ({ low }) => low),
      arrayOf(bars, ({ close }) => close),
      arrayOf(bars, ({ prints }) => prints),
      arrayOf(bars, ({ volume }) => volume),
      arrayOf(bars, ({ premium }) => premium),
    ]);
  }
  for (const flow of chunks(sums.flow())) {
    const values = [
      sessionDate,
      flow.map(({ underlying }) => underlying),
      arrayOf(flow, ({ bucket }) => bucket),
      arrayOf(flow, ({ prints }) => prints),
      arrayOf(flow, ({ volume }) => volume),
      arrayOf(flow, ({ callCents }) => callCents),
      arrayOf(flow, ({ putCents }) => putCents),
    ];
    await db.change(addFlow(names.flow), values);
    if (names.flow === 'flow') await db.change(ADD_OVER_FLOW, values);
  }
  for (const days of chunks(sums.days())) {
    await db.change(daysInto(names.day_summary), [
      sessionDate,
      arrayOf(days, ({ contract }) => ids[contract]!),
      arrayOf(days, ({ volume }) => volume),
      arrayOf(days, ({ prints }) => prints),
      arrayOf(days, ({ premium }) => premium),
      arrayOf(days, ({ last }) => last),
    ]);
  }
}

/** Makes the sums of the market and of underlyings of a session again, after a file has taken its place. */
export async function remakeMarketSums(db: Queries, sessionDate: string): Promise<void> {
  for (const statement of MARKET_SUMS) await db.change(statement, [sessionDate]);
}

/** Sets the days of contracts in the table of a day that holds none yet. */
export async function addDays(
  db: Queries,
  sessionDate: string,
  table: string,
  days: DaySummaries,
  ids: Int32Array,
  withMoney: boolean,
): Promise<void> {
  // A contract with nothing but prints that do not count has no day.
  const all = Array.from(days.contracts.keys()).filter(
    (at) => days.prints[at] !== 0 || days.volume[at] !== 0,
  );
  for (const places of chunks(all)) {
    await db.change(daysInto(table), [
      sessionDate,
      arrayOf(places, (at) => ids[days.contracts[at]!]!),
      arrayOf(places, (at) => days.volume[at]!),
      arrayOf(places, (at) => (withMoney ? days.prints[at]! : 0)),
      arrayOf(places, (at) => (withMoney ? days.premiumCents[at]! : 0)),
      arrayOf(places, (at) => (withMoney && days.closeE4[at]! > 0 ? days.closeE4[at]! : null)),
    ]);
  }
}

function* chunks<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  for (let at = 0; at < items.length; at += CHUNK) yield items.slice(at, at + CHUNK);
}

/** Makes the partitions of a session; gives how many were missing. */
export async function makeDay(db: Queries, sessionDate: string): Promise<number> {
  const [row] = await db.rows<{ made: number }>('select spyhop.make_day($1::date) as made', [sessionDate]);
  return row?.made ?? 0;
}

/** Drops the sessions of a table before a date; gives how many. */
export async function dropDaysBefore(db: Queries, table: DayTable, keepFrom: string): Promise<number> {
  const [row] = await db.rows<{ dropped: number }>(
    'select spyhop.drop_days_before($1, $2::date) as dropped',
    [table, keepFrom],
  );
  return row?.dropped ?? 0;
}
