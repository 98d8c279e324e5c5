// The part of the dashboard Detection quality that shows how the budget of alerts is spent.
import { lines, metric, type Panel } from './panel.ts';

export const BUDGET: readonly Panel[] = [
  lines(
    'Budget of the day',
    'Alerts of the session that the budget counts, beside what chance alone may raise a day. 0 while the ' +
      'detector surprise is not at work.',
    'short',
    metric('sum by (of) (spyhop_budget_spent_alerts)', '{{of}}'),
    metric('max(spyhop_budget_alerts_per_day)', 'budget'),
  ),
  lines(
    'Pace of the budget',
    'Alerts so far against those due by now: 1 spends the budget by the close. A day of news goes far above it.',
    'short',
    metric('max(spyhop_budget_burn_ratio)', 'pace'),
  ),
  lines(
    'Held back',
    'Contracts and underlyings above a tenth of their threshold that have not reached it.',
    'short',
    metric('max(spyhop_budget_held_back)', 'held back'),
  ),
];
