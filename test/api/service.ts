// A service in memory for the tests of the API: a store of a few alerts, parts that are well, a clock moved by hand.
import type { Alert } from '../../src/domain/alert.ts';
import { ManualClock } from '../../src/lib/clock.ts';
import type { LogKind } from '../../src/log.ts';
import { createMetrics } from '../../src/metrics.ts';
import { AlertFeed, type AlertFeedLimits } from '../../src/api/alert-feed.ts';
import { HttpCounts } from '../../src/api/http-counts.ts';
import {
  type ApiPorts,
  type ApiSettings,
  type BudgetPort,
  type BudgetView,
  HEALTH_PARTS,
  type HealthPart,
} from '../../src/api/ports.ts';
import type { RecentAlerts } from '../../src/api/recent-alerts.ts';
import { API_ROUTES } from '../../src/api/routes.ts';
import { createApi } from '../../src/api/server.ts';
import { CALL, FakeStore, NOON_MS, SESSION } from './fake-store.ts';

export const TOKEN = '0123456789abcdef0123456789abcdef';

/** The alert number `number`, one a second. */
export function alertAt(number: number, more: Partial<Alert> = {}): Alert {
  return {
    id: number.toString(16).padStart(16, '0'),
    at: new Date(NOON_MS + number * 1_000).toISOString(),
    sessionDate: SESSION,
    detector: 'threshold',
    kind: 'unusual contract',
    rule: { id: 'threshold', hash: '00ff00ff00ff00ff' },
    underlying: 'NVDA',
    contract: CALL,
    contractName: 'NVDA 18 Dec 26 180 call',
    side: 'buy',
    direction: 'bullish',
    directionShare: 0.91,
    sidedShare: 0.8,
    probabilityBuy: 0.58,
    sideMethod: 'quote',
    sideAccuracy: 0.597,
    quoteAgeMs: 120,
    severity: number % 2 === 0 ? 'high' : 'low',
    observed: 4_100,
    expected: 12.5,
    unit: 'contracts',
    threshold: 500,
    baselineSessions: 30,
    surprise: null,
    premium: `${1_000 * number}.00`,
    vwap: '1.62',
    prints: 31,
    orders: 12,
    sweeps: 3,
    exchanges: 9,
    largestOrder: 900,
    flags: [],
    ...more,
  };
}

/** A budget that does what it is told. */
export class FakeBudget implements BudgetPort {
  alertsPerDay = 20;
  isAtWork = true;

  view(): BudgetView | null {
    if (!this.isAtWork) return null;
    const at = new Date(NOON_MS).toISOString();
    return {
      alertsPerDay: this.alertsPerDay,
      ordersForecast: 2_345_678.4,
      spent: { contracts: 7, underlyings: 2 },
      burnRate: 0.914_273,
      heldBack: [
        { underlying: 'NVDA', contract: CALL, at, share: 0.871_239 },
        { underlying: 'SPY', contract: null, at, share: 0.5 },
      ],
    };
  }

  change(alertsPerDay: number): void {
    this.alertsPerDay = alertsPerDay;
  }
}

export const WELL: readonly HealthPart[] = HEALTH_PARTS.map((part) => ({
  part,
  ready: true,
  sentence: `The ${part} works.`,
  since: new Date(NOON_MS).toISOString(),
}));

export class DatabaseAway extends Error {
  override readonly name = 'DatabaseAway';
}

interface ServiceSettings {
  readonly settings?: Partial<ApiSettings>;
  readonly feed?: Partial<AlertFeedLimits>;
  readonly alerts?: number;
  readonly recent?: RecentAlerts;
}

/** An API over fakes, with everything that a test may want to move or look at. */
export function serviceOf({ settings = {}, feed = {}, alerts = 0, recent }: ServiceSettings = {}) {
  const store = new FakeStore();
  store.stored = Array.from({ length: alerts }, (_, at) => alertAt(at));
  const alertFeed = new AlertFeed(feed);
  const counts = new HttpCounts();
  const clock = new ManualClock(NOON_MS);
  const logged: { kind: LogKind; fields: Readonly<Record<string, unknown>> }[] = [];
  const health: { parts: readonly HealthPart[] } = { parts: WELL };
  const budget = new FakeBudget();
  const ports: ApiPorts = {
    store,
    alertsAfter: (id, limit) => store.alertsAfter(id, limit),
    isStoreAway: (error) => error instanceof DatabaseAway,
    alertFeed,
    ...(recent === undefined ? {} : { recent }),
    budget,
    rules: () => [{ detector: 'threshold', id: 'threshold', hash: '00ff00ff00ff' }],
    jobs: () => [{ job: 'baseline', ok: 2, failed: 1, lastSuccessMs: NOON_MS, lastDurationMs: 812.4 }],
    health: () => health.parts,
    metrics: createMetrics({
      sources: counts.sources(alertFeed),
      values: { detector: [], route: API_ROUTES, task: [], kind: [] },
      build: { version: '0.1.0' },
    }),
    counts,
    currentSession: () => SESSION,
    clock,
    log: { write: (kind, fields) => void logged.push({ kind, fields: { ...fields } }) },
    settings: { host: '127.0.0.1', port: 0, token: null, version: '0.1.0', ...settings },
  };
  const api = createApi(ports);
  /** Asks without a network. */
  const get = (url: string, headers: Record<string, string> = {}) =>
    api.app.inject({ method: 'GET', url, headers });
  const put = (url: string, headers: Record<string, string> = {}) =>
    api.app.inject({ method: 'PUT', url, headers });
  return { api, get, put, budget, store, alertFeed, counts, clock, logged, health };
}
