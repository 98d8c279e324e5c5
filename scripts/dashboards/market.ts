// The dashboard Market: what moves now, and whether the day is like other days.
import { MOVES } from './market-moves.ts';
import {
  CALLS_AND_PUTS,
  COLORS,
  type Dashboard,
  overBand,
  type Panel,
  type Query,
  series,
  SESSION_OF_RANGE,
  SESSIONS_IN_RANGE,
  stat,
  table,
} from './panel.ts';

const ofFlow = (column: string): Query =>
  table(`
    select ${column}
    from spyhop.market_flows
    where ${SESSIONS_IN_RANGE} and $__timeFilter(start_at)`);

const ofAlerts = (column: string): Query =>
  table(`
    select ${column}
    from spyhop.alert_numbers
    where $__timeFilter(at)`);

const STATS: readonly Panel[] = [
  stat(
    'Premium',
    'Paid for all options in the range: price, contracts and multiplier of every print that counts.',
    'currencyUSD',
    ofFlow('sum(call_premium + put_premium) as premium'),
  ),
  stat(
    'Contracts',
    'Contracts traded in the range, cancels subtracted.',
    'short',
    ofFlow('sum(volume) as contracts'),
  ),
  stat(
    'Put/call ratio',
    'Premium of puts by premium of calls. Above 1 more is paid for puts.',
    'none',
    ofFlow('sum(put_premium) / nullif(sum(call_premium), 0) as ratio'),
  ),
  stat('Alerts', 'Alerts in the range, of all detectors.', 'short', ofAlerts('count(*) as alerts')),
  stat(
    'Underlyings with alerts',
    'Underlyings that had an alert in the range.',
    'short',
    ofAlerts('count(distinct underlying) as underlyings'),
  ),
  stat(
    'Net premium of alerts',
    'Premium of bullish alerts less that of bearish ones. What has no direction is not in it.',
    'currencyUSD',
    ofAlerts('sum(net_premium) as net'),
  ),
];

const FLOW: readonly Panel[] = [
  {
    kind: 'timeseries',
    title: 'Premium of calls and puts',
    description: 'Premium of the whole market by five minutes.',
    unit: 'currencyUSD',
    width: 12,
    height: 8,
    draw: 'bars',
    stacked: true,
    queries: [
      series(`
      select start_at as "time", call_premium as calls, put_premium as puts
      from spyhop.market_flows
      where ${SESSIONS_IN_RANGE} and $__timeFilter(start_at)
      order by 1`),
    ],
    fields: CALLS_AND_PUTS,
  },
  {
    kind: 'timeseries',
    title: 'Premium against earlier sessions',
    description:
      'The session the range ends in, by five minutes, and the lowest decile, the median and ' +
      'the highest decile of the twenty sessions before it.',
    unit: 'currencyUSD',
    width: 12,
    height: 8,
    queries: [
      series(`
      select spyhop.session_midnight(d.day) + b.bucket * interval '5 minutes' as "time",
        f.call_premium + f.put_premium as premium, b.low, b.median, b.high
      from (select ${SESSION_OF_RANGE} as day) d
      cross join lateral spyhop.market_band(d.day, 20) b
      left join spyhop.market_flows f on f.session_date = d.day and f.bucket = b.bucket
      order by 1`),
    ],
    fields: overBand('premium'),
  },
  {
    kind: 'timeseries',
    title: 'Net premium of alerts by direction',
    description: 'Premium of alerts by five minutes: bullish above the line, bearish below it.',
    unit: 'currencyUSD',
    width: 8,
    height: 8,
    draw: 'bars',
    stacked: true,
    queries: [
      series(`
      select $__timeGroupAlias(at, '5m'),
        coalesce(sum(net_premium) filter (where direction = 'bullish'), 0) as bullish,
        coalesce(sum(net_premium) filter (where direction = 'bearish'), 0) as bearish
      from spyhop.alert_numbers
      where $__timeFilter(at)
      group by 1
      order by 1`),
    ],
    fields: [
      { name: 'bullish', color: COLORS.bullish },
      { name: 'bearish', color: COLORS.bearish },
    ],
  },
  {
    kind: 'timeseries',
    title: 'Premium of alerts by side',
    description:
      'Premium of alerts by five minutes and by who was the aggressor. Unknown is an answer: ' +
      'quotes were old, crossed or missing.',
    unit: 'currencyUSD',
    width: 8,
    height: 8,
    draw: 'bars',
    stacked: true,
    queries: [
      series(`
      select $__timeGroupAlias(at, '5m'),
        coalesce(sum(premium) filter (where side = 'buy'), 0) as bought,
        coalesce(sum(premium) filter (where side = 'sell'), 0) as sold,
        coalesce(sum(premium) filter (where side not in ('buy', 'sell')), 0) as other
      from spyhop.alert_numbers
      where $__timeFilter(at)
      group by 1
      order by 1`),
    ],
    fields: [
      { name: 'bought', color: COLORS.bullish },
      { name: 'sold', color: COLORS.bearish },
      { name: 'other', color: COLORS.unknown },
    ],
  },
  {
    kind: 'timeseries',
    title: 'Put/call through the day',
    description: 'Premium of puts by premium of calls, by five minutes.',
    unit: 'none',
    width: 8,
    height: 8,
    queries: [
      series(`
      select start_at as "time", put_premium / nullif(call_premium, 0) as ratio
      from spyhop.market_flows
      where ${SESSIONS_IN_RANGE} and $__timeFilter(start_at)
      order by 1`),
    ],
  },
];

export const MARKET: Dashboard = {
  uid: 'spyhop-market',
  title: 'Market',
  description: 'What moves now: premium, direction and alerts of the whole market.',
  from: 'now/d+9h',
  to: 'now/d+17h',
  refresh: '30s',
  variables: [],
  annotations: [],
  sections: [
    { title: 'The day', panels: STATS },
    { title: 'Through the day', panels: FLOW },
    { title: 'Big moves', panels: MOVES },
  ],
};
