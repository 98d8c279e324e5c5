// The dashboard Detection quality: how often it speaks, on what it rests, and what the files of the days said of it.
import { BUDGET } from './detection-budget.ts';
import {
  type Dashboard,
  metric,
  metricNow,
  type Panel,
  percentiles,
  RATE,
  series,
  SESSIONS_IN_RANGE,
  SEVERITIES,
  table,
} from './panel.ts';

const SPEAKING: readonly Panel[] = [
  {
    kind: 'timeseries',
    title: 'Alerts by detector',
    description: 'Alerts as they are raised. A few hundred a day are a lot for a person to read.',
    unit: 'short',
    width: 12,
    height: 8,
    draw: 'bars',
    stacked: true,
    queries: [metric(`sum by (detector) (increase(spyhop_alerts_total[${RATE}])) > 0`, '{{detector}}')],
  },
  {
    kind: 'barchart',
    title: 'Alerts a session',
    description:
      'Alerts of the last thirty sessions that had one, by severity: the promise of a budget is ' +
      'a mean over at least twenty sessions, not a cap.',
    unit: 'short',
    width: 12,
    height: 8,
    stacked: true,
    queries: [
      table(`
      select to_char(session_date, 'YYYY-MM-DD') as session, high, medium, low
      from (
        select session_date, count(*) filter (where severity = 'high') as high,
          count(*) filter (where severity = 'medium') as medium, count(*) filter (where severity = 'low') as low
        from spyhop.alert_numbers
        where session_date <= spyhop.new_york_date($__timeTo())
          and at > $__timeTo()::timestamptz - interval '60 days'
        group by session_date
        order by session_date desc
        limit 30
      ) latest
      order by session_date`),
    ],
    fields: SEVERITIES,
  },
  {
    kind: 'stat',
    title: 'Alerts of the last hour',
    description: 'Of all detectors. SpyhopAlertFlood speaks at 200 in a quarter of an hour.',
    unit: 'short',
    width: 6,
    height: 4,
    warnAt: 50,
    badAt: 200,
    queries: [metricNow('sum(instance:spyhop_alerts:increase1h)')],
  },
  {
    kind: 'stat',
    title: 'Since the last alert',
    description: 'Time on the tape since the last alert, while one was raised at all.',
    unit: 's',
    width: 6,
    height: 4,
    queries: [
      metricNow(
        'max(spyhop_watermark_timestamp_seconds{stage="detect"}) - max(spyhop_alerts_last_timestamp_seconds > 0)',
      ),
    ],
  },
  {
    kind: 'timeseries',
    title: 'From the print to the stored alert',
    description: 'Median and 99th percentile; points are single alerts with their id.',
    unit: 's',
    width: 12,
    height: 8,
    queries: [...percentiles('spyhop_alert_latency_seconds')],
  },
  {
    kind: 'barchart',
    title: 'Surprise of alerts',
    description:
      'How often alerts of the range had which surprise, -log10 of the probability, in whole ' +
      'numbers. Calibrated detectors have about a tenth as many in each bar as in the one ' +
      'before.',
    unit: 'short',
    width: 12,
    height: 8,
    queries: [
      table(`
      select least(floor(surprise), 20)::int::text as surprise, count(*) as alerts
      from spyhop.alert_numbers
      where $__timeFilter(at) and surprise is not null
      group by least(floor(surprise), 20)
      order by least(floor(surprise), 20)`),
    ],
  },
  {
    kind: 'table',
    title: 'Detectors',
    description:
      'Alerts of the range by detector: how many have a side that is known, and how far above the normal they were.',
    unit: 'short',
    width: 12,
    height: 8,
    queries: [
      table(`
      select detector, count(*) as alerts, count(distinct underlying) as underlyings,
        avg(case when side in ('buy', 'sell') then 1.0 else 0.0 end) as sided,
        percentile_cont(0.5) within group (order by observed / nullif(expected, 0)) as times_expected,
        sum(premium) as premium
      from spyhop.alert_numbers
      where $__timeFilter(at)
      group by detector
      order by detector`),
    ],
    fields: [
      { name: 'sided', unit: 'percentunit' },
      { name: 'premium', unit: 'currencyUSD' },
    ],
  },
];

const NORMAL: readonly Panel[] = [
  {
    kind: 'stat',
    title: 'Contracts with a normal',
    description: 'Contracts that the baseline in force knows.',
    unit: 'short',
    width: 6,
    height: 5,
    queries: [metricNow('max(spyhop_baseline_contracts)')],
  },
  {
    kind: 'stat',
    title: 'Age of the baseline',
    description:
      'Since the midnight of the session it was made for. More than a day in an open market: yesterday is missing.',
    unit: 's',
    width: 6,
    height: 5,
    warnAt: 86_400,
    badAt: 172_800,
    queries: [metricNow('max(time() - spyhop_baseline_as_of_timestamp_seconds)')],
  },
  {
    kind: 'table',
    title: 'Runs of the baseline',
    description:
      'What was normal before which session: the newest run of a session is the one that was used.',
    unit: 'short',
    width: 12,
    height: 5,
    queries: [
      table(`
      select run, as_of, cardinality(dates) as sessions, contracts, built_at
      from spyhop.baseline_run
      order by run desc
      limit 20`),
    ],
  },
];

const TRUTH: readonly Panel[] = [
  {
    kind: 'timeseries',
    title: 'Coverage of the live feed',
    description:
      "Share of the prints of the day's file that the live feed had, and of live prints the file does not know.",
    unit: 'percentunit',
    width: 12,
    height: 8,
    draw: 'points',
    queries: [
      series(`
      select spyhop.session_midnight(session_date) as "time", had::float8 / nullif(file_prints, 0) as had,
        (twice + foreign_prints)::float8 / nullif(live_prints, 0) as unknown_to_the_file
      from spyhop.feed_coverage
      where ${SESSIONS_IN_RANGE}
      order by 1`),
    ],
  },
  {
    kind: 'table',
    title: 'Settled sessions',
    description:
      'What the file of the day said of a live session: prints the feed missed, and alerts that ' +
      'stand or fall with them.',
    unit: 'short',
    width: 12,
    height: 8,
    queries: [
      table(`
      select session_date, file_prints, live_prints, missed, twice, foreign_prints, alerts_confirmed,
        alerts_contradicted, alerts_unchecked
      from spyhop.feed_coverage
      order by session_date desc
      limit 60`),
    ],
  },
  {
    kind: 'table',
    title: 'Settled outcomes by detector',
    description:
      'Alerts raised live that the engine raises over the file of the day too (confirmed), and those it does not.',
    unit: 'short',
    width: 12,
    height: 7,
    queries: [
      table(`
      select a.detector, count(*) filter (where v.verdict = 'confirmed') as confirmed,
        count(*) filter (where v.verdict = 'contradicted') as contradicted,
        avg(case when v.verdict = 'confirmed' then 1.0 else 0.0 end) as share_confirmed
      from spyhop.alert_verdict v
      join spyhop.alert a using (alert_id)
      where $__timeFilter(a.at)
      group by a.detector
      order by a.detector`),
    ],
    fields: [{ name: 'share_confirmed', unit: 'percentunit' }],
  },
  {
    kind: 'table',
    title: 'Holes in the feed',
    description: 'Times in which the feed gave nothing though it should have, the newest first.',
    unit: 'short',
    width: 12,
    height: 7,
    queries: [
      table(`
      select began_at as "time", ended_at, extract(epoch from ended_at - began_at) as seconds, reason, state
      from spyhop.feed_gap
      where $__timeFilter(began_at)
      order by began_at desc
      limit 100`),
    ],
    fields: [{ name: 'seconds', unit: 's' }],
  },
];

export const DETECTION: Dashboard = {
  uid: 'spyhop-detection',
  title: 'Detection quality',
  description:
    'How often detectors speak, on what they rest, and what the files of the days said of their alerts.',
  from: 'now-30d',
  to: 'now',
  refresh: '5m',
  variables: [],
  annotations: [],
  sections: [
    { title: 'Alerts', panels: SPEAKING },
    { title: 'The budget of chance', panels: BUDGET },
    { title: 'What is normal', panels: NORMAL },
    { title: 'What the files said', panels: TRUTH },
  ],
};
