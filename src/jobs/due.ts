// What is due when: pure arithmetic on New York's clock, so that any clock can drive it.
import { dayNumberOf, HOUR_MS, newYorkMidnightMs } from '../domain/calendar.ts';
import { newYorkDate, sessionAfter, sessionOn, sessionsBefore } from '../domain/session.ts';
import { present } from '../lib/assert.ts';

/** Offset of the baseline job after midnight in New York: an hour and a half before the open. */
export const BASELINE_AT_MS = 8 * HOUR_MS;

/** Moment (epoch ms) at which the baseline of a session is due. */
export function baselineDueMs(sessionDate: string): number {
  return newYorkMidnightMs(present(dayNumberOf(sessionDate), 'the day of a session')) + BASELINE_AT_MS;
}

/** The session whose baseline should hold at a moment: the newest whose 08:00 has come. */
export function sessionDueAt(nowMs: number): string {
  const today = newYorkDate(nowMs);
  if (!('fault' in sessionOn(today)) && nowMs >= baselineDueMs(today)) return today;
  return present(sessionsBefore(today, 1)[0], 'a session before today');
}

/** The next moment after this one at which something falls due; null at the end of the calendar. */
export function nextDueMs(nowMs: number): number | null {
  const next = sessionAfter(sessionDueAt(nowMs));
  return next === null ? null : baselineDueMs(next);
}
