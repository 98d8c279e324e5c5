// Sessions: when they open and close, for whom, and which lie before and after.
import { describe, expect, it } from 'vitest';
import {
  bucketsUntil,
  closeMsOf,
  isLateUnderlying,
  newYorkDate,
  requireSession,
  sessionAfter,
  sessionOn,
  sessionsBefore,
} from '../../src/domain/session.ts';
import { allSessions } from '../support/session-digest.ts';
import { at } from '../support/tape.ts';

describe('a session', () => {
  it('of a full winter day is 09:30 to 16:00, and to 16:15 for the late classes', () => {
    expect(sessionOn('2025-11-26')).toEqual({
      date: '2025-11-26',
      midnightMs: Date.parse('2025-11-26T05:00:00Z'),
      openMs: at('09:30'),
      closeMs: at('16:00'),
      lateCloseMs: at('16:15'),
      halfDay: false,
    });
  });

  it('of the day after Thanksgiving ends at 13:00, and at 13:15', () => {
    expect(sessionOn('2025-11-28')).toMatchObject({
      closeMs: at('13:00'),
      lateCloseMs: at('13:15'),
      halfDay: true,
    });
  });

  it.each([
    ['2025-03-07', '05:00'],
    ['2025-03-10', '04:00'],
    ['2025-10-31', '04:00'],
    ['2025-11-03', '05:00'],
  ])('of %s begins its day at %s UTC, as the clocks say', (date, utc) => {
    expect(requireSession(date).midnightMs).toBe(Date.parse(`${date}T${utc}:00Z`));
  });

  it.each([
    ['2025-11-27', '2025-11-27 is not a trading day: the US options market was closed'],
    ['2025-11-29', '2025-11-29 is not a trading day: the US options market was closed'],
    ['2013-12-31', '2013-12-31 is outside the calendar, which covers 2014 to 2030'],
    ['2025-02-30', '2025-02-30 is not a date: write YYYY-MM-DD'],
  ])('is not on %s, and the reason is a sentence', (date, fault) => {
    expect(sessionOn(date)).toEqual({ fault });
    expect(() => requireSession(date)).toThrow(new RangeError(fault));
  });

  it('opens at 09:30 New York time on all 4,273 days of the calendar', () => {
    const sessions = allSessions();
    expect(sessions.length).toBe(4_273);
    for (const { date, midnightMs, openMs } of sessions) {
      const there = Temporal.Instant.fromEpochMilliseconds(midnightMs + openMs);
      expect(there.toZonedDateTimeISO('America/New_York').toPlainDateTime().toString()).toBe(
        `${date}T09:30:00`,
      );
      expect(newYorkDate(midnightMs + openMs)).toBe(date);
    }
  });
});

describe('the sessions around a date', () => {
  it('are those before, oldest first, holidays and weekends passed over', () => {
    expect(sessionsBefore('2025-12-01', 4)).toEqual(['2025-11-24', '2025-11-25', '2025-11-26', '2025-11-28']);
    expect(sessionsBefore('2025-11-30', 1)).toEqual(['2025-11-28']);
    expect(sessionsBefore('2014-01-06', 30)).toEqual(['2014-01-02', '2014-01-03']);
    expect(sessionsBefore('2025-12-01', 0)).toEqual([]);
    expect(() => sessionsBefore('yesterday', 1)).toThrow(RangeError);
  });

  it('are those after, until the calendar ends', () => {
    expect(sessionAfter('2025-11-26')).toBe('2025-11-28');
    expect(sessionAfter('2025-11-28')).toBe('2025-12-01');
    expect(sessionAfter('2030-12-31')).toBeNull();
    expect(() => sessionAfter('tomorrow')).toThrow(RangeError);
  });
});

describe('the close of a contract', () => {
  const full = requireSession('2025-11-26');
  const half = requireSession('2025-11-28');

  it.each([
    ['NVDA', 'NVDA', '2025-11-26', '16:00', '13:00'],
    ['SPY', 'SPY', '2025-11-26', '16:15', '13:15'],
    ['SPX', 'SPX', '2025-12-19', '16:15', '13:15'],
    ['SPX', 'SPXW', '2025-12-19', '16:15', '13:15'],
  ])('%s, root %s of %s: %s, on a half day %s', (underlying, root, expiryDate, close, halfClose) => {
    expect(closeMsOf(full, { underlying, root, expiryDate })).toBe(at(close));
    expect(closeMsOf(half, { underlying, root, expiryDate })).toBe(at(halfClose));
  });

  it('of a PM-settled index root comes with the index on its last day', () => {
    const lastDay = { underlying: 'SPX', root: 'SPXW', expiryDate: '2025-11-28' };
    expect(closeMsOf(half, lastDay)).toBe(at('13:00'));
    expect(closeMsOf(full, lastDay)).toBe(at('16:15'));
  });

  it('divides the day into 78, 81, 42 or 45 buckets of five minutes', () => {
    expect([full.closeMs, full.lateCloseMs].map((closeMs) => bucketsUntil(full, closeMs))).toEqual([78, 81]);
    expect([half.closeMs, half.lateCloseMs].map((closeMs) => bucketsUntil(half, closeMs))).toEqual([42, 45]);
  });

  it('is late for the broad indices and the listed funds, not for stocks', () => {
    expect(['SPX', 'VIX', 'SPY', 'QQQ', 'IWM', 'XLF', 'TLT'].every(isLateUnderlying)).toBe(true);
    expect(['NVDA', 'AAPL', 'SPXW', ''].some(isLateUnderlying)).toBe(false);
  });
});
