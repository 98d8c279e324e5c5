// Prints a digest of every session of the calendar; run under other time zones, it must not change.
import { CALENDAR_YEARS, newYorkTime } from '../../src/domain/calendar.ts';
import { newYorkDate, type Session, sessionAfter, sessionOn } from '../../src/domain/session.ts';
import { digest } from '../../src/lib/digest.ts';

/** Every session of the calendar, oldest first. */
export function allSessions(): Session[] {
  const sessions: Session[] = [];
  for (let date = sessionAfter(`${CALENDAR_YEARS.first}-01-01`); date !== null; date = sessionAfter(date)) {
    const session = sessionOn(date);
    if ('fault' in session) throw new Error(session.fault);
    sessions.push(session);
  }
  return sessions;
}

/** One text for the whole calendar and its clock. */
export function sessionDigest(): string {
  const lines = allSessions().map((session) => {
    const openMs = session.midnightMs + session.openMs;
    return JSON.stringify([session, newYorkTime(openMs), newYorkDate(session.midnightMs - 1)]);
  });
  return digest(lines.join('\n'));
}

if (import.meta.main) process.stdout.write(sessionDigest());
