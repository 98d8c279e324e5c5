// The dashboard Underlying: one symbol of more than ten thousand, against what is normal of it.
import {
  CALLS_AND_PUTS,
  type Dashboard,
  overBand,
  type Panel,
  series,
  SESSION_OF_RANGE,
  SESSIONS_IN_RANGE,
  stat,
  table,
} from './panel.ts';

const SYMBOL = '${symbol:sqlstring}';

const WIDE = { width: 6 };

const STATS: readonly Panel[] = [
  stat(
    'Premium',
    'Premium of the session the range ends in.',
    'currencyUSD',
    table(`
    select premium
    from spyhop.underlying_days
    where underlying = ${SYMBOL} and session_date = ${SESSION_OF_RANGE}`),
    WIDE,
  ),
  stat(
    'Times a normal day',
    'Contracts of the session by the mean of the thirty sessions before it that are stored.',
    'none',
    table(`
    select avg(volume) filter (where session_date = day)
      / nullif(avg(volume) filter (where session_date < day), 0) as times
    from (
      select volume, session_date, ${SESSION_OF_RANGE} as day
      from spyhop.underlying_days
      where underlying = ${SYMBOL} and session_date <= spyhop.new_york_date($__timeTo())
      order by session_date desc
      limit 31
    ) sessions`),
    WIDE,
  ),
  stat(
    'Put/call ratio',
    'Premium of puts by premium of calls in the session.',
    'none',
    table(`
    select put_premium / nullif(call_premium, 0) as ratio
    from spyhop.underlying_days
    where underlying = ${SYMBOL} and session_date = ${SESSION_OF_RANGE}`),
    WIDE,
  ),
  stat(
    'Alerts',
    'Alerts of the underlying in the range.',
    'short',
    table(`
    select count(*) as alerts
    from spyhop.alert_numbers
    where underlying = ${SYMBOL} and $__timeFilter(at)`),
    WIDE,
  ),
];

const ACTIVITY: readonly Panel[] = [
  {
    kind: 'timeseries',
    title: 'Contracts against the baseline band',
    description:
      'Contracts by five minutes of the session the range ends in, and the lowest decile, the ' +
      'median and the highest decile of the twenty sessions before it; a session without trades ' +
      'counts 0.',
    unit: 'short',
    width: 24,
    height: 9,
    queries: [
      series(`
      select spyhop.session_midnight(d.day) + b.bucket * interval '5 minutes' as "time",
        f.volume as contracts, b.low, b.median, b.high
      from (select ${SESSION_OF_RANGE} as day) d
      cross join lateral spyhop.flow_band(${SYMBOL}, d.day, 20) b
      left join spyhop.flow f
        on f.session_date = d.day and f.underlying = ${SYMBOL} and f.bucket = b.bucket
      order by 1`),
    ],
    fields: overBand('contracts'),
  },
  {
    kind: 'timeseries',
    title: 'Premium of calls and puts',
    description: 'Premium by five minutes.',
    unit: 'currencyUSD',
    width: 12,
    height: 8,
    draw: 'bars',
    stacked: true,
    queries: [
      series(`
      select start_at as "time", call_premium as calls, put_premium as puts
      from spyhop.flows
      where underlying = ${SYMBOL} and ${SESSIONS_IN_RANGE} and $__timeFilter(start_at)
      order by 1`),
    ],
    fields: CALLS_AND_PUTS,
  },
  {
    kind: 'barchart',
    title: 'Premium of the last sessions',
    description: "Premium of calls and puts of the thirty sessions up to the range's end.",
    unit: 'currencyUSD',
    width: 12,
    height: 8,
    stacked: true,
    queries: [
      table(`
      select to_char(session_date, 'MM-DD') as session, call_premium as calls, put_premium as puts
      from (
        select * from spyhop.underlying_days
        where underlying = ${SYMBOL} and session_date <= spyhop.new_york_date($__timeTo())
        order by session_date desc
        limit 30
      ) latest
      order by session_date`),
    ],
    fields: CALLS_AND_PUTS,
  },
];

// Each contract is looked up in the one partition: a join would read all of it for the few thousand of an underlying.
const CONTRACTS_OF_DAY = `
          from (select * from spyhop.contract where underlying = ${SYMBOL} offset 0) c
          cross join lateral (
            select volume, premium_cents, last_price_e4
            from spyhop.day_summary of_day
            where of_day.session_date = ${SESSION_OF_RANGE} and of_day.contract_id = c.contract_id
            offset 0
          ) d`;

const CONTRACTS: readonly Panel[] = [
  {
    kind: 'table',
    title: 'Contracts',
    description: 'Contracts of the session by premium, beside the mean day volume of the baseline in force.',
    unit: 'short',
    width: 16,
    height: 10,
    queries: [
      table(`
      select d.osi as contract, d.expiry_date as expiry, d.option_right as right, d.strike_mills * 0.001 as strike,
        d.volume, d.volume / nullif(normal.mean, 0) as times_normal, d.premium_cents * 0.01 as premium,
        d.last_price_e4 * 0.0001 as last_price
      from (
        select c.*, d.volume, d.premium_cents, d.last_price_e4 ${CONTRACTS_OF_DAY}
        order by d.premium_cents desc
        limit 100
      ) d
      left join lateral (
        select n.volume_sum::numeric / cardinality(r.dates) as mean
        from spyhop.baseline_current
        join spyhop.baseline_run r using (run)
        join spyhop.baseline_value n using (run)
        where n.contract_id = d.contract_id
        offset 0
      ) normal on true
      order by d.premium_cents desc, d.osi`),
    ],
    fields: [
      { name: 'premium', unit: 'currencyUSD' },
      { name: 'strike', unit: 'currencyUSD' },
      { name: 'last_price', unit: 'currencyUSD' },
    ],
  },
  {
    kind: 'barchart',
    title: 'Contracts by expiry',
    description: 'Contracts of the session by expiry, the nearest twenty.',
    unit: 'short',
    width: 8,
    height: 10,
    stacked: true,
    queries: [
      table(`
      select to_char(expiry_date, 'YYYY-MM-DD') as expiry, calls, puts
      from (
        select c.expiry_date, coalesce(sum(d.volume) filter (where c.option_right = 'call'), 0) as calls,
          coalesce(sum(d.volume) filter (where c.option_right = 'put'), 0) as puts ${CONTRACTS_OF_DAY}
        group by c.expiry_date
        order by c.expiry_date
        limit 20
      ) nearest
      order by expiry_date`),
    ],
    fields: CALLS_AND_PUTS,
  },
];

const ALERTS: readonly Panel[] = [
  {
    kind: 'piechart',
    title: 'Sides of alerts',
    description: 'Premium of the alerts of the range by who was the aggressor.',
    unit: 'currencyUSD',
    width: 6,
    height: 9,
    queries: [
      table(`
      select side, sum(premium) as premium
      from spyhop.alert_numbers
      where underlying = ${SYMBOL} and $__timeFilter(at)
      group by side
      order by side`),
    ],
  },
  {
    kind: 'table',
    title: 'Alerts in the range',
    description: 'Alerts of the underlying in the range, the newest first.',
    unit: 'short',
    width: 18,
    height: 9,
    queries: [
      table(`
      select at as "time", contract_name as contract, detector, severity, side, direction, observed, expected, unit,
        surprise, premium
      from spyhop.alert_numbers
      where underlying = ${SYMBOL} and $__timeFilter(at)
      order by at desc, alert_id desc
      limit 200`),
    ],
    fields: [{ name: 'premium', unit: 'currencyUSD' }],
  },
];

export const UNDERLYING: Dashboard = {
  uid: 'spyhop-underlying',
  title: 'Underlying',
  description: 'One underlying against what is normal of it: activity, contracts, sides and alerts.',
  from: 'now/d+9h',
  to: 'now/d+17h',
  refresh: '30s',
  variables: [
    {
      name: 'symbol',
      label: 'Underlying',
      description:
        'Type the beginning of a symbol: the database searches, so that no list of ten thousand is loaded.',
      query:
        "select symbol from spyhop.underlying where symbol ilike '$__searchFilter' order by symbol limit 200",
      initial: 'SPY',
    },
  ],
  annotations: [
    {
      name: 'Alerts',
      color: 'orange',
      query: table(`
        select at as "time", contract_name as text, detector || ',' || severity as tags
        from spyhop.alert_numbers
        where underlying = ${SYMBOL} and $__timeFilter(at)
        order by at desc
        limit 200`),
    },
  ],
  sections: [
    { title: 'The session', panels: STATS },
    { title: 'Activity', panels: ACTIVITY },
    { title: 'Contracts', panels: CONTRACTS },
    { title: 'Alerts', panels: ALERTS },
  ],
};
