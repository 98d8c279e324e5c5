// Whether the market is open at a moment, and when that changes next.
import { newYorkDate, requireSession, sessionAfter, sessionOn } from '../domain/session.ts';

/** The market at a moment. */
export interface MarketState {
  /** Regular hours; and the quarter of an hour longer that some classes trade. */
  readonly regular: boolean;
  readonly late: boolean;
  /** Epoch ms of the next opening or regular close; null when the calendar ends before it. */
  readonly nextChangeMs: number | null;
}

/** The market at `epochMs`. */
export function marketStateAt(epochMs: number): MarketState {
  const today = newYorkDate(epochMs);
  const session = sessionOn(today);
  if (!('fault' in session)) {
    const offsetMs = epochMs - session.midnightMs;
    const { midnightMs, openMs, closeMs, lateCloseMs } = session;
    if (offsetMs < openMs) return { regular: false, late: false, nextChangeMs: midnightMs + openMs };
    if (offsetMs < closeMs) return { regular: true, late: true, nextChangeMs: midnightMs + closeMs };
    if (offsetMs < lateCloseMs) return { regular: false, late: true, nextChangeMs: openAfter(today) };
  }
  return { regular: false, late: false, nextChangeMs: openAfter(today) };
}

function openAfter(date: string): number | null {
  const next = sessionAfter(date);
  if (next === null) return null;
  const { midnightMs, openMs } = requireSession(next);
  return midnightMs + openMs;
}
