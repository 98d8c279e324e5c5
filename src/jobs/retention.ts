// Days made ahead and days forgotten: partitions for the sessions to come, none for those that nobody asks for.
import { dropOldRuns } from '../db/baselines.ts';
import { DAY_TABLES, dropDaysBefore, makeDay } from '../db/day-tables.ts';
import type { Database } from '../db/pool.ts';
import { BASELINE_SESSIONS } from '../domain/baseline.ts';
import { sessionAfter, sessionsBefore } from '../domain/session.ts';

/** Sessions whose partitions are made ahead, beside the session itself. */
const SESSIONS_AHEAD = 5;

/** Sessions whose bars, flow and day summaries are kept: twice what a baseline looks back. */
export const SUMMARY_SESSIONS = 2 * BASELINE_SESSIONS;

/** First session kept when `sessionDate` is the present one and `sessions` are kept. */
export function keepFrom(sessionDate: string, sessions: number): string {
  return sessionsBefore(sessionDate, sessions - 1)[0] ?? sessionDate;
}

/** Makes the partitions of a session and of those after it; gives how many were missing. */
export async function makeDaysAhead(db: Database, sessionDate: string): Promise<number> {
  let made = 0;
  for (let date: string | null = sessionDate, n = 0; date !== null && n <= SESSIONS_AHEAD; n++) {
    made += await makeDay(db, date);
    date = sessionAfter(date);
  }
  return made;
}

/**
 * Forgets the days behind those that are kept; gives how many partitions and runs went. Harmless to repeat.
 * @param hotSessions sessions whose prints are kept one by one, the present one among them
 */
export async function forgetOldDays(
  db: Database,
  sessionDate: string,
  hotSessions: number,
): Promise<{ readonly partitions: number; readonly runs: number }> {
  let partitions = 0;
  for (const table of DAY_TABLES) {
    const sessions = table === 'print' ? hotSessions : SUMMARY_SESSIONS;
    partitions += await dropDaysBefore(db, table, keepFrom(sessionDate, sessions));
  }
  return { partitions, runs: await dropOldRuns(db) };
}
