// A histogram counted in plain numbers: cheap enough for the hot path, published when somebody asks.
import { assert } from './assert.ts';

/** Bounds for delays, in seconds: what a person or an agreed limit would look for lies on a bound. */
export const DELAY_BOUNDS_SECONDS: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
];

/** Bounds for answers and flushes, in seconds: fewer, because they stand beside a label. */
export const ANSWER_BOUNDS_SECONDS: readonly number[] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

/** Counts of observed values by upper bound, and their sum. */
export class Histogram {
  /** Upper bounds, inclusive and ascending. */
  readonly bounds: readonly number[];
  /** Values by the first bound that holds them; the last entry counts those above every bound. */
  readonly counts: Float64Array;
  #sum = 0;

  constructor(bounds: readonly number[] = DELAY_BOUNDS_SECONDS) {
    assert(
      bounds.every((bound, at) => at === 0 || bound > bounds[at - 1]!),
      'bounds of a histogram ascend',
    );
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  get sum(): number {
    return this.#sum;
  }

  /** Counts `value`, `times` over; what is not a number is not counted. */
  observe(value: number, times = 1): void {
    if (Number.isNaN(value)) return;
    let at = 0;
    while (at < this.bounds.length && value > this.bounds[at]!) at++;
    this.counts[at]! += times;
    this.#sum += value * times;
  }
}
