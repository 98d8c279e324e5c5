// The part of the dashboard Detection quality that shows how the budget of alerts is spent.
import { metric, type Panel } from './panel.ts';

export const BUDGET: readonly Panel[] = [
  {
    kind: 'timeseries',
    title: 'Budget of the day',
    description:
      'Alerts of the session that the budget counts, beside what chance alone may raise a day. 0 while the ' +
      'detector surprise is not at work.',
    unit: 'short',
    width: 8,
    height: 7,
    queries: [
      metric('sum by (of) (spyhop_budget_spent_alerts)', '{{of}}'),
      metric('max(spyhop_budget_alerts_per_day)', 'budget'),
    ],
  },
  {
    kind: 'timeseries',
    title: 'Pace of the budget',
    description:
      'Alerts so far against those due by now: 1 spends the budget by the close. A day of news goes far above it.',
    unit: 'short',
    width: 8,
    height: 7,
    queries: [metric('max(spyhop_budget_burn_ratio)', 'pace')],
  },
  {
    kind: 'timeseries',
    title: 'Held back',
    description: 'Contracts and underlyings above a tenth of their threshold that have not reached it.',
    unit: 'short',
    width: 8,
    height: 7,
    queries: [metric('max(spyhop_budget_held_back)', 'held back')],
  },
];
