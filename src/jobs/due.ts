// What is due when: pure arithmetic on New York's clock, so that any clock can drive it.
import { dayNumberOf, HOUR_MS, newYorkMidnightMs } from '../domain/calendar.ts';
import { newYorkDate, sessionAfter, sessionOn, sessionsBefore } from '../domain/session.ts';
import { present } from '../lib/assert.ts';

/** Offset of the baseline job after midnight in New York: an hour and a half before the open. */
const BASELINE_AT_MS = 8 * HOUR_MS;

/** Offset of sealing after midnight in New York: late reports of the day have come by then. */
const SEAL_AT_MS = 18 * HOUR_MS;

/** The newest session that may be sealed at a moment, a New York date. */
export function sealDueAt(nowMs: number): string {
  const today = newYorkDate(nowMs);
  const midnightMs = newYorkMidnightMs(present(dayNumberOf(today), 'the day of a date'));
  if (!('fault' in sessionOn(today)) && nowMs >= midnightMs + SEAL_AT_MS) return today;
  return present(sessionsBefore(today, 1)[0], 'a session before today');
}

/** Moment (epoch ms) at which the baseline of a session is due. */
function baselineDueMs(sessionDate: string): number {
  return newYorkMidnightMs(present(dayNumberOf(sessionDate), 'the day of a session')) + BASELINE_AT_MS;
}

/** The session whose baseline should hold at a moment: the newest whose 08:00 has come. */
export function sessionDueAt(nowMs: number): string {
  const today = newYorkDate(nowMs);
  if (!('fault' in sessionOn(today)) && nowMs >= baselineDueMs(today)) return today;
  return present(sessionsBefore(today, 1)[0], 'a session before today');
}

/** The next moment after this one at which a baseline or a seal falls due; null at the end of the calendar. */
export function nextDueMs(nowMs: number): number | null {
  const baseline = sessionAfter(sessionDueAt(nowMs));
  const sealed = sessionAfter(sealDueAt(nowMs));
  if (baseline === null || sealed === null) return null;
  return Math.min(baselineDueMs(baseline), baselineDueMs(sealed) - BASELINE_AT_MS + SEAL_AT_MS);
}
