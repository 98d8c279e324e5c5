// What the parts of detector `surprise` share in a session.
import type { SessionBudget } from '../budget.ts';
import type { SessionClock } from '../session-clock.ts';

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

/** What the underlyings of a session share; nothing in it decides by what another underlying did. */
export interface SurpriseShared {
  readonly budget: SessionBudget;
  /** Null before a baseline of orders came. */
  clock: SessionClock | null;
}
