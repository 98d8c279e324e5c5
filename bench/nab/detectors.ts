// The scalar detectors that are put to the benchmark, each with its threshold fixed beforehand.
import { DEFAULT_FOREST, RandomCutForest } from '../../src/domain/detectors/forest.ts';
import { RecordDetector } from '../../src/domain/detectors/records.ts';
import { Random } from '../../src/lib/random.ts';
import type { NabSeries } from './corpus.ts';

/** A detector made anew for each series: it sees a time and a value, and scores them before the next comes. */
export interface ScalarDetector {
  readonly name: string;
  /** One round number for every series and profile, not fitted to the labels. */
  readonly fixedThreshold: number;
  readonly begin: () => (atMs: number, value: number) => number;
}

/** New highs and lows of all values so far, in units of their range: the least a detector must beat. */
function trivialRecord(): (atMs: number, value: number) => number {
  let low = Infinity;
  let high = -Infinity;
  return (_, value) => {
    const beyond = high < low ? 0 : Math.max(value - high, low - value, 0);
    const range = high - low;
    low = Math.min(low, value);
    high = Math.max(high, value);
    return beyond === 0 ? 0 : range === 0 ? 1 : beyond / range;
  };
}

function forest(seed: number): () => (atMs: number, value: number) => number {
  return () => {
    const grown = new RandomCutForest(DEFAULT_FOREST, new Random(seed));
    const point = [0];
    return (_, value) => {
      point[0] = value;
      const score = grown.score(point);
      grown.update(point);
      return score;
    };
  };
}

function records(): (atMs: number, value: number) => number {
  const detector = new RecordDetector();
  return (atMs, value) => detector.take(atMs, value);
}

export const SCALAR_DETECTORS: readonly ScalarDetector[] = [
  { name: 'trivial record', fixedThreshold: 0.05, begin: trivialRecord },
  { name: 'forest, seed 1', fixedThreshold: 3, begin: forest(1) },
  { name: 'forest, seed 2', fixedThreshold: 3, begin: forest(2) },
  { name: 'records', fixedThreshold: 0.05, begin: records },
];

/** Scores of every series, and the CPU time of an observation. */
export function scoreAll(
  detector: ScalarDetector,
  series: readonly NabSeries[],
): { readonly scores: Float64Array[]; readonly microseconds: number } {
  const before = process.cpuUsage();
  const scores = series.map(({ values, atMs }) => {
    const take = detector.begin();
    return values.map((value, row) => take(atMs[row]!, value));
  });
  const { user, system } = process.cpuUsage(before);
  const rows = series.reduce((sum, one) => sum + one.rows, 0);
  return { scores, microseconds: (user + system) / rows };
}
