// What is due on New York's clock: before and after eight, over weekends, holidays and both changes of the clock.
import { describe, expect, it } from 'vitest';
import { nextDueMs, sealDueAt, sessionDueAt } from '../../src/jobs/due.ts';
import { keepFrom } from '../../src/jobs/retention.ts';

const at = (iso: string): number => Date.parse(iso);

describe('the baseline that should hold', () => {
  it.each([
    ['2026-11-20T12:59:59Z', '2026-11-19', 'just before eight in New York'],
    ['2026-11-20T13:00:00Z', '2026-11-20', 'at eight'],
    ['2026-11-20T22:00:00Z', '2026-11-20', 'after the close'],
    ['2026-11-22T15:00:00Z', '2026-11-20', 'on a Sunday'],
    ['2026-11-26T18:00:00Z', '2026-11-25', 'on Thanksgiving'],
    ['2026-11-27T13:30:00Z', '2026-11-27', 'on the half day after it'],
    ['2026-07-10T12:00:00Z', '2026-07-10', 'at eight in summer'],
    ['2026-03-09T11:59:59Z', '2026-03-06', 'before eight on the Monday after the clocks went forward'],
    ['2026-03-09T12:00:00Z', '2026-03-09', 'at eight on that Monday'],
  ])('at %s is that of %s: %s', (iso, session) => {
    expect(sessionDueAt(at(iso))).toBe(session);
  });

  it('is due next at eight on the next session day', () => {
    expect(nextDueMs(at('2026-11-20T23:00:00Z'))).toBe(at('2026-11-23T13:00:00Z'));
    expect(nextDueMs(at('2026-11-20T12:00:00Z'))).toBe(at('2026-11-20T13:00:00Z'));
    expect(nextDueMs(at('2026-10-30T22:00:00Z'))).toBe(at('2026-11-02T13:00:00Z'));
  });
});

describe('the session that is sealed', () => {
  it.each([
    ['2026-11-20T22:59:59Z', '2026-11-19', 'before six in the evening'],
    ['2026-11-20T23:00:00Z', '2026-11-20', 'at six'],
    ['2026-11-22T15:00:00Z', '2026-11-20', 'on a Sunday'],
  ])('at %s is %s: %s', (iso, session) => {
    expect(sealDueAt(at(iso))).toBe(session);
  });

  it('falls due at six, between two baselines', () => {
    expect(nextDueMs(at('2026-11-20T13:00:00Z'))).toBe(at('2026-11-20T23:00:00Z'));
    expect(nextDueMs(at('2026-10-30T20:00:00Z'))).toBe(at('2026-10-30T22:00:00Z'));
  });
});

describe('retention', () => {
  it('counts the present session among those kept', () => {
    expect(keepFrom('2026-11-20', 1)).toBe('2026-11-20');
    expect(keepFrom('2026-11-20', 5)).toBe('2026-11-16');
  });
});
