// What the parts of detector `surprise` share in a session.
import { SessionBudget } from '../budget.ts';
import type { OrderBaseline } from '../order-baseline.ts';
import type { Session } from '../session.ts';
import { SessionClock } from '../session-clock.ts';
import type { DetectorChange } from './detector.ts';

/** A contract that spoke stays silent for so long. */
export const REARM_MS = 30 * 60_000;
/** An underlying that spoke: news is one thing to say. */
export const UNDERLYING_REARM_MS = 60 * 60_000;
/** What rose above this share of the threshold is held back, and shown. */
export const HELD_BACK_SHARE = 0.1;
/** Each alert of a contract makes its next so many times harder: who speaks twice was not understood. */
export const SPOKEN_RAISE = 10;
/** An underlying speaks for itself when its recent orders fall on so many contracts, none with more than this share. */
export const BREADTH_CONTRACTS_MIN = 6;
export const BREADTH_SHARE_MAX = 0.5;

/** What the operator asks for, and what earlier sessions taught of the tails. */
export interface SurpriseSettings {
  readonly session: Session;
  readonly alertsPerDay: number;
  /** Factors of the thresholds by group (see tail-memory.ts); null before any session was measured. */
  readonly factors: Float64Array | null;
}

/** What the underlyings of a session share; nothing in it decides by what another underlying did. */
export interface SurpriseShared {
  readonly budget: SessionBudget;
  /** Null before a baseline of orders came. */
  clock: SessionClock | null;
  /** Times in which the feed was away, for a clock that comes later. */
  readonly gaps: Array<{ readonly fromMs: number; readonly toMs: number }>;
}

/** What underlyings share when the session begins. */
export function asItBegan(settings: SurpriseSettings, baseline: OrderBaseline | null): SurpriseShared {
  const shared = { budget: new SessionBudget(settings.alertsPerDay), clock: null, gaps: [] };
  if (baseline !== null) applyChange(shared, settings, { of: 'forecast', baseline });
  return shared;
}

/** Makes a change: what follows from it follows from the changes so far alone, in their order. */
export function applyChange(
  shared: SurpriseShared,
  { session, factors }: SurpriseSettings,
  change: DetectorChange,
): void {
  switch (change.of) {
    case 'budget':
      shared.budget.change(change.alertsPerDay);
      return;
    case 'gap':
      shared.gaps.push(change);
      shared.clock?.standStill(change.fromMs, change.toMs);
      return;
    case 'forecast':
      shared.clock = new SessionClock(session, change.baseline.profile);
      for (const { fromMs, toMs } of shared.gaps) shared.clock.standStill(fromMs, toMs);
      shared.budget.freeze(change.baseline.ordersForecast, factors);
  }
}

/** How one underlying is told its past: what it shares meanwhile is changed, and at the end left for what holds now. */
export interface SurprisePast {
  readonly present: SurpriseShared;
  readonly change: (change: DetectorChange) => void;
}
