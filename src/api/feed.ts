// The feed as an auditor asks for it: its holes in a session, and what the files of the days said of it.
import { SESSION_DATE } from './parameter.ts';
import { ref, type Resource, resource } from './resource.ts';
import { rangeParameters, readRange } from './session-range.ts';

/** Days that are looked back when nothing is said. */
const COVERAGE_DAYS = 30;

const gaps = resource({
  path: '/v1/gaps',
  operation: 'listGaps',
  group: 'feed',
  sentence: 'Holes of the feed in a session, oldest first.',
  parameters: { date: SESSION_DATE },
  media: 'application/json',
  schema: ref('Gaps'),
  rowSchema: 'Gap',
  asksStore: true,
  cheap: true,
  async answer({ date: sessionDate }, { ports }) {
    const found = await ports.store.gaps(sessionDate ?? ports.currentSession());
    const items = found.map(({ feed, sessionDate: day, beganMs, endedMs, reason, state }) => ({
      feed,
      sessionDate: day,
      began: new Date(beganMs).toISOString(),
      ended: endedMs === null ? null : new Date(endedMs).toISOString(),
      reason,
      state,
    }));
    return { json: { items }, rows: items };
  },
});

const coverage = resource({
  path: '/v1/coverage',
  operation: 'listCoverage',
  group: 'feed',
  sentence:
    'What the files of days said of the live feed: prints it had, missed and had twice, newest session first.',
  parameters: rangeParameters('thirty days'),
  media: 'application/json',
  schema: ref('Coverages'),
  rowSchema: 'Coverage',
  asksStore: true,
  cheap: true,
  async answer(range, { ports }) {
    const [first, last] = readRange(range, ports, COVERAGE_DAYS);
    const found = await ports.store.coverage(first, last);
    const items = found.toReversed().map(({ alerts, ...prints }) => ({
      ...prints,
      share: prints.filePrints === 0 ? 1 : Math.round((prints.had / prints.filePrints) * 1e6) / 1e6,
      alertsConfirmed: alerts.confirmed,
      alertsContradicted: alerts.contradicted,
      alertsUnchecked: alerts.unchecked,
    }));
    return { json: { items }, rows: items };
  },
});

export const FEED_RESOURCES: readonly Resource[] = [gaps, coverage];
