// Clocks: the one moved by hand calls back in order, the scaled one runs at its speed.
import { expect, it } from 'vitest';
import { ManualClock, ScaledClock } from '../../src/lib/clock.ts';

it('calls back in the order of the times, each at its own time, also what is begun on the way', () => {
  const clock = new ManualClock(1_000);
  const seen: Array<[string, number]> = [];
  const note = (name: string) => () => seen.push([name, clock.now()]);
  clock.after(30, note('third'));
  clock.after(10, () => {
    note('first')();
    clock.after(5, note('second'));
  });
  clock.after(20, note('never')).cancel();
  clock.after(100, note('later'));
  clock.advance(50);
  expect(seen).toEqual([
    ['first', 1_010],
    ['second', 1_015],
    ['third', 1_030],
  ]);
  expect(clock.now()).toBe(1_050);
  clock.moveTo(0);
  expect(clock.now()).toBe(1_050);
});

it('runs so many times as fast as its base, and changes its speed without a jump', () => {
  const base = new ManualClock(0);
  const clock = new ScaledClock(base, 1_000_000, 60);
  const seen: number[] = [];
  clock.after(6_000, () => seen.push(clock.now()));
  base.advance(100);
  expect([clock.now(), seen]).toEqual([1_006_000, [1_006_000]]);
  clock.setSpeed(2);
  expect([clock.now(), clock.speed]).toEqual([1_006_000, 2]);
  base.advance(100);
  expect(clock.now()).toBe(1_006_200);
});
