// The alerts: the list with its filters, and one by its id.
import type { Alert } from '../domain/alert.ts';
import type { AlertQuery } from '../domain/answers.ts';
import { FINDING_KINDS } from '../domain/detectors/finding.ts';
import { explain } from '../domain/explain.ts';
import { formatCents } from '../domain/money.ts';
import { recompute } from '../domain/recompute.ts';
import { encodeCursor, pageAnswer } from './cursor.ts';
import type { Row } from './formats.ts';
import {
  alertId,
  amount,
  choice,
  cursor,
  dollars,
  given,
  instant,
  limit,
  optional,
  osi,
  symbol,
  word,
} from './parameter.ts';
import { refused } from './problem.ts';
import { JSON_MEDIA } from './replies.ts';
import { ref, type Resource, resource } from './resource.ts';
import { rangeParameters, readRange } from './session-range.ts';

/** Most alerts of a page, and how many it has when nothing is said. */
const PAGE_MAX = 1_000;
const PAGE_USUAL = 50;

/** True when nothing narrows the list: its first page is then held in memory. */
function isBare({ limit: _limit, ...rest }: Readonly<Record<string, unknown>>): boolean {
  return Object.values(rest).every((value) => value === undefined);
}

function cursorOf({ at, id }: Alert): string {
  return encodeCursor('alerts', { atMs: Date.parse(at), key: id });
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
    kind: optional(choice('Only of this kind.', FINDING_KINDS)),
    side: optional(choice('Only with this aggressor.', ['buy', 'sell', 'mixed', 'unknown'])),
    severity: optional(choice('Only of this severity.', ['low', 'medium', 'high'])),
    direction: optional(choice('Only leaning this way.', ['bullish', 'bearish', 'neutral', 'unknown'])),
    minPremium: optional(dollars('Only with at least this premium, in dollars.')),
    minSurprise: optional(amount('Only at least so surprising: -log10 of the tail probability.', '6')),
    from: optional(instant('Only from this moment on.')),
    until: optional(instant('Only before this moment.')),
    limit: limit(PAGE_MAX, PAGE_USUAL),
    cursor: cursor('alerts'),
  },
  media: 'application/json',
  schema: ref('AlertPage'),
  rowSchema: 'Alert',
  asksStore: true,
  async answer(values, { ports }) {
    const { underlying, contract, detector, kind, side, severity, direction, from, until } = values;
    if (from !== undefined && until !== undefined && from >= until) {
      throw refused('until', 'until is not after from', 'a moment after from');
    }
    const recent = isBare(values) ? ports.recent?.page(values.limit, cursorOf) : null;
    if (recent != null) {
      const { text, next, items } = recent;
      return { text, media: JSON_MEDIA, next, rows: items as unknown as readonly Row[] };
    }
    const page = await ports.store.alerts(
      given<AlertQuery>({
        underlying,
        contract,
        detector,
        kind,
        side,
        severity,
        direction,
        premiumCentsMin: values.minPremium,
        surpriseMin: values.minSurprise,
        fromMs: from,
        untilMs: until,
        before: values.cursor,
        limit: values.limit,
      }),
    );
    return pageAnswer('alerts', page.items, page.next);
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

const explanation = resource({
  path: '/v1/alerts/{id}/explanation',
  operation: 'explainAlert',
  group: 'alerts',
  sentence: 'Why an alert was raised, in words and numbers, recomputed from its receipt.',
  description:
    'The receipt holds the prints, quotes and numbers that the alert was made of. Whoever wants to be sure ' +
    'recomputes it: spyhop explain does. Alerts stored before receipts were kept have none.',
  parameters: { id: alertId('Id of the alert.') },
  media: 'application/json',
  schema: ref('Explanation'),
  missing: 'alert with this id and a receipt',
  asksStore: true,
  cheap: true,
  async answer({ id }, { ports }) {
    const found = await ports.store.receipt(id);
    if (found === null || found.receipt === null) return null;
    const { alert, receipt } = found;
    const { differences } = recompute(alert, receipt);
    return { json: { alert, words: explain(alert, receipt), differences, receipt } };
  },
});

/** Days that are counted when nothing is said, and at most. */
const TALLY_DAYS = 30;
const TALLY_DAYS_MAX = 366;

const stats = resource({
  path: '/v1/alerts/stats',
  operation: 'countAlerts',
  group: 'alerts',
  sentence: 'Alerts counted by session, detector, kind, severity and direction, newest session first.',
  parameters: {
    underlying: optional(symbol('Only of this underlying.')),
    ...rangeParameters('thirty days'),
  },
  media: 'application/json',
  schema: ref('AlertTallies'),
  rowSchema: 'AlertTally',
  asksStore: true,
  cheap: true,
  async answer({ underlying, ...range }, { ports }) {
    const [first, last] = readRange(range, ports, TALLY_DAYS, TALLY_DAYS_MAX);
    const tallies = await ports.store.alertTallies(first, last, underlying ?? null);
    const items = tallies.map(({ premiumCents, ...words }) => ({
      ...words,
      premium: formatCents(premiumCents),
    }));
    return { json: { items }, rows: items };
  },
});

export const ALERT_RESOURCES: readonly Resource[] = [list, stats, one, explanation];
