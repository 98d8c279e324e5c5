// Jumps of the wall clock: seen once each, in both directions, and never made up by a clock that merely runs.
import { expect, it } from 'vitest';
import { ClockJumps } from '../../src/lib/clock-jumps.ts';

it('tells an hour set forward and an hour set back, and not the drift between them', () => {
  let wallMs = 1_000_000;
  let monotonicMs = 0;
  const jumps = new ClockJumps(
    () => wallMs,
    () => monotonicMs,
  );
  const pass = (wall: number, monotonic: number): number => {
    wallMs += wall;
    monotonicMs += monotonic;
    return jumps.look();
  };
  expect(pass(1_000, 1_000)).toBe(0);
  expect(pass(1_000 + 3_600_000, 1_000)).toBe(3_600_000);
  expect(pass(1_000, 1_000)).toBe(0);
  expect(pass(1_000 - 3_600_000, 1_000)).toBe(-3_600_000);
  for (let second = 0; second < 5_000; second++) expect(pass(1_001, 1_000)).toBe(0);
  expect(jumps.count).toBe(2);
});
