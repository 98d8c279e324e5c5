// A scalar second opinion: how far a series leaves the range of its recent past, seen in four ways.

/** How records are kept. */
export interface RecordSettings {
  /** Observations a record stands for, at most. */
  readonly memory: number;
  /** Observations in the means. */
  readonly mean: number;
  /** Observations for which only a greater score is spoken after one was. */
  readonly rest: number;
  /** Share of an observation that the profile of its hour of the week takes over. */
  readonly learning: number;
}

/** Of five-minute values: two weeks, means over two hours, eight hours of rest. */
export const DEFAULT_RECORDS: RecordSettings = { memory: 4_032, mean: 24, rest: 96, learning: 0.05 };

const HOUR_MS = 3_600_000;
const HOURS_OF_WEEK = 168;

/** The greatest of the last `memory` values, each taken once: a queue that only ever falls. */
class SlidingGreatest {
  readonly #values: Float64Array;
  readonly #times: Float64Array;
  #head = 0;
  #tail = 0;
  #time = 0;

  constructor(memory: number) {
    this.#values = new Float64Array(memory);
    this.#times = new Float64Array(memory);
  }

  /** The greatest of those taken before; -Infinity of none. */
  get greatest(): number {
    return this.#head === this.#tail ? -Infinity : this.#values[this.#head % this.#values.length]!;
  }

  /** Takes a value and gives the greatest of the `memory` values up to it. */
  take(value: number): number {
    const { length } = this.#values;
    if (this.#head < this.#tail && this.#times[this.#head % length]! <= this.#time - length) this.#head++;
    while (this.#tail > this.#head && this.#values[(this.#tail - 1) % length]! <= value) this.#tail--;
    this.#values[this.#tail % length] = value;
    this.#times[this.#tail++ % length] = this.#time++;
    return this.greatest;
  }
}

/** The mean of the last values; null until there are enough. */
class SlidingMean {
  readonly #values: Float64Array;
  #count = 0;
  #sum = 0;

  constructor(length: number) {
    this.#values = new Float64Array(length);
  }

  take(value: number): number | null {
    const at = this.#count++ % this.#values.length;
    this.#sum += value - this.#values[at]!;
    this.#values[at] = value;
    return this.#count < this.#values.length ? null : this.#sum / this.#values.length;
  }
}

/** Highs and lows of one view of the series, and how far a value goes beyond them in units of their range. */
class Range {
  readonly #high: SlidingGreatest;
  readonly #low: SlidingGreatest;

  constructor(memory: number) {
    this.#high = new SlidingGreatest(memory);
    this.#low = new SlidingGreatest(memory);
  }

  take(value: number): number {
    const high = this.#high.greatest;
    const low = -this.#low.greatest;
    this.#high.take(value);
    this.#low.take(-value);
    if (high < low) return 0;
    const beyond = Math.max(value - high, low - value);
    if (beyond <= 0) return 0;
    // The first value that differs from a flat past has no range to be measured by: it counts as one.
    return high === low ? 1 : beyond / (high - low);
  }
}

/**
 * Scores a series, one observation after the other. Four views are held against their own range of the last `memory`
 * observations: the value, its mean, its distance from what is usual at this hour of the week, and the mean of that.
 * The greatest record of the four is the score, in units of the range; within `rest` observations of one only a
 * greater one counts. It knows nothing of the future and has no parameter of a single series.
 */
export class RecordDetector {
  readonly #settings: RecordSettings;
  readonly #ranges: readonly Range[];
  readonly #mean: SlidingMean;
  readonly #distanceMean: SlidingMean;
  readonly #profile = new Float64Array(HOURS_OF_WEEK).fill(NaN);
  readonly #recent: SlidingGreatest;

  constructor(settings: RecordSettings = DEFAULT_RECORDS) {
    this.#settings = settings;
    this.#ranges = Array.from({ length: 4 }, () => new Range(settings.memory));
    this.#mean = new SlidingMean(settings.mean);
    this.#distanceMean = new SlidingMean(settings.mean);
    this.#recent = new SlidingGreatest(settings.rest);
  }

  /** Takes the next observation, at ms of any clock of days and weeks, and gives its score: 0 for no record. */
  take(atMs: number, value: number): number {
    const distance = this.#distance(atMs, value);
    const views = [
      value,
      this.#mean.take(value),
      distance,
      distance === null ? null : this.#distanceMean.take(distance),
    ];
    let score = 0;
    views.forEach((view, at) => {
      if (view !== null) score = Math.max(score, this.#ranges[at]!.take(view));
    });
    const recent = this.#recent.greatest;
    this.#recent.take(score);
    return score > recent ? score : 0;
  }

  /** Distance from the profile of the hour of the week, which then learns; null the first time. */
  #distance(atMs: number, value: number): number | null {
    const hour = Math.floor(atMs / HOUR_MS) % HOURS_OF_WEEK;
    const usual = this.#profile[hour]!;
    if (Number.isNaN(usual)) {
      this.#profile[hour] = value;
      return null;
    }
    this.#profile[hour] = usual + (value - usual) * this.#settings.learning;
    return value - usual;
  }
}
