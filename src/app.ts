// The running service: every part made, joined and, in the reverse order, ended. The only file that knows everybody.
import type { Feed } from './actors/feed.ts';
import type { FeedState } from './actors/feed-words.ts';
import { AlertFeed } from './api/alert-feed.ts';
import { HttpCounts } from './api/http-counts.ts';
import type { ApiSettings } from './api/ports.ts';
import { RecentAlerts } from './api/recent-alerts.ts';
import { API_ROUTES } from './api/routes.ts';
import { type Api, createApi } from './api/server.ts';
import { alertsAfter } from './db/alerts.ts';
import { openStore, type OpenStore } from './db/open-store.ts';
import { isPassing } from './db/sqlstate.ts';
import type { Alert } from './domain/alert.ts';
import { ALERTS_PER_DAY } from './domain/budget.ts';
import { ContractTable } from './domain/contract-table.ts';
import { type DetectorName, DETECTOR_NAMES, PLAIN_DETECTOR_NAMES } from './domain/detectors/finding.ts';
import type { ThresholdSettings } from './domain/detectors/threshold.ts';
import { type DeepStore, openDeepStore } from './jobs/deep-answers.ts';
import { JOB_NAMES, JobCounts } from './jobs/job-counts.ts';
import { type BaselineInForce, openBaselines } from './jobs/baseline-in-force.ts';
import type { Clock } from './lib/clock.ts';
import { lockFolder } from './lib/process-lock.ts';
import { AlertCounts } from './live/alert-counts.ts';
import { budgetOf } from './live/budget-view.ts';
import { FeedCounts } from './live/feed-counts.ts';
import { openFeedLink } from './live/feed-link.ts';
import { databaseFault, healthOf, type PartHealth } from './live/health.ts';
import type { Recovery } from './live/live-session.ts';
import { metricSources } from './live/metric-sources.ts';
import { openSessions, sessionAt, type Sessions } from './live/sessions.ts';
import { StoreCounts } from './live/store-counts.ts';
import { watchWorld, type World } from './live/world.ts';
import { type Log, LOG_KINDS } from './log.ts';
import { createMetrics, type EverySource, type Metrics } from './metrics.ts';

/** What a service is made of. */
export interface ServiceSettings {
  readonly dataDir: string;
  /** Address of an external Postgres; null for the embedded one. */
  readonly databaseUrl: string | null;
  readonly feed: { readonly url: string; readonly key: string };
  readonly api: ApiSettings;
  /** The detectors that decide; the threshold alone unless said. */
  readonly detectors?: readonly DetectorName[];
  /** Alerts a day that the detector `surprise` may spend; 20 unless said. */
  readonly alertsPerDay?: number;
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

/** What the parts of a service count, and where its alerts are followed. */
class Counts {
  readonly alertFeed = new AlertFeed();
  readonly alerts = new AlertCounts();
  readonly store = new StoreCounts();
  readonly jobs = new JobCounts();
  readonly recent = new RecentAlerts();
  /** The budget as it was last set. */
  alertsPerDay = ALERTS_PER_DAY;
  readonly feed = new FeedCounts();
}

async function composeService(settings: ServiceSettings, parts: AsyncDisposableStack): Promise<Service> {
  const { clock, marketClock, log } = settings;
  parts.defer(await lockFolder(settings.dataDir));
  const store = await openStore({ ...settings, clock });
  parts.defer(() => store.close());
  const migrated = store.migrated.migrations.at(-1);
  if (migrated !== undefined) log.write('database.migrated', { to: migrated });
  const counts = new Counts();
  counts.alertsPerDay = settings.alertsPerDay ?? ALERTS_PER_DAY;
  const table = new ContractTable();
  const baselines = await openBaselines({
    ...settings,
    store,
    table,
    sessionDate: sessionAt(marketClock.now()).date,
    onOutcome: (outcome) => counts.jobs.add(outcome),
  });
  parts.defer(() => baselines.close());
  const live = await openSessions(
    {
      ...settings,
      store,
      table,
      baseline: baselines.current,
      complete: baselines.complete,
      storeCounts: counts.store,
      // A budget that was changed holds for the sessions to come, too.
      get alertsPerDay() {
        return counts.alertsPerDay;
      },
      onRaised: (alert) => counts.alerts.add(alert),
      onStored(alerts) {
        counts.alerts.stored(alerts, marketClock.now());
        counts.alertFeed.publish(alerts);
        counts.recent.put(alerts);
        for (const alert of alerts) settings.onAlert?.(alert);
      },
    },
    parts,
  );
  baselines.follow(live.current);
  const feed = openFeedLink({
    ...settings.feed,
    clock,
    marketClock,
    log,
    db: store.db,
    counts: counts.feed,
    session: live.current,
    behindSinceMs: missedSince(live, marketClock.now()),
  });
  parts.defer(() => feed.drain());
  const world = watchWorld(settings.dataDir, clock);
  parts.defer(() => world.stop());
  const deep = parts.use(openDeepStore(store.reader, settings.dataDir, log));
  const api = createServiceApi(settings, { store, deep, live, feed, counts, world, baselines, table });
  counts.recent.load(await deep.answers.alerts({ limit: counts.recent.max }));
  return startedService(settings, { live, feed, api, address: await api.listen(), parts });
}

/** The service as its user holds it. */
function startedService(
  { api: { version }, log }: ServiceSettings,
  { live, feed, api, address, parts }: StartedParts,
): Service {
  log.write('service.started', { version, node: process.version, pid: process.pid, address });
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

interface StartedParts {
  readonly live: Sessions;
  readonly feed: Feed;
  readonly api: Api;
  readonly address: string;
  readonly parts: AsyncDisposableStack;
}

/** Since when the session is missed (epoch ms): since the end of its journal, or its open; null before that. */
function missedSince({ recovery, current }: Sessions, nowMs: number): number | null {
  const { midnightMs, openMs } = current().session;
  return recovery.lastReceivedMs ?? (nowMs > midnightMs + openMs ? midnightMs + openMs : null);
}

/** Parts that the API speaks of. */
interface ApiParts {
  readonly store: OpenStore;
  readonly deep: DeepStore;
  readonly live: Sessions;
  readonly feed: Feed;
  readonly counts: Counts;
  readonly world: World;
  readonly baselines: BaselineInForce;
  readonly table: ContractTable;
}

function createServiceApi(settings: ServiceSettings, parts: ApiParts): Api {
  const { store, live, counts } = parts;
  const http = new HttpCounts();
  return createApi({
    store: parts.deep.answers,
    alertsAfter: (id, limit) => alertsAfter(store.reader, id, limit),
    isStoreAway: isPassing,
    alertFeed: counts.alertFeed,
    recent: counts.recent,
    jobs: () => counts.jobs.states,
    threshold: settings.threshold,
    budget: budgetOf(
      live.current,
      parts.table,
      settings.marketClock,
      (perDay) => (counts.alertsPerDay = perDay),
    ),
    rules: () => live.current().rules,
    metrics: createServiceMetrics(settings, parts, http),
    counts: http,
    currentSession: () => live.current().session.date,
    clock: settings.clock,
    log: settings.log,
    settings: settings.api,
    health: async () => serviceHealth(parts),
  });
}

function createServiceMetrics(
  { log, clock, marketClock, api: { version } }: ServiceSettings,
  { store, live, counts, world, baselines }: ApiParts,
  http: HttpCounts,
): Metrics {
  return createMetrics({
    sources: {
      ...metricSources({
        session: live.current,
        journal: live.journal,
        writer: live.writer,
        followers: () => ({
          waiting: counts.alertFeed.counts.waiting,
          waitingMax: counts.alertFeed.limits.queueMax,
        }),
        feed: counts.feed,
        alerts: counts.alerts,
        store: counts.store,
        world,
        now: () => clock.now(),
        marketNow: () => marketClock.now(),
        databaseIsUp: () => live.writer.state !== 'away',
        connections: () => store.db.connections,
        baseline: baselines.current,
      }),
      ...http.sources(counts.alertFeed),
      ...counts.jobs.sources(),
      journal_corrupt_records_total: () => log.counts.get('journal.corrupt') ?? 0,
      log_lines_total: () => Object.fromEntries(log.counts),
      log_suppressed_lines_total: () => log.suppressed,
      // A metric that nothing fills does not compile: a 0 that means nothing would be a lie.
    } satisfies EverySource,
    values: {
      detector: [...DETECTOR_NAMES, ...PLAIN_DETECTOR_NAMES],
      route: API_ROUTES,
      task: JOB_NAMES,
      kind: Object.keys(LOG_KINDS),
    },
    build: { version },
  });
}

async function serviceHealth({ store, live, feed, baselines }: ApiParts): Promise<PartHealth[]> {
  const { writer } = live;
  return healthOf({
    databaseFault: await databaseFault(store.reader),
    feed: { state: feed.state, sentence: feed.sentence },
    journalFault: live.journal().status.fault,
    baseline: baselines.current(),
    quarantined: live.current().quarantined,
    writer: {
      state: writer.state,
      inFlight: writer.counts().inFlight,
      backlogRows: live.current().backlogRows,
    },
  });
}
