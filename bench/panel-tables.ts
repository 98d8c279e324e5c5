// Tables as dashboards find them: sessions of a wide market, written by Postgres itself, the same ones every time.
import type { Database } from '../src/db/pool.ts';
import { makeDay } from '../src/db/day-tables.ts';
import { sessionsBefore } from '../src/domain/session.ts';

/** How much market there is. */
export interface PanelTables {
  readonly underlyings: number;
  /** Sessions up to and including `date`. */
  readonly sessions: number;
  readonly date: string;
  /** Contracts of the busiest underlying; the n-th has a share that falls with n, and four at least. */
  readonly contractsMost: number;
  readonly alerts: number;
  /** Told after each session. */
  readonly onSession?: (date: string) => void;
}

// The n-th underlying trades in a share of the buckets that falls with n: few trade all day, most now and then.
const UNDERLYINGS = `
  insert into spyhop.underlying (symbol)
  select case n when 1 then 'SPY' when 2 then 'QQQ' when 3 then 'AAPL' else 'U' || lpad(n::text, 5, '0') end
  from generate_series(1, $1::int) n`;

const CONTRACTS = `
  insert into spyhop.contract
    (osi, underlying, underlying_id, root, expiry_date, option_right, strike_mills, multiplier, adjusted)
  select format('O:%s%s%s%s', symbol, to_char(expiry, 'YYMMDD'), upper(left(side, 1)), lpad(strike::text, 8, '0')),
    symbol, underlying_id, symbol, expiry, side, strike, 100, false
  from spyhop.underlying,
    lateral generate_series(0, (4 + $1::int / underlying_id ^ 0.8)::int - 1) k,
    lateral (select date '2026-11-27' + 7 * (k / 2 % 24) as expiry, (50000 + k / 48 * 2500)::int as strike,
      case k % 2 when 0 then 'call' else 'put' end as side) of_k`;

/** High at both ends of the day, low at noon. */
const TIME_OF_DAY = '(0.5 + 2 * power((bucket - 153) / 39.0, 2))';

const FLOW = `
  insert into spyhop.flow (session_date, underlying, bucket, prints, volume, call_cents, put_cents)
  select $1::date, symbol, bucket, ceil(volume / 8.0), volume, (volume * call_share * 21000)::bigint,
    (volume * (1 - call_share) * 19000)::bigint
  from (
    select symbol, bucket, 0.35 + 0.4 * random() as call_share,
      (1 + 90000 / underlying_id ^ 0.9 * ${TIME_OF_DAY}
        * exp(1.4 * (random() + random() + random() - 1.5)))::bigint as volume
    from spyhop.underlying cross join generate_series(114, 191) bucket
    where random() < least(1, 12 / sqrt(underlying_id))
  ) traded`;

const DAYS = `
  insert into spyhop.day_summary (session_date, contract_id, volume, prints, premium_cents, last_price_e4)
  select $1::date, contract_id, volume, ceil(volume / 8.0), volume * price_e4, price_e4
  from (
    select contract_id, (1 + 4000 * power(random(), 6))::bigint as volume, (500 + 60000 * random())::int as price_e4
    from spyhop.contract where random() < 0.3
  ) traded`;

const SUMS = [
  `insert into spyhop.market_flow
   select session_date, bucket, sum(prints), sum(volume), sum(call_cents), sum(put_cents)
   from spyhop.flow group by session_date, bucket`,
  `insert into spyhop.underlying_day (underlying, session_date, prints, volume, call_cents, put_cents)
   select underlying, session_date, sum(prints), sum(volume), sum(call_cents), sum(put_cents)
   from spyhop.flow group by underlying, session_date`,
];

const ALERTS = `
  insert into spyhop.alert (alert_id, at, session_date, detector, kind, underlying, osi, severity, side, direction,
    premium_cents, body)
  select lpad(to_hex(n), 16, '0'), spyhop.session_midnight(day) + (570 + 385 * random()) * interval '1 minute', day,
    case n % 5 when 0 then 'zscore' when 1 then 'threshold' else 'surprise' end, 'contract', underlying, osi,
    case when premium > 100000000 then 'high' when premium > 10000000 then 'medium' else 'low' end,
    case n % 4 when 0 then 'sell' when 3 then 'unknown' else 'buy' end,
    case when n % 4 = 3 then 'unknown' when (n % 4 = 0) = (option_right = 'put') then 'bullish' else 'bearish' end,
    premium,
    json_build_object(
      'contractName', underlying || ' ' || expiry_date || ' ' || strike_mills / 1000 || ' ' || option_right,
      'observed', 500 + n % 4000, 'expected', 20 + n % 60, 'unit', 'contracts',
      'surprise', case when n % 5 = 1 then null else 4 - ln(random()) / ln(10) end)
  from (
    select n, $2::date[] as days, ($2::date[])[1 + n % cardinality($2::date[])] as day,
      (1000000 * exp(6 * random()))::bigint as premium,
      1 + (power(random(), 3) * (select max(contract_id) - 1 from spyhop.contract))::int as contract_id
    from generate_series(1, $1::int) n
  ) raised
  join spyhop.contract using (contract_id)`;

/** What was said of the sessions afterwards: baselines, files, coverage, verdicts and holes. */
const AFTERWARDS = [
  `insert into spyhop.baseline_run (as_of, dates, fingerprint, contracts, built_at)
   select day, $1::date[], day::text, 1000, spyhop.session_midnight(day) + interval '8 hours'
   from unnest($1::date[]) day`,
  `insert into spyhop.baseline_value
   select (select max(run) from spyhop.baseline_run where cardinality($1::date[]) > 0),
     contract_id, 1 + contract_id % 9000
   from spyhop.contract`,
  `insert into spyhop.baseline_current (run)
   select max(run) from spyhop.baseline_run where cardinality($1::date[]) > 0`,
  `insert into spyhop.imported_file (checksum, name, kind, session_date, bytes, row_count, rejected_count, prints_kept,
     imported_at, is_current)
   select day::text, day || '.csv.gz', 'trades', day, 1, 1, 0, true,
     spyhop.session_midnight(day) + interval '35 hours', true
   from unnest($1::date[]) day`,
  `insert into spyhop.feed_coverage
   select session_date, file_id, 9000000, 8995000 - file_id, 8994000 - file_id, 6000 + file_id, 900, 100, 17,
     file_id % 3, 0
   from spyhop.imported_file where session_date = any ($1::date[])`,
  `insert into spyhop.alert_verdict
   select alert_id, file_id, case when insertion % 11 = 0 then 'contradicted' else 'confirmed' end
   from spyhop.alert join spyhop.imported_file using (session_date) where session_date = any ($1::date[])`,
  `insert into spyhop.feed_gap (feed, session_date, began_at, ended_at, reason, state)
   select 'massive', day, spyhop.session_midnight(day) + interval '11 hours',
     spyhop.session_midnight(day) + interval '11 hours 40 seconds', 'closed', 'settled'
   from unnest($1::date[]) day`,
];

/** Fills an empty database as its owner; gives the sessions, oldest first. Every number follows from the seed. */
export async function fillPanelTables(db: Database, tables: PanelTables): Promise<readonly string[]> {
  const { underlyings, sessions, date, contractsMost, alerts, onSession } = tables;
  const days = [...sessionsBefore(date, sessions - 1), date];
  await db.transaction(
    async (transaction) => {
      await transaction.rows('select setseed(0.42)');
      // One process draws the numbers in one order.
      await transaction.rows("select set_config('max_parallel_workers_per_gather', '0', true)");
      await transaction.change(UNDERLYINGS, [underlyings]);
      await transaction.change(CONTRACTS, [contractsMost]);
      for (const day of days) {
        await makeDay(transaction, day);
        await transaction.change(FLOW, [day]);
        await transaction.change(DAYS, [day]);
        onSession?.(day);
      }
      for (const statement of SUMS) await transaction.change(statement);
      await transaction.change(ALERTS, [alerts, days]);
      for (const statement of AFTERWARDS) await transaction.change(statement, [days]);
    },
    { statementMsMax: 600_000 },
  );
  await db.rows('vacuum analyze');
  return days;
}
