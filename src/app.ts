// The running service: every part made, joined and, in the reverse order, ended. The only file that knows everybody.
import type { Feed } from './actors/feed.ts';
import type { FeedState } from './actors/feed-words.ts';
import { AlertFeed } from './api/alert-feed.ts';
import { HttpCounts } from './api/http-counts.ts';
import type { ApiSettings } from './api/ports.ts';
import { API_ROUTES } from './api/routes.ts';
import { type Api, createApi } from './api/server.ts';
import { alertsAfter } from './db/alerts.ts';
import { currentRun, type LoadedBaseline, loadBaseline } from './db/baselines.ts';
import { openStore, type OpenStore } from './db/open-store.ts';
import { storeQueries } from './db/queries.ts';
import { isPassing } from './db/sqlstate.ts';
import type { Alert } from './domain/alert.ts';
import { ContractTable } from './domain/contract-table.ts';
import type { ThresholdSettings } from './domain/detectors/threshold.ts';
import { startJobs } from './jobs/scheduler.ts';
import { type Clock, every } from './lib/clock.ts';
import { lockFolder } from './lib/process-lock.ts';
import { AlertCounts } from './live/alert-counts.ts';
import { FeedCounts } from './live/feed-counts.ts';
import { openFeedLink } from './live/feed-link.ts';
import { healthOf } from './live/health.ts';
import type { Recovery } from './live/live-session.ts';
import { metricSources } from './live/metric-sources.ts';
import { openSessions, sessionAt, type Sessions } from './live/sessions.ts';
import { type Log, LOG_KINDS } from './log.ts';
import { createMetrics } from './metrics.ts';

/** What a service is made of. */
export interface ServiceSettings {
  readonly dataDir: string;
  /** Address of an external Postgres; null for the embedded one. */
  readonly databaseUrl: string | null;
  readonly feed: { readonly url: string; readonly key: string };
  readonly api: ApiSettings;
  readonly threshold: ThresholdSettings;
  /** Sessions whose prints and journals are kept. */
  readonly hotSessions: number;
  readonly journalSessions: number;
  /** For waiting: timeouts, backoff, heartbeats. */
  readonly clock: Clock;
  /** What time it is on the market: the same clock, unless a past session is played. */
  readonly marketClock: Clock;
  readonly log: Log;
  /** Told of each alert once it is stored, and never again after a restart. */
  readonly onAlert?: (alert: Alert) => void;
}

/** A running service. */
export interface Service {
  /** Address of the API. */
  readonly address: string;
  readonly sessionDate: string;
  readonly feedState: () => FeedState;
  /** What the journal held when it started. */
  readonly recovery: Recovery;
  /** Drains and ends everything, at the latest after `deadlineMs`; gives the prints and alerts only the journal has. */
  stop(deadlineMs: number): Promise<number>;
}

/** How often it is looked for a baseline that another process made. */
const BASELINE_LOOK_MS = 30_000;
/** Sessions whose day summaries are kept: twice what a baseline looks back. */
const SUMMARY_SESSIONS = 60;
/** Parts of the time it has that a stopping service gives the writer and the API. */
const WRITER_SHARE = 0.6;
const API_SHARE = 0.2;
/** Starts the service. Throws a Refusal when a part cannot start; what had started is then ended again. */
export async function startService(settings: ServiceSettings): Promise<Service> {
  const parts = new AsyncDisposableStack();
  try {
    return await composeService(settings, parts);
  } catch (error) {
    await parts.disposeAsync();
    throw error;
  }
}

async function composeService(settings: ServiceSettings, parts: AsyncDisposableStack): Promise<Service> {
  const { clock, marketClock, log } = settings;
  parts.defer(await lockFolder(settings.dataDir));
  const store = await openStore({ ...settings, clock });
  parts.defer(() => store.close());
  const migrated = store.migrated.migrations.at(-1);
  if (migrated !== undefined) log.write('database.migrated', { to: migrated });
  const alertFeed = new AlertFeed();
  const alertCounts = new AlertCounts();
  const table = new ContractTable();
  const baselines = await openBaselines(settings, store, table, parts);
  const live = await openSessions(
    {
      ...settings,
      store,
      table,
      baseline: baselines.current,
      onRaised: (alert) => alertCounts.add(alert),
      onStored(alerts) {
        alertFeed.publish(alerts);
        for (const alert of alerts) settings.onAlert?.(alert);
      },
    },
    parts,
  );
  baselines.follow(live);
  const counts = new FeedCounts();
  const feed = openFeedLink({
    ...settings.feed,
    clock,
    marketClock,
    log,
    db: store.db,
    counts,
    session: live.current,
    behindSinceMs: missedSince(live, marketClock.now()),
  });
  parts.defer(() => feed.drain());
  const told = { alertFeed, alertCounts };
  const api = createServiceApi(settings, { store, live, feed, counts, baselines, table, ...told });
  const address = await api.listen();
  log.write('service.started', {
    version: settings.api.version,
    node: process.version,
    pid: process.pid,
    address,
  });
  return {
    address,
    sessionDate: live.current().session.date,
    feedState: () => feed.state,
    recovery: live.recovery,
    async stop(deadlineMs) {
      log.write('service.stopping', { deadlineMs });
      feed.drain();
      live.end();
      let left = { prints: 0, alerts: 0 };
      try {
        left = await live.writer.drain(deadlineMs * WRITER_SHARE);
        await api.close(deadlineMs * API_SHARE);
      } finally {
        await parts.disposeAsync();
      }
      log.write('service.stopped', { left: left.prints + left.alerts });
      return left.prints + left.alerts;
    },
  };
}

/** Since when the session is missed (epoch ms): since the end of its journal, or its open; null before that. */
function missedSince({ recovery, current }: Sessions, nowMs: number): number | null {
  const { midnightMs, openMs } = current().session;
  return recovery.lastReceivedMs ?? (nowMs > midnightMs + openMs ? midnightMs + openMs : null);
}

/** What is normal: the run in force, and the jobs that make the next. */
interface Baselines {
  readonly current: () => LoadedBaseline;
  /** From now on the running session takes each new run. */
  follow(live: Sessions): void;
}

async function openBaselines(
  settings: ServiceSettings,
  store: OpenStore,
  table: ContractTable,
  parts: AsyncDisposableStack,
): Promise<Baselines> {
  const { marketClock, log } = settings;
  let current = await loadBaseline(store.db, table);
  let live: Sessions | null = null;
  /** Lets the session under way decide by the run in force; it may have been opened before that was made. */
  const decide = (): void => {
    const session = live?.current();
    if (session === undefined || session.run === current.run) return;
    session.adoptBaseline(current, current.run, marketClock.now());
    log.write('baseline.changed', { run: current.run, asOf: current.asOf, contracts: table.count });
  };
  const adopt = async (): Promise<void> => {
    current = await loadBaseline(store.db, table);
    decide();
  };
  const failed = (error: unknown): void => log.write('job.failed', { error });
  const jobs = await startJobs({
    url: store.url,
    db: store.db,
    clock: marketClock,
    retention: { printSessions: settings.hotSessions, summarySessions: SUMMARY_SESSIONS },
    onBaseline: () => void adopt().catch(failed),
    onError: failed,
  });
  parts.defer(() => jobs.close());
  // Another process may have put a run in force: `spyhop baseline`.
  const look = async (): Promise<void> => {
    const inForce = await currentRun(store.db);
    if (inForce !== null && inForce.run !== current.run) await adopt();
    else decide();
  };
  parts.defer(every(settings.clock, BASELINE_LOOK_MS, () => void look().catch(failed)));
  // A session never begins without what the days before it teach, also when nobody ran at 08:00.
  const { date } = sessionAt(marketClock.now());
  if (current.asOf !== date) {
    await jobs.runBaseline(date);
    current = await loadBaseline(store.db, table);
  }
  return {
    current: () => current,
    follow(sessions) {
      live = sessions;
      decide();
    },
  };
}

/** Parts that the API speaks of. */
interface ApiParts {
  readonly store: OpenStore;
  readonly live: Sessions;
  readonly feed: Feed;
  readonly counts: FeedCounts;
  readonly alertFeed: AlertFeed;
  readonly alertCounts: AlertCounts;
  readonly baselines: Baselines;
  readonly table: ContractTable;
}

function createServiceApi({ clock, log, api: settings }: ServiceSettings, parts: ApiParts): Api {
  const { store, live, feed, alertFeed, baselines, table } = parts;
  const counts = new HttpCounts();
  const metrics = createMetrics({
    sources: {
      ...metricSources({
        session: live.current,
        journal: live.journal,
        writer: live.writer,
        feed: parts.counts,
        alerts: parts.alertCounts,
        databaseIsUp: () => live.writer.state !== 'away',
        connections: () => store.db.connections,
        baseline: () => ({ ...baselines.current(), contracts: table.count }),
      }),
      ...counts.sources(alertFeed),
      log_lines_total: () => Object.fromEntries(log.counts),
      log_suppressed_lines_total: () => log.suppressed,
    },
    values: { route: API_ROUTES, job: ['baseline', 'retention'], kind: Object.keys(LOG_KINDS) },
    build: { version: settings.version },
  });
  return createApi({
    store: storeQueries(store.reader),
    alertsAfter: (id, limit) => alertsAfter(store.reader, id, limit),
    isStoreAway: isPassing,
    alertFeed,
    metrics,
    counts,
    currentSession: () => live.current().session.date,
    clock,
    log,
    settings,
    health: async () =>
      healthOf({
        databaseFault: await databaseFault(store),
        feed: { state: feed.state, sentence: feed.sentence },
        journalFault: live.journal().status.fault,
        baseline: baselines.current(),
        writer: {
          state: live.writer.state,
          inFlight: live.writer.counts().inFlight,
          backlogRows: live.current().backlogRows,
        },
      }),
  });
}

async function databaseFault({ reader }: OpenStore): Promise<string | null> {
  try {
    await reader.rows('select 1');
    return null;
  } catch {
    return 'Postgres does not answer: the journal keeps what comes until it does.';
  }
}
