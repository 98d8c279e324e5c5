// The calendar against the exchanges' published lists, and New York's clock against Temporal.
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  dateOfDayNumber,
  dayKindOf,
  dayNumberOf,
  newYorkDayOf,
  newYorkMidnightMs,
  newYorkTime,
  weekdayOf,
} from '../../src/domain/calendar.ts';
import { assertProperty } from '../support/properties.ts';
import { sessionDigest } from '../support/session-digest.ts';

/** Weekdays without trading and half days, as the exchanges published them, "month-day". */
const PUBLISHED = [
  [2014, '01-01 01-20 02-17 04-18 05-26 07-04 09-01 11-27 12-25', '07-03 11-28 12-24', 252],
  [2015, '01-01 01-19 02-16 04-03 05-25 07-03 09-07 11-26 12-25', '11-27 12-24', 252],
  [2016, '01-01 01-18 02-15 03-25 05-30 07-04 09-05 11-24 12-26', '11-25', 252],
  [2017, '01-02 01-16 02-20 04-14 05-29 07-04 09-04 11-23 12-25', '07-03 11-24', 251],
  [2018, '01-01 01-15 02-19 03-30 05-28 07-04 09-03 11-22 12-05 12-25', '07-03 11-23 12-24', 251],
  [2019, '01-01 01-21 02-18 04-19 05-27 07-04 09-02 11-28 12-25', '07-03 11-29 12-24', 252],
  [2020, '01-01 01-20 02-17 04-10 05-25 07-03 09-07 11-26 12-25', '11-27 12-24', 253],
  [2021, '01-01 01-18 02-15 04-02 05-31 07-05 09-06 11-25 12-24', '11-26', 252],
  [2022, '01-17 02-21 04-15 05-30 06-20 07-04 09-05 11-24 12-26', '11-25', 251],
  [2023, '01-02 01-16 02-20 04-07 05-29 06-19 07-04 09-04 11-23 12-25', '07-03 11-24', 250],
  [2024, '01-01 01-15 02-19 03-29 05-27 06-19 07-04 09-02 11-28 12-25', '07-03 11-29 12-24', 252],
  [2025, '01-01 01-09 01-20 02-17 04-18 05-26 06-19 07-04 09-01 11-27 12-25', '07-03 11-28 12-24', 250],
  [2026, '01-01 01-19 02-16 04-03 05-25 06-19 07-03 09-07 11-26 12-25', '11-27 12-24', 251],
  [2027, '01-01 01-18 02-15 03-26 05-31 06-18 07-05 09-06 11-25 12-24', '11-26', 251],
] as const;

const NEW_YORK = 'America/New_York';

function daysOf(year: number): number[] {
  const first = dayNumberOf(`${year}-01-01`)!;
  const last = dayNumberOf(`${year}-12-31`)!;
  return Array.from({ length: last - first + 1 }, (_, place) => first + place);
}

function published(year: number, days: string): string[] {
  return days.split(' ').map((day) => `${year}-${day}`);
}

describe('the days of the market', () => {
  it.each(PUBLISHED)('of %i are closed and half as published', (year, closed, half, sessions) => {
    const days = daysOf(year);
    const weekdays = days.filter((day) => weekdayOf(day) !== 0 && weekdayOf(day) !== 6);
    const dates = (kind: string) => weekdays.filter((day) => dayKindOf(day) === kind).map(dateOfDayNumber);
    expect(dates('closed')).toEqual(published(year, closed));
    expect(dates('half')).toEqual(published(year, half));
    expect(days.filter((day) => dayKindOf(day) !== 'closed').length).toBe(sessions);
  });

  it('of any year are 249 to 253 sessions, never on a weekend', () => {
    for (let year = 2014; year <= 2030; year++) {
      const sessions = daysOf(year).filter((day) => dayKindOf(day) !== 'closed');
      expect(sessions.length).toBeGreaterThanOrEqual(249);
      expect(sessions.length).toBeLessThanOrEqual(253);
      expect(sessions.every((day) => weekdayOf(day) >= 1 && weekdayOf(day) <= 5)).toBe(true);
    }
  });

  it('are unknown before 2014 and after 2030', () => {
    expect(dayKindOf(dayNumberOf('2013-12-31')!)).toBeNull();
    expect(dayKindOf(dayNumberOf('2014-01-01')!)).toBe('closed');
    expect(dayKindOf(dayNumberOf('2030-12-31')!)).toBe('full');
    expect(dayKindOf(dayNumberOf('2031-01-01')!)).toBeNull();
  });
});

describe('a date', () => {
  it.each([
    '',
    '2025-1-2',
    '2025-02-29',
    '2025-13-01',
    '2025-00-10',
    '2025-04-31',
    '9999-99-99',
    '0050-01-01',
  ])('is not %j', (text) => {
    expect(dayNumberOf(text)).toBeNull();
  });

  it('counts the days since 1970, as Temporal does', () => {
    assertProperty(
      fc.property(fc.integer({ min: -20_000, max: 60_000 }), (day) => {
        const date = Temporal.PlainDate.from('1970-01-01').add({ days: day });
        expect(dateOfDayNumber(day)).toBe(date.toString());
        expect(dayNumberOf(date.toString())).toBe(day);
        expect(weekdayOf(day)).toBe(date.dayOfWeek % 7);
      }),
    );
  });
});

/** Moments of 2014 to 2030, every other one within three hours of midnight or of a change of the clocks. */
const moment = fc.oneof(
  fc.integer({ min: Date.UTC(2014, 0, 1), max: Date.UTC(2031, 0, 1) - 1 }),
  fc
    .tuple(
      fc.integer({ min: 2014, max: 2030 }),
      fc.constantFrom([2, 8], [2, 14], [10, 1], [10, 7], [0, 1], [11, 31], [6, 4]),
      fc.integer({ min: -1, max: 7 }),
      fc.integer({ min: -3 * 3_600_000, max: 9 * 3_600_000 }),
    )
    .map(([year, [month, day], shift, ms]) => Date.UTC(year, month, day + shift) + ms),
);

describe("New York's clock", () => {
  it('is that of Temporal at every moment', () => {
    assertProperty(
      fc.property(moment, (epochMs) => {
        const there = Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(NEW_YORK);
        expect(newYorkTime(epochMs)).toBe(
          there.toPlainTime().toString({ smallestUnit: 'second', roundingMode: 'floor' }),
        );
        expect(dateOfDayNumber(newYorkDayOf(epochMs))).toBe(there.toPlainDate().toString());
      }),
      3_000,
    );
  });

  it('begins every day of 2014 to 2030 when Temporal does', () => {
    for (let day = dayNumberOf('2014-01-01')!; day <= dayNumberOf('2030-12-31')!; day++) {
      const there = Temporal.PlainDate.from(dateOfDayNumber(day)).toZonedDateTime(NEW_YORK);
      const midnightMs = newYorkMidnightMs(day);
      expect(midnightMs).toBe(there.epochMilliseconds);
      expect([newYorkDayOf(midnightMs - 1), newYorkDayOf(midnightMs)]).toEqual([day - 1, day]);
    }
  });

  it('jumps at two on the Sundays of change', () => {
    const times = [
      '2025-03-09T06:59:59Z',
      '2025-03-09T07:00:00Z',
      '2025-11-02T05:59:59Z',
      '2025-11-02T06:00:00Z',
    ];
    expect(times.map((time) => newYorkTime(Date.parse(time)))).toEqual([
      '01:59:59',
      '03:00:00',
      '01:59:59',
      '01:00:00',
    ]);
  });

  it.each(['Asia/Tokyo', 'America/Los_Angeles', 'Europe/London', 'Pacific/Apia'])(
    'does not ask where the machine stands: %s',
    (zone) => {
      const script = resolve(import.meta.dirname, '../support/session-digest.ts');
      const there = execFileSync(process.execPath, [script], {
        env: { ...process.env, TZ: zone },
        encoding: 'utf8',
      });
      expect(there).toBe(sessionDigest());
    },
  );
});
