// Stories of the clock: how much of a day is over, on full and half days, and while the feed is away.
import { describe, expect, it } from 'vitest';
import { ORDER_CLOCKS } from '../../src/domain/order-class.ts';
import { requireSession } from '../../src/domain/session.ts';
import { CLOCK_BUCKETS, profileShares, SessionClock } from '../../src/domain/session-clock.ts';
import { at } from '../support/tape.ts';

const ASSUMED = profileShares(new Float64Array(ORDER_CLOCKS * CLOCK_BUCKETS));
const FULL = requireSession('2025-11-25');
const HALF = requireSession('2025-11-28');

describe('the clock of a session', () => {
  it('runs from the opening to the close, faster at both ends than at noon', () => {
    const clock = new SessionClock(FULL, ASSUMED);
    expect(clock.shareAt(2, at('09:29'))).toBe(0);
    expect(clock.shareAt(2, at('16:00'))).toBeCloseTo(1, 9);
    const half = (from: string, to: string): number => clock.shareAt(2, at(to)) - clock.shareAt(2, at(from));
    expect(half('09:30', '10:00')).toBeGreaterThan(1.5 * half('12:00', '12:30'));
    expect(half('15:30', '16:00')).toBeGreaterThan(1.1 * half('12:00', '12:30'));
    expect(clock.shareAt(6, at('16:15'))).toBeCloseTo(1, 9);
    expect(clock.shareAt(6, at('16:00'))).toBeLessThan(1);
  });

  it('is over at one o clock on a half day', () => {
    const clock = new SessionClock(HALF, ASSUMED);
    expect(clock.shareAt(1, at('13:00'))).toBeCloseTo(1, 9);
    expect(clock.shareAt(1, at('11:15'))).toBeGreaterThan(0.4);
    expect(clock.shareAt(7, at('13:15'))).toBeCloseTo(1, 9);
  });

  it('learns the profile of the orders it is shown', () => {
    const counts = new Float64Array(ORDER_CLOCKS * CLOCK_BUCKETS);
    counts.fill(10_000, 0, 6);
    const clock = new SessionClock(FULL, profileShares(counts));
    expect(clock.shareAt(0, at('10:00'))).toBeGreaterThan(0.95);
    expect(clock.shareAt(1, at('10:00'))).toBeLessThan(0.3);
  });

  it('stands still while the feed is away, and runs on from there as it would have', () => {
    const clock = new SessionClock(FULL, ASSUMED);
    const whole = new SessionClock(FULL, ASSUMED);
    clock.standStill(at('11:00'), at('11:30'));
    expect(clock.shareAt(2, at('10:59'))).toBe(whole.shareAt(2, at('10:59')));
    expect(clock.shareAt(2, at('11:30'))).toBe(clock.shareAt(2, at('11:00')));
    const later = (one: SessionClock): number => one.shareAt(2, at('12:00')) - one.shareAt(2, at('11:30'));
    expect(later(clock)).toBeCloseTo(later(whole), 12);
    clock.standStill(at('17:00'), at('18:00'));
    clock.standStill(at('08:00'), at('09:00'));
    expect(later(clock)).toBeCloseTo(later(whole), 12);
  });
});
