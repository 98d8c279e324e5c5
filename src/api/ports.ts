// What the API needs of the rest of the service, and the bounds it keeps; the composition root hands all of it in.
import type { Alert } from '../domain/alert.ts';
import type { StoreQueries } from '../domain/answers.ts';
import type { ThresholdSettings } from '../domain/detectors/threshold.ts';
import type { Clock } from '../lib/clock.ts';
import type { TokenBook } from '../lib/token-book.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { AlertFeed } from './alert-feed.ts';
import type { HttpCounts } from './http-counts.ts';
import type { RecentAlerts } from './recent-alerts.ts';

/** The budget of alerts as people read it. */
export interface BudgetView {
  readonly alertsPerDay: number;
  /** Parent orders forecast for the session. */
  readonly ordersForecast: number;
  readonly spent: { readonly contracts: number; readonly underlyings: number };
  /** Alerts so far against those due by now; null before the opening. */
  readonly burnRate: number | null;
  /** What came nearest without speaking, the nearest first; a contract of null is the underlying as a whole. */
  readonly heldBack: readonly {
    readonly underlying: string;
    readonly contract: string | null;
    /** ISO 8601: when its statistic was highest. */
    readonly at: string;
    /** Highest statistic as a share of the threshold. */
    readonly share: number;
  }[];
}

/** The budget of the session that runs; its view is null while the detector surprise is not at work. */
export interface BudgetPort {
  view(): BudgetView | null;
  change(alertsPerDay: number): void;
}

/** A job as it fares. */
export interface JobState {
  readonly job: string;
  readonly ok: number;
  readonly failed: number;
  /** Epoch ms; 0 when never. */
  readonly lastSuccessMs: number;
  readonly lastDurationMs: number;
}

/** The parts whose state decides whether the service is ready. */
export const HEALTH_PARTS = ['database', 'feed', 'journal', 'baseline', 'writer', 'actors'] as const;

/** A part of the service as it is now. */
export interface HealthPart {
  readonly part: (typeof HEALTH_PARTS)[number];
  readonly ready: boolean;
  /** How it is, and what to do when it is not ready, in one sentence. */
  readonly sentence: string;
  /** ISO 8601: since when it is so; null when not known. */
  readonly since: string | null;
}

export interface ApiSettings {
  /** Address to listen on; anything but loopback needs a token. */
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** Bearer token of the settings, which may do everything; null for none. */
  readonly token: string | null;
  /** The tokens of the data directory, that of the settings included; without them only the latter counts. */
  readonly tokens?: TokenBook;
  /** Of spyhop: shown in /openapi.json. */
  readonly version: string;
  /** Bounds; each has a default in LIMITS. */
  readonly limits?: Partial<typeof LIMITS>;
}

/** Bounds of the API: chosen so that the worst client costs less than the feed can spare. */
export const LIMITS = {
  /** Requests answered at once, streams apart; more are told to come back. */
  requestsInFlightMax: 256,
  /** Time for the headers of a request to arrive. */
  requestMsMax: 10_000,
  /** Time to answer. */
  answerMsMax: 10_000,
  /** There are no bodies to send: a small one is read and refused in words, a large one is cut off. */
  bodyBytesMax: 1_024,
  connectionsMax: 1_024,
  /** Requests a second of one client, by its token or else its address: far above what pages ask. 0: no limit. */
  requestsPerSecondMax: 1_000,
  /** Between two comments on a silent stream, so that proxies keep it open. */
  heartbeatMs: 15_000,
  /** Alerts that a client may have missed and still gets one by one when it comes back. */
  resumeAlertsMax: 5_000,
};

/** Everything the API stands on. */
export interface ApiPorts {
  readonly store: StoreQueries;
  /**
   * Alerts stored after this one, in the order they were stored, at most `limit`; null when it is not known.
   * Time is no such order: an alert found late is stored after one with a newer time.
   */
  readonly alertsAfter: (id: string, limit: number) => Promise<readonly Alert[] | null>;
  /** True for errors of the store that pass by themselves: the database is away, or too busy. */
  readonly isStoreAway: (error: unknown) => boolean;
  readonly alertFeed: AlertFeed;
  /** The newest alerts in memory; without them the store is asked each time. */
  readonly recent?: RecentAlerts;
  readonly budget?: BudgetPort;
  /** The rules at work: a change of a rule changes its hash, and with it the ids of its alerts. */
  readonly rules?: () => readonly { readonly detector: string; readonly id: string; readonly hash: string }[];
  /** Settings of the detector threshold; its defaults unless given. */
  readonly threshold?: ThresholdSettings;
  /** The jobs since the start of the process. */
  readonly jobs?: () => readonly JobState[];
  /** The parts as they are; what is not named counts as not ready. */
  readonly health: () => readonly HealthPart[] | Promise<readonly HealthPart[]>;
  readonly metrics: Metrics;
  readonly counts: HttpCounts;
  /** New York date of the session that runs, or else of the last one: where no date is asked for. */
  readonly currentSession: () => string;
  /** The machine's clock and not the tape's: heartbeats and deadlines are for people who wait. */
  readonly clock: Clock;
  readonly log: Pick<Log, 'write'>;
  readonly settings: ApiSettings;
}
