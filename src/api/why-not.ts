// Why a contract raised no alert at a moment: its stored prints are folded again, within a bound.
import type { StoredPrint, TimeCursor } from '../domain/answers.ts';
import { DEFAULT_THRESHOLD } from '../domain/detectors/threshold.ts';
import { newYorkDate, type Session, sessionOn } from '../domain/session.ts';
import type { TapePrint } from '../domain/tape-check.ts';
import { whyNot } from '../domain/why-not.ts';
import { instant, osi } from './parameter.ts';
import type { ApiPorts } from './ports.ts';
import { refused } from './problem.ts';
import { ref, type Resource, resource } from './resource.ts';

/** Prints folded for one answer at most: some tens of ms. */
const PRINTS_MAX = 50_000;
/** Prints asked for at once; between two pages others have their turn. */
const PAGE_PRINTS = 5_000;

/** All prints of the contract in the session; null when it was never seen. */
async function printsOf(
  store: ApiPorts['store'],
  contract: string,
  { date, midnightMs }: Session,
): Promise<TapePrint[] | null> {
  const prints: TapePrint[] = [];
  const take = ({ atMs, priceE4, size, condition, exchange }: StoredPrint): void =>
    void prints.push({ atMs: atMs - midnightMs, priceE4, size, condition, exchange });
  for (let after: TimeCursor | null = null; ;) {
    const page = await store.prints(contract, date, after, PAGE_PRINTS);
    if (page === null) return null;
    page.items.forEach(take);
    after = page.next;
    if (after === null) return prints;
    if (prints.length >= PRINTS_MAX) {
      const fault = `The contract has more than ${PRINTS_MAX} prints, too many for one answer`;
      throw refused('osi', fault, `a contract with at most ${PRINTS_MAX} prints`);
    }
  }
}

const one = resource({
  path: '/v1/contracts/{osi}/why-not',
  operation: 'explainSilence',
  group: 'contracts',
  sentence:
    'Why the detector threshold raised no alert on a contract at a moment, and its nearest miss of the day.',
  description:
    'The stored prints of the session are folded again, against what is normal by the latest run of the baseline job ' +
    'and with the settings of the service. Each condition says whether it held, and how much was missing.',
  parameters: {
    osi: osi('OSI ticker of the contract.'),
    at: instant('The moment.'),
  },
  media: 'application/json',
  schema: ref('WhyNot'),
  missing: 'contract with prints in this session',
  asksStore: true,
  async answer({ osi: contract, at }, { ports }) {
    const session = sessionOn(newYorkDate(at));
    if ('fault' in session)
      throw refused('at', `at lies in no session (${session.fault})`, 'a moment of one');
    const prints = await printsOf(ports.store, contract, session);
    if (prints === null) return null;
    const normal = await ports.store.normal(contract);
    const { sessions = 0, meanDayVolume = 0, run = null } = normal ?? {};
    const answer = whyNot({
      session,
      contract,
      atMs: at - session.midnightMs,
      prints,
      sessions,
      volumeSum: Math.round(sessions * meanDayVolume),
      threshold: ports.threshold ?? DEFAULT_THRESHOLD,
    });
    const shown = (atMs: number): string => new Date(session.midnightMs + atMs).toISOString();
    const { spokeAtMs, nearest, ...rest } = answer;
    return {
      json: {
        contract,
        sessionDate: session.date,
        at: new Date(at).toISOString(),
        detector: 'threshold',
        baselineRun: run,
        ...rest,
        spokeAt: spokeAtMs.map(shown),
        nearest:
          nearest === null
            ? null
            : { at: shown(nearest.atMs), volume: nearest.volume, needed: nearest.needed },
      },
    };
  },
});

export const WHY_NOT_RESOURCES: readonly Resource[] = [one];
