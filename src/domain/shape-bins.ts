// How much counts vary beyond chance: gamma shapes by rate, learned from what was predicted and what came.
import { RATE_BINS, RATE_BOUNDS, rateBinOf } from './order-baseline.ts';

/** Shapes outside these bounds are not believed. */
const SHAPE_MIN = 0.15;
const SHAPE_MAX = 20;
/** Before anything is seen a shape of 1.2 is assumed, with the weight of so many squared orders. */
const ASSUMED_SHAPE = 1.2;
const ASSUMED_WEIGHT = 4;

/**
 * Shapes of predictive counts by the bin of their mean, by moments: the variance of a gamma-Poisson count with mean
 * m is m + m²/r, so 1/r = Σ((n - m)² - m) / Σm². What is learned so holds the luck of the day as well as the error
 * of the prediction.
 */
export class ShapeBins {
  readonly excess = new Float64Array(RATE_BINS);
  readonly squares = new Float64Array(RATE_BINS);

  /** Lets earlier days count for less. */
  decay(factor: number): void {
    for (let bin = 0; bin < RATE_BINS; bin++) {
      this.excess[bin]! *= factor;
      this.squares[bin]! *= factor;
    }
  }

  /** Adds a day of a contract for which `mean` orders were expected and `count` came; `bin` is that of its rate. */
  add(bin: number, mean: number, count: number): void {
    this.excess[bin]! += (count - mean) ** 2 - mean;
    this.squares[bin]! += mean * mean;
  }

  #shapeOf(bin: number): number {
    const inverse =
      (ASSUMED_WEIGHT / ASSUMED_SHAPE + this.excess[bin]!) / (ASSUMED_WEIGHT + this.squares[bin]!);
    return Math.min(SHAPE_MAX, Math.max(SHAPE_MIN, 1 / Math.max(inverse, 1 / SHAPE_MAX)));
  }

  /** Shapes by bin, to be read by {@link shapeAt}. */
  shapes(): Float64Array {
    return Float64Array.from({ length: RATE_BINS }, (_, bin) => this.#shapeOf(bin));
  }
}

/** Logs of the middles of the bins, between which shapes are a straight line. */
const MIDDLES = Array.from({ length: RATE_BINS }, (_, bin) => {
  const low = RATE_BOUNDS[bin - 1] ?? RATE_BOUNDS[0] / 3;
  const high = RATE_BOUNDS[bin] ?? RATE_BOUNDS.at(-1)! * 3;
  return Math.log(Math.sqrt(low * high));
});

/** Shape at a rate. */
export function shapeAt(shapes: Float64Array, rate: number): number {
  const x = Math.log(Math.max(rate, 1e-9));
  let bin = rateBinOf(rate);
  if (x < MIDDLES[bin]!) bin--;
  if (bin < 0) return shapes[0]!;
  if (bin >= RATE_BINS - 1) return shapes[RATE_BINS - 1]!;
  const part = (x - MIDDLES[bin]!) / (MIDDLES[bin + 1]! - MIDDLES[bin]!);
  return shapes[bin]! + Math.min(1, Math.max(0, part)) * (shapes[bin + 1]! - shapes[bin]!);
}
