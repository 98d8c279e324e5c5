// The random cut forest beside AWS's, beside the exact expectation of its scores, and on streams one can picture.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PointStore } from '../../../src/domain/detectors/forest-points.ts';
import { CutTree } from '../../../src/domain/detectors/forest-tree.ts';
import {
  DEFAULT_FOREST,
  type ForestSettings,
  RandomCutForest,
} from '../../../src/domain/detectors/forest.ts';
import { Random } from '../../../src/lib/random.ts';
import { describeWithSharedData } from '../../support/shared-data.ts';

/** Scores of a stream: each observation is scored, then taken. */
function scores(
  rows: readonly (readonly number[])[],
  settings: Partial<ForestSettings>,
  seed: number | string,
) {
  const forest = new RandomCutForest({ ...DEFAULT_FOREST, ...settings }, new Random(seed));
  return rows.map((row) => {
    const score = forest.score(row);
    forest.update(row);
    return score;
  });
}

function numbers(path: string, header: boolean): number[][] {
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  return lines.slice(header ? 1 : 0).map((line) => line.split(',').map(Number));
}

/** Numbers of the `count` highest scores. */
function highest(values: readonly number[], count: number): Set<number> {
  return new Set([...values.keys()].toSorted((a, b) => values[b]! - values[a]!).slice(0, count));
}

describeWithSharedData(
  'the forest beside AWS Random Cut Forest',
  [
    'golden/rcf-paper.csv',
    'golden/golden-rcf-paper3d.csv',
    'golden/golden-rcf-aapl-sh1.csv',
    'golden/golden-rcf-aapl-sh8.csv',
    'nab/data/realTweets/Twitter_volume_AAPL.csv',
  ],
  (paperFile, paper, shingle1, shingle8, tweets) => {
    const SEEDS = [1, 2, 3, 4, 5, 6];
    const tweetRows = (): number[][] =>
      readFileSync(tweets, 'utf8')
        .trim()
        .split('\n')
        .slice(1, 3_001)
        .map((line) => [Number(line.split(',')[1])]);
    it.each([
      {
        name: 'three dimensions, 100 trees',
        golden: paper,
        settings: { dimensions: 3, trees: 100 },
        rows: () => numbers(paperFile, false),
      },
      { name: 'one value at a time', golden: shingle1, settings: {}, rows: tweetRows },
      { name: 'eight values together', golden: shingle8, settings: { shingle: 8 }, rows: tweetRows },
    ])('$name: the mean of six forests within three sd on 99 % of rows', ({ golden, settings, rows }) => {
      const expected = numbers(golden, true);
      const ours = SEEDS.map((seed) => scores(rows(), settings, seed));
      const scored = expected.filter(([row]) => row! >= 64);
      const meanOf = (row: number): number => ours.reduce((sum, run) => sum + run[row]!, 0) / ours.length;
      for (const run of ours) expect(new Set(run.slice(0, 64))).toEqual(new Set([0]));

      const near = scored.filter(([row, mean, sd]) => Math.abs(meanOf(row!) - mean!) <= 3 * sd!);
      expect(near.length / scored.length).toBeGreaterThanOrEqual(0.99);

      const sum = scored.reduce((total, [, mean]) => total + mean!, 0);
      const bias = scored.reduce((total, [row, mean]) => total + meanOf(row!) - mean!, 0) / sum;
      expect(Math.abs(bias)).toBeLessThanOrEqual(0.02);

      // Each forest alone has rows beyond three sd, as AWS's own seeds have among themselves.
      const alone = ours.map(
        (run) => scored.filter(([row, mean, sd]) => Math.abs(run[row!]! - mean!) <= 3 * sd!).length,
      );
      const share = alone.reduce((total, count) => total + count, 0) / (ours.length * scored.length);
      expect(share).toBeGreaterThanOrEqual(0.985);

      const theirs = highest(
        expected.map(([, mean]) => mean!),
        50,
      );
      const both = [...highest(expected.keys().map(meanOf).toArray(), 50)].filter((row) => theirs.has(row));
      expect(both.length / 50).toBeGreaterThanOrEqual(0.9);
    });
  },
);

/** The expectation, over all trees of random cuts of these numbers, of the score of `query` below `depth` cuts. */
function expectedScore(sorted: readonly number[], query: number, depth: number, treeMass: number): number {
  const low = sorted[0]!;
  const high = sorted.at(-1)!;
  if (low === high) {
    if (query !== low) return 1 / (depth + 1);
    return (1 - sorted.length / (2 * treeMass)) / (depth + Math.log2(sorted.length + 1));
  }
  const outside = Math.max(0, low - query, query - high);
  const separated = outside / (outside + high - low);
  let below = 0;
  for (let at = 1; at < sorted.length; at++) {
    const [left, right] = [sorted[at - 1]!, sorted[at]!];
    const gap = right - left;
    if (gap === 0) continue;
    const toLeft = Math.min(1, Math.max(0, (right - query) / gap));
    const side = (share: number, part: readonly number[]): number =>
      share === 0 ? 0 : share * expectedScore(part, query, depth + 1, treeMass);
    const inside = side(toLeft, sorted.slice(0, at)) + side(1 - toLeft, sorted.slice(at));
    below += (gap / (high - low)) * inside;
  }
  return separated / (depth + 1) + (1 - separated) * below;
}

describe('a tree of random cuts', () => {
  const KEPT = [1, 2, 2, 5, 9, 9.5, 14];
  const GONE = [-3, 2, 5.5, 30];

  it.each([-10, 1, 1.7, 2, 7, 9.2, 14, 40])(
    'scores %d as the mean over all trees does, also after points were taken out again',
    (query) => {
      const random = new Random('trees');
      let sum = 0;
      const trees = 4_000;
      for (let round = 0; round < trees; round++) {
        const points = new PointStore(1);
        const tree = new CutTree(points, 16);
        const place = (value: number): number => tree.add(points.add(Float32Array.of(value)), random);
        const gone = GONE.map(place);
        KEPT.forEach(place);
        gone.forEach((point) => tree.remove(point));
        sum += tree.score(Float32Array.of(query));
      }
      const exact = expectedScore(KEPT, Math.fround(query), 0, KEPT.length) * Math.log2(KEPT.length + 1);
      expect(sum / trees / exact).toBeCloseTo(1, 1.5);
    },
  );

  it('is empty again when all its points are taken out, and then takes others', () => {
    const random = new Random(3);
    const points = new PointStore(2);
    const tree = new CutTree(points, 8);
    for (let round = 0; round < 5; round++) {
      const placed = Array.from({ length: 8 }, () =>
        tree.add(points.add(Float32Array.of(random.below(3), random.below(3))), random),
      );
      expect(tree.mass).toBe(8);
      placed.forEach((point) => tree.remove(point));
      expect([tree.mass, tree.score(Float32Array.of(1, 1))]).toEqual([0, 0]);
    }
  });
});

describe('a forest', () => {
  it('gives the same scores for the same seed, and others for another', () => {
    const random = new Random('quiet');
    const rows = Array.from({ length: 400 }, () => [random.normal(), random.normal()]);
    const settings = { dimensions: 2, shingle: 2, trees: 10 };
    expect(scores(rows, settings, 'a')).toEqual(scores(rows, settings, 'a'));
    expect(scores(rows, settings, 'a')).not.toEqual(scores(rows, settings, 'b'));
  });

  it('finds an odd minute of rate, premium and imbalance highest, and forgets a level when it becomes usual', () => {
    const random = new Random('minutes');
    const rows = Array.from({ length: 3_000 }, (_, at) => {
      const level = at < 1_500 ? 10 : 30;
      return [level + random.normal(), 5 + random.normal(), random.normal()];
    });
    rows[1_200] = [10, 14, 0];
    const found = scores(rows, { dimensions: 3, timeDecay: 1 / 256 }, 'minutes');
    expect(highest(found, 2)).toEqual(new Set([1_200, 1_500]));
    expect(found[2_900]).toBeLessThan(found[1_500]! / 1.5);
  });

  it('sees the order of values only through a shingle', () => {
    const wave = Array.from({ length: 1_500 }, (_, at) => [Math.round(100 * Math.sin((at * Math.PI) / 12))]);
    // The value is usual, but not here: the wave stands still.
    for (let at = 1_200; at < 1_208; at++) wave[at] = [0];
    const alone = scores(wave, {}, 'wave');
    const together = scores(wave, { shingle: 8 }, 'wave');
    const rank = (values: readonly number[]): number =>
      values.filter((value) => value > Math.max(...values.slice(1_203, 1_216))).length;
    expect(rank(together)).toBe(0);
    expect(rank(alone)).toBeGreaterThan(100);
  });

  it('stays calm on a stream that never moves, and keeps no more points than its trees hold', () => {
    const forest = new RandomCutForest({ ...DEFAULT_FOREST, trees: 5, sampleSize: 16 }, new Random(1));
    for (let at = 0; at < 1_000; at++) forest.update([7]);
    expect(forest.score([7])).toBeLessThan(0.6);
    expect(forest.score([8])).toBeGreaterThan(2);
    for (let at = 0; at < 1_000; at++) forest.update([at]);
    expect(forest.points).toBeLessThanOrEqual(5 * 16);
  });
});
