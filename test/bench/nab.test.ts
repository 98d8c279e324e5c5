// The rules of the Numenta Anomaly Benchmark: on series one can count, and on the published scores of five detectors.
import { describe, expect, it } from 'vitest';
import { readCorpus, readPublished } from '../../bench/nab/corpus.ts';
import { NabScorer, probation, PROFILES, type Profile } from '../../bench/nab/score.ts';
import { Refusal } from '../../src/lib/refusal.ts';
import { describeWithSharedData } from '../support/shared-data.ts';

const STANDARD = PROFILES[0]!;

/** 100 rows, 15 of them probation, with an anomaly in rows 40 to 49. */
const SERIES = { rows: 100, windows: [{ first: 40, last: 49 }] };

function flagged(...rows: readonly number[]): Float64Array[] {
  const scores = new Float64Array(100);
  for (const row of rows) scores[row] = 1;
  return [scores];
}

function score(rows: readonly number[], profile: Profile = STANDARD): number {
  return new NabScorer([SERIES]).at(1, flagged(...rows), profile).score;
}

describe('the benchmark', () => {
  it('gives 100 for an anomaly found at its first row, and 0 for saying nothing', () => {
    expect([score([40]), score([])]).toEqual([100, 0]);
  });

  it('gives less for finding it late, and nothing more for finding it again', () => {
    const late = score([49]);
    expect(late).toBeGreaterThan(50);
    expect(late).toBeLessThan(score([45]));
    expect(score([40, 45, 49])).toBe(100);
  });

  it('takes every false row, fully before the first anomaly and mildly right behind one', () => {
    expect(score([20, 40])).toBeCloseTo(100 - (100 * 0.11) / 2, 10);
    expect(score([20, 21, 40], PROFILES[1])).toBeCloseTo(100 - (100 * 2 * 0.22) / 2, 10);
    expect(score([40, 51])).toBeGreaterThan(score([40, 55]));
    // Three widths behind it a row is false like every other.
    expect(score([40, 90])).toBeCloseTo(score([20, 40]), 10);
  });

  it('does not score the first rows of a series', () => {
    expect([probation(100), probation(10_000)]).toEqual([15, 750]);
    expect(score([3, 40])).toBe(100);
  });

  it('counts a miss twice in the profile of few misses', () => {
    const found = new NabScorer([SERIES, SERIES]).at(1, [...flagged(40), ...flagged()], PROFILES[2]!);
    expect(found).toMatchObject({ windowsFound: 1, falseRows: 0, total: -1, score: 50 });
  });

  it('chooses the threshold that is best over all series, and reaches equal scores together', () => {
    const scores = Float64Array.from({ length: 100 }, (_, row) => (row === 40 ? 3 : row === 80 ? 2 : 1));
    expect(new NabScorer([SERIES]).best([scores], STANDARD)).toMatchObject({ threshold: 3, score: 100 });
    const tied = Float64Array.from({ length: 100 }, (_, row) => (row === 40 || row === 80 ? 3 : 1));
    expect(new NabScorer([SERIES]).best([tied], STANDARD)).toMatchObject({ threshold: 3, falseRows: 1 });
  });

  it('says where its data belongs when it is not there', async () => {
    const absent = readCorpus('/there/is/no/such/folder');
    await expect(absent).rejects.toThrow(Refusal);
    await expect(absent).rejects.toThrow('give the folder "nab" of the benchmark\'s data with --data FOLDER');
  });
});

describeWithSharedData('the scorer on published detectors', ['nab'], (folder) => {
  it.each([
    ['numenta', 70.1, 63.21, 74.32],
    ['randomCutForest', 51.72, 38.36, 59.75],
    ['contextOSE', 69.9, 66.98, 73.18],
    ['windowedGaussian', 39.65, 20.87, 47.41],
    ['ARTime', 74.85, 65.15, 80.36],
  ])('gives %s %d, %d and %d', async (detector, ...published) => {
    const series = await readCorpus(folder);
    const scorer = new NabScorer(series);
    expect([series.length, scorer.windows]).toEqual([58, 116]);
    const scores = await readPublished(folder, detector, series);
    PROFILES.forEach((profile, at) => {
      expect(Math.abs(scorer.best(scores, profile).score - published[at]!)).toBeLessThanOrEqual(0.01);
    });
  });
});
