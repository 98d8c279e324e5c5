// The days of the US options market 2014 to 2030: holidays, half days, and New York's clock, by arithmetic alone.
// Source of the rules: NYSE Rule 7.2 and the exchanges' published holiday lists, which Cboe, Nasdaq and MIAX follow.

/** Milliseconds of a day, an hour, a minute. */
export const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;
export const MINUTE_MS = 60_000;

/** First and last year the calendar covers (flat files begin 2014-06-02). */
export const CALENDAR_YEARS = { first: 2014, last: 2030 } as const;

/** Days the market was closed by proclamation, which no rule predicts. */
const CLOSED_BY_PROCLAMATION: ReadonlySet<string> = new Set([
  '2018-12-05', // day of mourning for George H. W. Bush
  '2025-01-09', // day of mourning for Jimmy Carter
]);

/** A New York calendar date as days since 1970-01-01 (no time of day, no time zone). */
export type DayNumber = number;

/** Day number of "YYYY-MM-DD"; null when the text is not a date of the calendar. */
export function dayNumberOf(date: string): DayNumber | null {
  if (!/^\d{4}-\d\d-\d\d$/.test(date)) return null;
  const day =
    Date.UTC(Number(date.slice(0, 4)), Number(date.slice(5, 7)) - 1, Number(date.slice(8, 10))) / DAY_MS;
  return dateOfDayNumber(day) === date ? day : null;
}

/** "YYYY-MM-DD" of a day number. */
export function dateOfDayNumber(day: DayNumber): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

function dayOf(year: number, month: number, day: number): DayNumber {
  return Date.UTC(year, month - 1, day) / DAY_MS;
}

/** 0 is Sunday, 6 is Saturday. */
export function weekdayOf(day: DayNumber): number {
  return (((day + 4) % 7) + 7) % 7;
}

/** The nth (1-based) given weekday of a month. */
function nthWeekday(year: number, month: number, weekday: number, nth: number): DayNumber {
  const first = dayOf(year, month, 1);
  return first + ((weekday - weekdayOf(first) + 7) % 7) + 7 * (nth - 1);
}

/** Easter Sunday of the Gregorian calendar (Meeus, Astronomical Algorithms, ch. 8). */
function easterSunday(year: number): DayNumber {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const g = Math.floor((8 * b + 13) / 25);
  const h = (19 * a + b - Math.floor(b / 4) - g + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 19 * l) / 433);
  const month = Math.floor((h + l - 7 * m + 90) / 25);
  return dayOf(year, month, (h + l - 7 * m + 33 * month + 19) % 32);
}

/** A holiday on Saturday is kept on Friday, one on Sunday on Monday. */
function observed(day: DayNumber): DayNumber {
  const weekday = weekdayOf(day);
  return weekday === 6 ? day - 1 : weekday === 0 ? day + 1 : day;
}

function holidaysOf(year: number): DayNumber[] {
  const newYear = dayOf(year, 1, 1);
  const days = [
    nthWeekday(year, 1, 1, 3), // Martin Luther King Jr. Day
    nthWeekday(year, 2, 1, 3), // Washington's Birthday
    easterSunday(year) - 2, // Good Friday
    nthWeekday(year, 6, 1, 1) - 7, // Memorial Day, the last Monday of May
    observed(dayOf(year, 7, 4)), // Independence Day
    nthWeekday(year, 9, 1, 1), // Labor Day
    nthWeekday(year, 11, 4, 4), // Thanksgiving
    observed(dayOf(year, 12, 25)), // Christmas
  ];
  // New Year's Day on a Saturday is not kept on the Friday, which closes the accounting year.
  if (weekdayOf(newYear) !== 6) days.push(observed(newYear));
  if (year >= 2022) days.push(observed(dayOf(year, 6, 19))); // Juneteenth
  return days;
}

function halfDaysOf(year: number): DayNumber[] {
  // The eves of Independence Day and of Christmas, when eve and day are weekdays; the day after Thanksgiving.
  const eves = [dayOf(year, 7, 3), dayOf(year, 12, 24)].filter((eve) => {
    const weekday = weekdayOf(eve);
    return weekday >= 1 && weekday <= 4;
  });
  return [...eves, nthWeekday(year, 11, 4, 4) + 1];
}

type DayKind = 'full' | 'half' | 'closed';

function buildCalendar(): { first: DayNumber; kinds: DayKind[] } {
  const first = dayOf(CALENDAR_YEARS.first, 1, 1);
  const last = dayOf(CALENDAR_YEARS.last, 12, 31);
  const kinds: DayKind[] = [];
  for (let day = first; day <= last; day++) {
    const weekend = weekdayOf(day) === 0 || weekdayOf(day) === 6;
    kinds.push(weekend || CLOSED_BY_PROCLAMATION.has(dateOfDayNumber(day)) ? 'closed' : 'full');
  }
  for (let year: number = CALENDAR_YEARS.first; year <= CALENDAR_YEARS.last; year++) {
    for (const day of halfDaysOf(year)) kinds[day - first] = 'half';
    for (const day of holidaysOf(year)) kinds[day - first] = 'closed';
  }
  return { first, kinds };
}

const CALENDAR = buildCalendar();

/** What kind of day it is: a full session, a half session (early close), or closed; null outside the calendar. */
export function dayKindOf(day: DayNumber): DayKind | null {
  return CALENDAR.kinds[day - CALENDAR.first] ?? null;
}

/** Second Sunday of March and first Sunday of November: the days New York's clocks change, at 02:00. */
function daylightSaving(year: number): { begins: DayNumber; ends: DayNumber } {
  return { begins: nthWeekday(year, 3, 0, 2), ends: nthWeekday(year, 11, 0, 1) };
}

/** Epoch milliseconds of 00:00 New York time on a day (rules in force since 2007). */
export function newYorkMidnightMs(day: DayNumber): number {
  const year = new Date(day * DAY_MS).getUTCFullYear();
  const { begins, ends } = daylightSaving(year);
  // On a day of change midnight still has the old offset.
  const summer = day > begins && day <= ends;
  return day * DAY_MS + (summer ? 4 : 5) * HOUR_MS;
}

/** The New York day a moment falls on. */
export function newYorkDayOf(epochMs: number): DayNumber {
  const utcDay = Math.floor(epochMs / DAY_MS);
  return epochMs >= newYorkMidnightMs(utcDay) ? utcDay : utcDay - 1;
}

/** Time of day in New York, "HH:MM:SS", for a moment. */
export function newYorkTime(epochMs: number): string {
  const year = new Date(epochMs - 5 * HOUR_MS).getUTCFullYear();
  const { begins, ends } = daylightSaving(year);
  const summer = epochMs >= begins * DAY_MS + 7 * HOUR_MS && epochMs < ends * DAY_MS + 6 * HOUR_MS;
  return new Date(epochMs - (summer ? 4 : 5) * HOUR_MS).toISOString().slice(11, 19);
}
