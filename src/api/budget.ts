// The budget of alerts: how often the detector surprise may speak by chance, what it has spent, and how to change it.
import { amount } from './parameter.ts';
import type { ApiPorts, BudgetView } from './ports.ts';
import { refused } from './problem.ts';
import { ref, type Resource, resource } from './resource.ts';

/** Alerts a day that may be asked for: from one in a hundred days to more than anybody reads. */
const ALERTS_A_DAY_MIN = 0.01;
const ALERTS_A_DAY_MAX = 10_000;

const SAME = {
  path: '/v1/budget',
  group: 'alerts',
  media: 'application/json',
  schema: ref('Budget'),
  missing: 'budget: the detector surprise is not at work (--detector surprise)',
  asksStore: false,
} as const;

function shown({ alertsPerDay, ordersForecast, spent, burnRate, heldBack }: BudgetView) {
  return {
    alertsPerDay,
    ordersForecast: Math.round(ordersForecast),
    spent: { contracts: spent.contracts, underlyings: spent.underlyings },
    burnRate: burnRate === null ? null : round4(burnRate),
    heldBack: heldBack.map(({ underlying, contract, at, share }) => ({
      underlying,
      contract,
      at,
      share: round4(share),
    })),
  };
}

function round4(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

function answer({ budget }: ApiPorts) {
  const view = budget?.view() ?? null;
  return view === null ? null : { json: shown(view) };
}

const get = resource({
  ...SAME,
  operation: 'getBudget',
  sentence: 'The budget of alerts in this session: what it is, what is spent, and what was held back.',
  description:
    'The budget is a mean over many sessions, not a cap. Held back is what rose above a tenth of the threshold.',
  parameters: {},
  answer: (_values, { ports }) => answer(ports),
});

const put = resource({
  ...SAME,
  method: 'put',
  scope: 'admin',
  operation: 'changeBudget',
  sentence:
    'Changes the budget from the next print on; the change is journaled, so that a replay makes it too.',
  description: 'It holds until the service is started again: --alerts-per-day sets it for good.',
  parameters: { alertsPerDay: amount('Alerts a day that chance alone may raise, in the mean.', '20') },
  answer({ alertsPerDay }, { ports }) {
    if (alertsPerDay < ALERTS_A_DAY_MIN || alertsPerDay > ALERTS_A_DAY_MAX) {
      const allowed = `a number from ${ALERTS_A_DAY_MIN} to ${ALERTS_A_DAY_MAX}`;
      throw refused('alertsPerDay', `alertsPerDay is ${alertsPerDay}`, allowed);
    }
    if (answer(ports) === null) return null;
    ports.budget!.change(alertsPerDay);
    return answer(ports);
  },
});

export const BUDGET_RESOURCES: readonly Resource[] = [get, put];
