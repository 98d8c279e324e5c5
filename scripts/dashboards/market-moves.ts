// The lower half of the dashboard Market: which underlyings move, and what was said of them.
import { type Field, type Panel, series, SESSION_OF_RANGE, SEVERITIES, table } from './panel.ts';

/** A column of underlyings that leads to their own dashboard, with the range that is looked at. */
const UNDERLYING_FIELD: Field = {
  name: 'underlying',
  link: {
    title: 'Show ${__value.text}',
    url: '/d/spyhop-underlying?var-symbol=${__value.text}&${__url_time_range}',
  },
};

export const MOVES: readonly Panel[] = [
  {
    kind: 'table',
    title: 'Most surprising underlyings',
    description:
      'Underlyings by the highest surprise of their alerts in the range, -log10 of the ' +
      'probability; those of rules that give none follow by premium.',
    unit: 'short',
    width: 12,
    height: 10,
    queries: [
      table(`
      select underlying, max(surprise) as surprise, count(*) as alerts, sum(premium) as premium,
        sum(net_premium) as net_premium, max(at) as latest
      from spyhop.alert_numbers
      where $__timeFilter(at)
      group by underlying
      order by surprise desc nulls last, premium desc, underlying
      limit 25`),
    ],
    fields: [
      UNDERLYING_FIELD,
      { name: 'premium', unit: 'currencyUSD' },
      { name: 'net_premium', unit: 'currencyUSD' },
    ],
  },
  {
    kind: 'table',
    title: 'Underlyings by premium',
    description:
      'Premium of the session the range ends in, beside the mean of the twenty sessions before it that are stored.',
    unit: 'short',
    width: 12,
    height: 10,
    queries: [
      table(`
      select top.underlying, top.premium, top.premium / nullif(normal.premium, 0) as times_normal,
        top.put_premium / nullif(top.call_premium, 0) as put_call, top.volume as contracts
      from (
        select * from spyhop.underlying_days
        where session_date = ${SESSION_OF_RANGE}
        order by premium desc
        limit 25
      ) top
      left join lateral (
        select avg(premium) as premium
        from (
          select premium from spyhop.underlying_days before
          where before.underlying = top.underlying and before.session_date < top.session_date
          order by before.session_date desc
          limit 20
        ) earlier
      ) normal on true
      order by top.premium desc`),
    ],
    fields: [UNDERLYING_FIELD, { name: 'premium', unit: 'currencyUSD' }],
  },
  {
    kind: 'timeseries',
    title: 'Alert timeline',
    description: 'Each alert at its time and premium, by severity.',
    unit: 'currencyUSD',
    width: 24,
    height: 8,
    draw: 'points',
    logarithmic: true,
    queries: [
      series(`
      select at as "time",
        case severity when 'high' then premium end as high,
        case severity when 'medium' then premium end as medium,
        case severity when 'low' then premium end as low
      from spyhop.alert_numbers
      where $__timeFilter(at)
      order by at desc
      limit 2000`),
    ],
    fields: SEVERITIES,
  },
  {
    kind: 'table',
    title: 'Latest alerts',
    description:
      'The newest alerts of the range. The detector says how it counts, expected is what is normal of it.',
    unit: 'short',
    width: 24,
    height: 10,
    queries: [
      table(`
      select at as "time", underlying, contract_name as contract, detector, severity, side, direction,
        observed, expected, unit, surprise, premium
      from spyhop.alert_numbers
      where $__timeFilter(at)
      order by at desc, alert_id desc
      limit 100`),
    ],
    fields: [UNDERLYING_FIELD, { name: 'premium', unit: 'currencyUSD' }],
  },
];
