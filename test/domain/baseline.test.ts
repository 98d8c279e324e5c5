// The baseline: the last thirty sessions held, added up by contract.
import { expect, it } from 'vitest';
import { BASELINE_SESSIONS, type DayVolumes, VolumeHistory } from '../../src/domain/baseline.ts';
import { sessionsBefore } from '../../src/domain/session.ts';

function day(date: string, volumes: Readonly<Record<number, number>>): DayVolumes {
  const contracts = Object.keys(volumes).map(Number);
  return { date, contract: Int32Array.from(contracts), volume: Float64Array.from(Object.values(volumes)) };
}

it('adds up a contract over the sessions held; a session it did not trade in counts 0', () => {
  const history = new VolumeHistory();
  history.add(day('2025-11-24', { 0: 100, 1: 7 }));
  history.add(day('2025-11-26', { 0: 50 }));
  history.add(day('2025-11-25', { 2: 3_000_000_000 }));
  const baseline = history.before('2025-11-28', 3);
  expect(baseline.dates).toEqual(['2025-11-24', '2025-11-25', '2025-11-26']);
  expect(baseline.sessions).toBe(3);
  expect([0, 1, 2, 3, 99].map((contract) => baseline.volumeSum(contract))).toEqual([150, 7, 3e9, 0, 0]);
});

it('never looks at the session itself or at a later one', () => {
  const history = new VolumeHistory();
  for (const date of ['2025-11-24', '2025-11-25', '2025-11-26']) history.add(day(date, { 0: 1 }));
  expect(history.before('2025-11-25', 1).dates).toEqual(['2025-11-24']);
  expect(history.before('2025-11-24', 1)).toMatchObject({ sessions: 0, dates: [] });
});

it('looks back thirty sessions and no further, whatever is missing among them', () => {
  const history = new VolumeHistory();
  const dates = sessionsBefore('2025-12-01', 33);
  for (const date of dates) if (date !== '2025-11-12') history.add(day(date, { 0: 10 }));
  expect(history.dates.length).toBe(BASELINE_SESSIONS - 1);
  const baseline = history.before('2025-12-01', 1);
  expect(baseline.dates).toEqual(dates.slice(3).filter((date) => date !== '2025-11-12'));
  expect(baseline.volumeSum(0)).toBe(290);
});

it('replaces a session that is given again', () => {
  const history = new VolumeHistory();
  history.add(day('2025-11-26', { 0: 10, 1: 10 }));
  history.add(day('2025-11-26', { 0: 12 }));
  const baseline = history.before('2025-11-28', 2);
  expect([baseline.sessions, baseline.volumeSum(0), baseline.volumeSum(1)]).toEqual([1, 12, 0]);
});
