// A trading session: when it opens and closes in New York, for which classes, and which sessions lie before it.
import {
  CALENDAR_YEARS,
  dateOfDayNumber,
  dayKindOf,
  dayNumberOf,
  HOUR_MS,
  MINUTE_MS,
  newYorkDayOf,
  newYorkMidnightMs,
} from './calendar.ts';

/** One trading day of the US options market. Offsets count from midnight in New York on its date. */
export interface Session {
  /** New York date, "YYYY-MM-DD". */
  readonly date: string;
  /** Epoch ms of 00:00 New York time; the origin of every `atMs` column of the session. */
  readonly midnightMs: number;
  /** Offset of the opening, ms after midnight: 09:30. */
  readonly openMs: number;
  /** Offset of the regular close: 16:00, on half days 13:00. */
  readonly closeMs: number;
  /** Offset of the close of the late classes: 16:15, on half days 13:15. */
  readonly lateCloseMs: number;
  readonly halfDay: boolean;
}

/** Length of the buckets that the day's mean is divided into. */
export const BUCKET_MS = 5 * MINUTE_MS;

/**
 * Underlyings whose options trade a quarter of an hour longer: broad indices and the listed ETF and ETN classes
 * (exchange circulars; the list moves slowly and a missing name costs a quarter of an hour of detection).
 */
const LATE_UNDERLYINGS: ReadonlySet<string> = new Set(
  (
    'SPX NDX RUT VIX DJX OEX XEO XSP MRUT XND NANOS CBTX MBTX ' +
    'SPY QQQ IWM DIA EEM EFA FXI TLT MDY OEF IWN IWO IWD IWF IWV VTI KBE KRE XHB XME XRT SMH ' +
    'XLB XLC XLE XLF XLI XLK XLP XLRE XLU XLV XLY ' +
    'DBA DBB DBC DBO UNG UUP USO GLD SLV SVXY UVXY VIXY VXX VXZ'
  ).split(' '),
);

/** PM-settled index roots: on their last day they stop at the regular close, with the index. */
const PM_SETTLED_ROOTS: ReadonlySet<string> = new Set([
  'SPXW',
  'SPXPM',
  'SPXQ',
  'RUTW',
  'RUTQ',
  'NDXP',
  'NQX',
  'XSP',
]);

/** True for underlyings whose options trade to 16:15. */
export function isLateUnderlying(underlying: string): boolean {
  return LATE_UNDERLYINGS.has(underlying);
}

/** True for index roots that settle in the afternoon. */
export function isPmSettledRoot(root: string): boolean {
  return PM_SETTLED_ROOTS.has(root);
}

/** The session on a New York date, or the reason why there is none, in a sentence. */
export function sessionOn(date: string): Session | { readonly fault: string } {
  const day = dayNumberOf(date);
  if (day === null) return { fault: `${date} is not a date: write YYYY-MM-DD` };
  const kind = dayKindOf(day);
  if (kind === null) {
    return {
      fault: `${date} is outside the calendar, which covers ${CALENDAR_YEARS.first} to ${CALENDAR_YEARS.last}`,
    };
  }
  if (kind === 'closed') return { fault: `${date} is not a trading day: the US options market was closed` };
  const halfDay = kind === 'half';
  const closeMs = (halfDay ? 13 : 16) * HOUR_MS;
  return {
    date,
    midnightMs: newYorkMidnightMs(day),
    openMs: 9 * HOUR_MS + 30 * MINUTE_MS,
    closeMs,
    lateCloseMs: closeMs + 15 * MINUTE_MS,
    halfDay,
  };
}

/** The session on a date known to be a trading day; throws RangeError otherwise. */
export function requireSession(date: string): Session {
  const session = sessionOn(date);
  if ('fault' in session) throw new RangeError(session.fault);
  return session;
}

/** New York date of a moment, "YYYY-MM-DD". */
export function newYorkDate(epochMs: number): string {
  return dateOfDayNumber(newYorkDayOf(epochMs));
}

/**
 * Dates of the `count` sessions before a date (itself excluded, a session or not), oldest first;
 * fewer when the calendar begins. Throws RangeError when `date` is not a date.
 */
export function sessionsBefore(date: string, count: number): string[] {
  const start = dayNumberOf(date);
  if (start === null) throw new RangeError(`${date} is not a date: write YYYY-MM-DD`);
  const dates: string[] = [];
  for (let day = start - 1; dates.length < count; day--) {
    const kind = dayKindOf(day);
    if (kind === null) break;
    if (kind !== 'closed') dates.unshift(dateOfDayNumber(day));
  }
  return dates;
}

/** Dates of the sessions from one date to another, both included. Throws RangeError when one is not a date. */
export function sessionsBetween(from: string, to: string): string[] {
  const [first, last] = [from, to].map((date) => {
    const day = dayNumberOf(date);
    if (day === null) throw new RangeError(`${date} is not a date: write YYYY-MM-DD`);
    return day;
  });
  const dates: string[] = [];
  for (let day = first!; day <= last!; day++) {
    const kind = dayKindOf(day);
    if (kind !== null && kind !== 'closed') dates.push(dateOfDayNumber(day));
  }
  return dates;
}

/** The first session date after a date, or null when the calendar ends. Throws RangeError when `date` is not a date. */
export function sessionAfter(date: string): string | null {
  const start = dayNumberOf(date);
  if (start === null) throw new RangeError(`${date} is not a date: write YYYY-MM-DD`);
  for (let day = start + 1; ; day++) {
    const kind = dayKindOf(day);
    if (kind === null) return null;
    if (kind !== 'closed') return dateOfDayNumber(day);
  }
}

/** Offset (ms after midnight) at which a contract stops trading in a session. */
export function closeMsOf(
  session: Session,
  contract: { readonly underlying: string; readonly root: string; readonly expiryDate: string },
): number {
  if (!isLateUnderlying(contract.underlying)) return session.closeMs;
  const lastDay = contract.expiryDate === session.date && PM_SETTLED_ROOTS.has(contract.root);
  return lastDay ? session.closeMs : session.lateCloseMs;
}

/** Number of five-minute buckets between the opening and an offset: 78 on a full day, 42 on a half day, 81 late. */
export function bucketsUntil(session: Session, closeMs: number): number {
  return (closeMs - session.openMs) / BUCKET_MS;
}
