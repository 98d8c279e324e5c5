// The alerts: the list with its filters, and one by its id.
import type { AlertQuery } from '../domain/answers.ts';
import { encodeCursor } from './cursor.ts';
import {
  alertId,
  choice,
  cursor,
  dollars,
  instant,
  limit,
  optional,
  osi,
  symbol,
  word,
} from './parameter.ts';
import { Problem } from './problem.ts';
import { ref, type Resource, resource } from './resource.ts';

/** Most alerts of a page, and how many it has when nothing is said. */
const PAGE_MAX = 1_000;
const PAGE_USUAL = 50;

/** Leaves out what was not asked for. */
function given(query: { readonly [K in keyof AlertQuery]: AlertQuery[K] | undefined }): AlertQuery {
  const asked = Object.entries(query).filter(([, value]) => value !== undefined);
  return Object.fromEntries(asked) as unknown as AlertQuery;
}

const list = resource({
  path: '/v1/alerts',
  operation: 'listAlerts',
  group: 'alerts',
  sentence: 'Alerts, newest first.',
  description:
    'Every filter given must hold. The next page is asked for with the same filters and its cursor.',
  parameters: {
    underlying: optional(symbol('Only this underlying.')),
    contract: optional(osi('Only this contract.')),
    detector: optional(word('Only what this detector found.', 'threshold')),
    severity: optional(choice('Only of this severity.', ['low', 'medium', 'high'])),
    direction: optional(choice('Only leaning this way.', ['bullish', 'bearish', 'neutral', 'unknown'])),
    minPremium: optional(dollars('Only with at least this premium, in dollars.')),
    from: optional(instant('Only from this moment on.')),
    until: optional(instant('Only before this moment.')),
    limit: limit(PAGE_MAX, PAGE_USUAL),
    cursor: cursor('alerts'),
  },
  media: 'application/json',
  schema: ref('AlertPage'),
  asksStore: true,
  async answer(values, { ports }) {
    const { underlying, contract, detector, severity, direction, from, until } = values;
    if (from !== undefined && until !== undefined && from >= until) {
      throw new Problem('parameter-refused', 'until is not after from: give a later moment.', {
        parameter: 'until',
        allowed: 'a moment after from',
      });
    }
    const page = await ports.store.alerts(
      given({
        underlying,
        contract,
        detector,
        severity,
        direction,
        premiumCentsMin: values.minPremium,
        fromMs: from,
        untilMs: until,
        before: values.cursor,
        limit: values.limit,
      }),
    );
    const next = page.next === null ? null : encodeCursor('alerts', page.next);
    return { json: { items: page.items, next }, next };
  },
});

const one = resource({
  path: '/v1/alerts/{id}',
  operation: 'getAlert',
  group: 'alerts',
  sentence: 'One alert.',
  parameters: { id: alertId('Id of the alert.') },
  media: 'application/json',
  schema: ref('Alert'),
  missing: 'alert with this id',
  asksStore: true,
  cheap: true,
  async answer({ id }, { ports }) {
    const alert = await ports.store.alert(id);
    return alert === null ? null : { json: alert };
  },
});

export const ALERT_RESOURCES: readonly Resource[] = [list, one];
