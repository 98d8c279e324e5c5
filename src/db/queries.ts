// What the store answers, in one place: the port that API and commands ask.
import type { StoreQueries } from '../domain/answers.ts';
import {
  alertsSince,
  findAlert,
  findReceipt,
  lastInsertion,
  listAlerts,
  type NumberedAlert,
} from './alerts.ts';
import { findNormal } from './baselines.ts';
import { listCoverage } from './coverage.ts';
import { listContractDays, listLargest } from './day-answers.ts';
import { listGaps } from './feed-gaps.ts';
import { listContracts, listUnderlyingPrints, listUnderlyings, tallyAlerts } from './market-answers.ts';
import type { Queries } from './pool.ts';
import { findBars, findContractDay, findFlow, listPrints } from './tape-answers.ts';

/** The answers of a store, with what followers and operators ask beside them. */
export interface Store extends StoreQueries {
  /** Alerts stored after a place in the stream, oldest first: where a follower resumes. */
  alertsSince(insertion: number, limit: number): Promise<readonly NumberedAlert[]>;
  /** Place of the newest alert in the stream; 0 when there is none. */
  lastInsertion(): Promise<number>;
}

/** The store's answers over a pool, best one of a reader. */
export function storeQueries(db: Queries): Store {
  return {
    alerts: (query) => listAlerts(db, query),
    alert: (id) => findAlert(db, id),
    receipt: (id) => findReceipt(db, id),
    alertsSince: (insertion, limit) => alertsSince(db, insertion, limit),
    lastInsertion: () => lastInsertion(db),
    flow: (underlying, sessionDate) => findFlow(db, underlying, sessionDate),
    contractDay: (osi, sessionDate) => findContractDay(db, osi, sessionDate),
    prints: (osi, sessionDate, after, limit) => listPrints(db, osi, sessionDate, after, limit),
    bars: (osi, sessionDate) => findBars(db, osi, sessionDate),
    normal: (osi) => findNormal(db, osi),
    gaps: (sessionDate) => listGaps(db, sessionDate),
    underlyings: (prefix, sessionDate, after, limit) =>
      listUnderlyings(db, prefix, sessionDate, after, limit),
    contracts: (underlying, sessionDate, filter) => listContracts(db, underlying, sessionDate, filter),
    underlyingPrints: (underlying, sessionDate, after, limit) =>
      listUnderlyingPrints(db, underlying, sessionDate, after, limit),
    alertTallies: (from, until, underlying) => tallyAlerts(db, from, until, underlying),
    largestContracts: (sessionDate, atMs, limit) => listLargest(db, sessionDate, atMs, limit),
    contractDays: (osi, from, until) => listContractDays(db, osi, from, until),
    coverage: (from, until) => listCoverage(db, from, until),
  };
}
