// What is normal now: the run in force, the jobs that make the next one, and the running session that takes it.
import { currentRun, type LoadedBaseline, loadBaseline } from '../db/baselines.ts';
import { withLastPrints } from '../db/last-prints.ts';
import type { OpenStore } from '../db/open-store.ts';
import type { ContractTable } from '../domain/contract-table.ts';
import type { DetectorName } from '../domain/detectors/finding.ts';
import { type Clock, every } from '../lib/clock.ts';
import type { Log } from '../log.ts';
import type { JobOutcome } from './job-counts.ts';
import { makeBaseline, withOrders } from './order-baseline.ts';
import { startJobs } from './scheduler.ts';

/** How often it is looked for a baseline that another process made. */
const LOOK_MS = 30_000;

export interface BaselineSettings {
  readonly store: OpenStore;
  readonly table: ContractTable;
  /** Folder of everything that is kept. */
  readonly dataDir: string;
  readonly clock: Clock;
  readonly marketClock: Clock;
  readonly log: Log;
  /** The detectors that decide: not every one asks for all of a baseline. */
  readonly detectors?: readonly DetectorName[];
  /** Sessions whose prints are kept. */
  readonly hotSessions: number;
  /** The session that runs, or the next. */
  readonly sessionDate: string;
  readonly onOutcome: (outcome: JobOutcome) => void;
}

/** A session that decides by a baseline. */
export interface DecidingSession {
  /** Number of the run that decides. */
  readonly run: number;
  adoptBaseline(baseline: LoadedBaseline, run: number, atMs: number): void;
}

/** The baseline that decides, always the newest that was made. */
export interface BaselineInForce {
  readonly current: () => LoadedBaseline;
  /** A baseline with what the detectors at work ask of it beside volumes. */
  readonly complete: (loaded: LoadedBaseline) => Promise<LoadedBaseline>;
  /** From now on the session under way takes each new run. */
  follow(session: () => DecidingSession): void;
  close(): Promise<void>;
}

/** Starts the jobs; a session never begins without what the days before it teach, also when nobody ran at 08:00. */
export async function openBaselines(settings: BaselineSettings): Promise<BaselineInForce> {
  const { store, table, marketClock, log, sessionDate } = settings;
  await using parts = new AsyncDisposableStack();
  const place = {
    db: store.db,
    dataDir: settings.dataDir,
    onMissing: (path: string) => log.write('history.missing', { path }),
  };
  const complete = async (loaded: LoadedBaseline): Promise<LoadedBaseline> => {
    const wanted = settings.detectors ?? [];
    const last = wanted.includes('zscore') ? await withLastPrints(store.db, table, loaded) : loaded;
    if (!wanted.includes('surprise')) return last;
    return withOrders(place, table, last);
  };
  const load = async (): Promise<LoadedBaseline> => complete(await loadBaseline(store.db, table));
  let current = await load();
  let deciding: (() => DecidingSession) | null = null;
  /** Lets the session under way decide by the run in force; it may have been opened before that was made. */
  const decide = (): void => {
    const session = deciding?.();
    if (session === undefined || session.run === current.run) return;
    session.adoptBaseline(current, current.run, marketClock.now());
    const { run, asOf, contracts } = current;
    log.write('baseline.changed', { run, asOf, contracts });
  };
  const adopt = async (): Promise<void> => {
    current = await load();
    decide();
  };
  const failed = (error: unknown, job: string | null): void => log.write('job.failed', { job, error });
  const adoptionFailed = (error: unknown): void => failed(error, 'baseline');
  const jobs = await startJobs({
    url: store.url,
    db: store.db,
    clock: marketClock,
    hotSessions: settings.hotSessions,
    makeBaseline: (asOf, builtAtMs) => makeBaseline(place, asOf, builtAtMs),
    onBaseline: () => void adopt().catch(adoptionFailed),
    onOutcome: settings.onOutcome,
    onError: failed,
  });
  parts.defer(() => jobs.close());
  // Another process may have put a run in force: `spyhop baseline`.
  const look = async (): Promise<void> => {
    const inForce = await currentRun(store.db);
    if (inForce !== null && inForce.run !== current.run) await adopt();
    else decide();
  };
  parts.defer(every(settings.clock, LOOK_MS, () => void look().catch(adoptionFailed)));
  if (current.asOf !== sessionDate) {
    await jobs.runBaseline(sessionDate);
    current = await load();
  }
  const open = parts.move();
  return {
    current: () => current,
    complete,
    follow(session) {
      deciding = session;
      decide();
    },
    close: () => open.disposeAsync(),
  };
}
