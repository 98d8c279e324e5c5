// What the parts of detector `surprise` share in a session.
import type { SessionBudget } from '../budget.ts';
import type { SessionClock } from '../session-clock.ts';

/** What the underlyings of a session share; nothing in it decides by what another underlying did. */
export interface SurpriseShared {
  readonly budget: SessionBudget;
  /** Null before a baseline of orders came. */
  clock: SessionClock | null;
}
