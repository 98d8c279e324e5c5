// Days made ahead and days forgotten: partitions for the sessions to come, none for those that nobody asks for.
import { dropOldRuns } from '../db/baselines.ts';
import { DAY_TABLES, dropDaysBefore, makeDay } from '../db/day-tables.ts';
import type { Database } from '../db/pool.ts';
import { sessionAfter, sessionsBefore } from '../domain/session.ts';

/** Sessions whose partitions are made ahead, beside the session itself. */
const SESSIONS_AHEAD = 5;

export interface RetentionSettings {
  /** Sessions whose prints are kept one by one, the present one among them. */
  readonly printSessions: number;
  /** Sessions whose bars, flow and day summaries are kept; at least what a baseline looks back to. */
  readonly summarySessions: number;
}

export const RETENTION: RetentionSettings = { printSessions: 5, summarySessions: 60 };

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

/** Forgets what is older than the settings say; gives how many partitions and runs went. Harmless to repeat. */
export async function forgetOldDays(
  db: Database,
  sessionDate: string,
  settings: RetentionSettings = RETENTION,
): Promise<{ readonly partitions: number; readonly runs: number }> {
  let partitions = 0;
  for (const table of DAY_TABLES) {
    const sessions = table === 'print' ? settings.printSessions : settings.summarySessions;
    partitions += await dropDaysBefore(db, table, keepFrom(sessionDate, sessions));
  }
  return { partitions, runs: await dropOldRuns(db) };
}
