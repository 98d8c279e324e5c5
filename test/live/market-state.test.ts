// The hours of the market as the metrics tell them: a full day, a half day, a night, a weekend and a holiday.
import { describe, expect, it } from 'vitest';
import { marketStateAt } from '../../src/live/market-state.ts';

function at(newYork: string): string {
  const { regular, late, nextChangeMs } = marketStateAt(Date.parse(newYork));
  const next = nextChangeMs === null ? 'never' : new Date(nextChangeMs).toISOString();
  return `${regular ? 'open' : late ? 'late classes only' : 'closed'}, changes ${next}`;
}

describe('the market', () => {
  it('opens at 09:30 and closes at 16:00; the late classes a quarter of an hour after', () => {
    expect(at('2026-11-20T09:29:59.999-05:00')).toBe('closed, changes 2026-11-20T14:30:00.000Z');
    expect(at('2026-11-20T09:30:00-05:00')).toBe('open, changes 2026-11-20T21:00:00.000Z');
    expect(at('2026-11-20T15:59:59.999-05:00')).toBe('open, changes 2026-11-20T21:00:00.000Z');
    expect(at('2026-11-20T16:00:00-05:00')).toBe('late classes only, changes 2026-11-23T14:30:00.000Z');
    expect(at('2026-11-20T16:15:00-05:00')).toBe('closed, changes 2026-11-23T14:30:00.000Z');
  });

  it('is closed over a weekend and on Thanksgiving, and closes early on the day after', () => {
    expect(at('2026-11-22T12:00:00-05:00')).toBe('closed, changes 2026-11-23T14:30:00.000Z');
    expect(at('2026-11-26T12:00:00-05:00')).toBe('closed, changes 2026-11-27T14:30:00.000Z');
    expect(at('2026-11-27T12:59:00-05:00')).toBe('open, changes 2026-11-27T18:00:00.000Z');
    expect(at('2026-11-27T13:00:00-05:00')).toBe('late classes only, changes 2026-11-30T14:30:00.000Z');
  });

  it('says that nothing changes any more where the calendar ends', () => {
    expect(at('2031-01-02T12:00:00-05:00')).toBe('closed, changes never');
  });
});
