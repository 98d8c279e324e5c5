// The record detector: a slow rule that says the same, and stories of series that leave their range.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordDetector, type RecordSettings } from '../../../src/domain/detectors/records.ts';
import { assertProperty } from '../../support/properties.ts';

const FIVE_MINUTES_MS = 300_000;

/** The definition, over whole arrays. */
function slowScores(values: readonly number[], settings: RecordSettings): number[] {
  const usual = new Map<number, number>();
  const distances = values.map((value, at) => {
    const hour = Math.floor((at * FIVE_MINUTES_MS) / 3_600_000) % 168;
    const profile = usual.get(hour);
    usual.set(hour, profile === undefined ? value : profile + (value - profile) * settings.learning);
    return profile === undefined ? null : value - profile;
  });
  const means = (view: readonly (number | null)[]): (number | null)[] => {
    const seen: number[] = [];
    return view.map((value) => {
      if (value === null) return null;
      seen.push(value);
      if (seen.length < settings.mean) return null;
      return seen.slice(-settings.mean).reduce((sum, one) => sum + one, 0) / settings.mean;
    });
  };
  const records = (view: readonly (number | null)[]): number[] => {
    const seen: number[] = [];
    return view.map((value) => {
      if (value === null) return 0;
      const past = seen.slice(-settings.memory);
      seen.push(value);
      if (past.length === 0) return 0;
      const [high, low] = [Math.max(...past), Math.min(...past)];
      const beyond = Math.max(value - high, low - value, 0);
      return beyond === 0 ? 0 : high === low ? 1 : beyond / (high - low);
    });
  };
  const views = [values, means(values), distances, means(distances)].map(records);
  const raw = values.map((_, at) => Math.max(...views.map((view) => view[at]!)));
  return raw.map((score, at) =>
    raw.slice(Math.max(0, at - settings.rest), at).some((one) => one >= score) ? 0 : score,
  );
}

function scores(values: readonly number[], settings?: RecordSettings): number[] {
  const detector = new RecordDetector(settings);
  return values.map((value, at) => detector.take(at * FIVE_MINUTES_MS, value));
}

describe('the record detector', () => {
  it('is the slow rule, on any series', () => {
    const settings = { memory: 9, mean: 4, rest: 3, learning: 0.25 };
    // Quarters, so that sums of means are exact in both.
    const value = fc.integer({ min: -40, max: 40 }).map((quarters) => quarters / 4);
    assertProperty(
      fc.property(fc.array(value, { maxLength: 60, size: 'max' }), (values) => {
        const slow = slowScores(values, settings);
        scores(values, settings).forEach((score, at) => expect(score).toBeCloseTo(slow[at]!, 9));
      }),
    );
  });

  /** Two weeks of a day's wave. */
  const wave = Array.from({ length: 4_032 }, (_, at) => 100 + 50 * Math.sin((at * 2 * Math.PI) / 288));

  it('speaks once of a level never seen, and rests while it stays', () => {
    const found = scores(wave.map((value, at) => (at >= 3_600 && at < 3_640 ? 250 : value)));
    expect(found[3_600]).toBeGreaterThan(1);
    expect(found.slice(3_601, 3_640).filter((score) => score > 0)).toEqual([]);
    expect(Math.max(...found.slice(2_300, 3_600))).toBeLessThan(0.01);
  });

  it('sees a usual value at an unusual hour', () => {
    // A night as busy as a noon, in the second week.
    const night = 3_600 + 72 * 3 - (3_600 % 288);
    const found = scores(wave.map((value, at) => (at >= night && at < night + 12 ? 149 : value)));
    expect(Math.max(...found.slice(night, night + 12))).toBeGreaterThan(0.2);
  });

  it('says nothing of a series that stands still', () => {
    expect(new Set(scores(Array.from({ length: 500 }, () => 7)))).toEqual(new Set([0]));
  });
});
