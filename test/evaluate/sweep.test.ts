// The sweep: settings from talkative to silent, the best within a budget, and closer ones around it.
import { describe, expect, test } from 'vitest';
import { DETECTOR_NAMES } from '../../src/domain/detectors/finding.ts';
import type { Spoken } from '../../src/evaluate/matching.ts';
import {
  alertsOf,
  bestWithin,
  closerSettings,
  coarseSettings,
  defaultSetting,
  type Point,
  type Setting,
} from '../../src/evaluate/sweep.ts';

function points(setting: (at: number) => Setting, falsePerDay: readonly number[]): Point[] {
  return falsePerDay.map((rate, at) => ({ setting: setting(at), falsePerDay: rate, recall: 1 - 0.1 * at }));
}

describe('coarse settings', () => {
  test.each(DETECTOR_NAMES)('of %s hold its default, and each differs from the others', (detector) => {
    const settings = coarseSettings(detector, 20);
    const texts = settings.map(({ text }) => text);
    expect(texts).toContain(defaultSetting(detector, 20).text);
    expect(new Set(texts).size).toBe(texts.length);
    expect(settings.every(({ engine }) => engine.detectors.join() === detector)).toBe(true);
  });

  test('hold the budget of surprise that was asked for', () => {
    expect(coarseSettings('surprise', 7).map(({ level }) => level)).toContain(7);
  });

  test('of the forest share one fold, for its scores do not depend on what it says', () => {
    expect(new Set(coarseSettings('forest', 20).map(({ run }) => run)).size).toBe(1);
  });
});

describe('the best within a budget', () => {
  const [a, b, c] = coarseSettings('zscore', 20);
  const three: Point[] = [
    { setting: a!, falsePerDay: 30, recall: 0.9 },
    { setting: b!, falsePerDay: 20, recall: 0.7 },
    { setting: c!, falsePerDay: 5, recall: 0.7 },
  ];

  test('finds most without more false alerts than asked for, and of equals says the least', () => {
    expect(bestWithin(three, 20)?.setting).toBe(c);
    expect(bestWithin(three, 30)?.setting).toBe(a);
  });

  test('is none when every setting says more', () => {
    expect(bestWithin(three, 1)).toBeNull();
  });
});

describe('closer settings', () => {
  const zscores = coarseSettings('zscore', 20);

  test('lie between the best and its more talkative neighbour', () => {
    const tried = points((at) => zscores[at]!, [50, 30, 15, 2]);
    const levels = closerSettings(tried, 20).map(({ level }) => level);
    expect(levels.length).toBe(5);
    for (const level of levels) {
      expect(level).toBeGreaterThan(zscores[1]!.level);
      expect(level).toBeLessThan(zscores[2]!.level);
    }
  });

  test('are of the same family: the factor stays, the floor moves in whole contracts', () => {
    const family = coarseSettings('threshold', 20).filter(({ family: one }) => one === 'factor 10');
    const closer = closerSettings(
      points((at) => family[at]!, [500, 100, 12, 3]),
      20,
    );
    expect(closer.map(({ family: one }) => one)).toEqual(Array.from({ length: 5 }, () => 'factor 10'));
    expect(closer.every(({ level }) => Number.isInteger(level) && level > 50 && level < 100)).toBe(true);
  });

  test('are none when all settings say too much, or none does', () => {
    expect(
      closerSettings(
        points((at) => zscores[at]!, [50, 40]),
        20,
      ),
    ).toEqual([]);
    expect(
      closerSettings(
        points((at) => zscores[at]!, [5, 4]),
        20,
      ),
    ).toEqual([]);
  });
});

describe('alerts of a setting', () => {
  const found: Spoken[] = [
    { atMs: 0, underlying: 'A', contracts: [], score: 3.5 },
    { atMs: 60_000, underlying: 'A', contracts: [], score: 5 },
    { atMs: 60_000, underlying: 'B', contracts: [], score: 2 },
    { atMs: 1_800_000, underlying: 'A', contracts: [], score: 4 },
  ];
  const score = (level: number): Setting =>
    coarseSettings('forest', 20).find((setting) => setting.level === level)!;

  test('of the forest are cut by score, and an underlying that spoke rests for half an hour', () => {
    expect(alertsOf(score(3), found)).toEqual([found[0], found[3]]);
    expect(alertsOf(score(4), found)).toEqual([found[1]]);
    expect(alertsOf(score(2), found)).toEqual([found[0], found[2], found[3]]);
  });

  test('of others are those that their fold has found', () => {
    expect(alertsOf(defaultSetting('zscore', 20), found)).toEqual(found);
  });
});
