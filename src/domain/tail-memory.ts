// The tails of the statistics as they are on real days, and the thresholds that keep the promise on them.
import { BUDGET_SHARES, TAIL_GROUPS, UNDERLYING_GROUP } from './budget.ts';

/** Bins of log10 of a day's highest statistic: 0.05 wide, from 0 to 12. */
const BIN_WIDTH = 0.05;
const BINS = 240;

/** The days of a session's contracts and underlyings, by group: how many there were, and how high they rose. */
export class DayTails {
  /** Contract-days with an order, by group. */
  readonly days = new Float64Array(TAIL_GROUPS);
  /** Highest statistics, `group * BINS + bin`; those below 1 are not counted. */
  readonly counts = new Float64Array(TAIL_GROUPS * BINS);

  /** Adds a contract-day. */
  add(group: number, highest: number): void {
    this.days[group]!++;
    if (highest < 1) return;
    const bin = Math.min(BINS - 1, Math.floor(Math.log10(highest) / BIN_WIDTH));
    this.counts[group * BINS + bin]!++;
  }
}

/** Sessions after which a day counts for 1/e: twenty sessions are remembered well. */
const MEMORY_SESSIONS = 20;
/** A tail is not believed before so many contract-days have reached the point where it begins. */
const EXCEEDANCES_MIN = 20;
/** Share of contract-days that the tail is fitted to. */
const TAIL_SHARE = 0.002;
/** Shape of the tail is held to these: statistics have exponential tails in their logarithm. */
const SHAPE_BOUNDS = [-0.25, 0.25] as const;
/** A threshold moves no more than this factor from day to day. */
export const MOVE_MAX = 1.2;

/** A fitted tail: P(day's highest log10 statistic > x) for x above `from`. */
export interface Tail {
  readonly from: number;
  readonly share: number;
  readonly scale: number;
  readonly shape: number;
}

/** P(day's highest statistic > `statistic`) by a tail; null below the point where it begins. */
export function tailProbability({ from, share, scale, shape }: Tail, statistic: number): number | null {
  const excess = Math.log10(statistic) - from;
  if (excess < 0) return null;
  if (Math.abs(shape) < 1e-6) return share * Math.exp(-excess / scale);
  return share * Math.max(0, 1 + (shape * excess) / scale) ** (-1 / shape);
}

/** Contract-days of a session whose highest statistic was at or above `level` (log10), by group. */
export function countAbove({ counts }: DayTails, group: number, level: number): number {
  let above = 0;
  for (let bin = BINS - 1; bin >= 0 && (bin + 0.5) * BIN_WIDTH >= level; bin--)
    above += counts[group * BINS + bin]!;
  return above;
}

/** The log10 of the statistic that a day exceeds with probability `p`. */
export function tailQuantile({ from, share, scale, shape }: Tail, p: number): number {
  if (Math.abs(shape) < 1e-6) return from + scale * Math.log(share / p);
  return from + (scale / shape) * ((share / p) ** shape - 1);
}

/** The days so far. Peaks over a threshold with a generalised Pareto tail, by moments (Hosking and Wallis 1987). */
export class TailMemory {
  readonly #days = new Float64Array(TAIL_GROUPS);
  readonly #counts = new Float64Array(TAIL_GROUPS * BINS);
  /** Sessions remembered, decayed. */
  #sessions = 0;
  #factors: Float64Array = new Float64Array(TAIL_GROUPS).fill(1);

  /** Factors of the next session's thresholds by group (see SessionBudget). */
  get factors(): Float64Array {
    return this.#factors.slice();
  }

  /** Tails by group as they stand; null where too few days are known. */
  tails(): Array<Tail | null> {
    return Array.from({ length: TAIL_GROUPS }, (_, group) => this.#fit(group));
  }

  /**
   * Adds a session and moves the factors towards what keeps the promise: equal chances for all contracts that trade,
   * so many that the budget's share is spent by chance alone.
   */
  add(day: DayTails, ordersForecast: number, alertsPerDay: number): void {
    const keep = Math.exp(-1 / MEMORY_SESSIONS);
    this.#sessions = keep * this.#sessions + 1;
    for (let i = 0; i < this.#counts.length; i++) this.#counts[i] = keep * this.#counts[i]! + day.counts[i]!;
    for (let group = 0; group < TAIL_GROUPS; group++) {
      this.#days[group] = keep * this.#days[group]! + day.days[group]!;
    }
    const underlyings = this.#days[UNDERLYING_GROUP]! / this.#sessions;
    const contracts = this.#days.reduce((sum, days) => sum + days, 0) / this.#sessions - underlyings;
    this.#factors = this.#factors.map((factor, group) => {
      const tail = this.#fit(group);
      if (tail === null || ordersForecast === 0) return factor;
      const isUnderlying = group === UNDERLYING_GROUP;
      const wanted = alertsPerDay * (isUnderlying ? BUDGET_SHARES.underlyings : BUDGET_SHARES.contracts);
      const p = Math.min(tail.share, wanted / (isUnderlying ? underlyings : contracts));
      const target = (10 ** tailQuantile(tail, p) * wanted) / ordersForecast;
      return Math.min(factor * MOVE_MAX, Math.max(factor / MOVE_MAX, target));
    });
  }

  /**
   * The log10 of the statistic that a contract-day of a group exceeds with probability `p`: as counted where that is
   * often, by the tail where it is rare; null where too little is known, or where most statistics are below 1.
   */
  level(group: number, p: number): number | null {
    const tail = this.#fit(group);
    if (tail === null) return null;
    if (p <= tail.share) return tailQuantile(tail, p);
    let above = 0;
    for (let bin = BINS - 1; bin >= 0; bin--) {
      const count = this.#counts[group * BINS + bin]!;
      if (above + count >= p * this.#days[group]!) {
        return (bin + 1 - (p * this.#days[group]! - above) / count) * BIN_WIDTH;
      }
      above += count;
    }
    return null;
  }

  #fit(group: number): Tail | null {
    const days = this.#days[group]!;
    const wanted = Math.max(EXCEEDANCES_MIN, TAIL_SHARE * days);
    let above = 0;
    let bin = BINS;
    while (bin > 0 && above < wanted) above += this.#counts[group * BINS + --bin]!;
    if (above < EXCEEDANCES_MIN || days === 0) return null;
    const from = bin * BIN_WIDTH;
    let sum = 0;
    let squares = 0;
    for (let i = bin; i < BINS; i++) {
      const excess = (i + 0.5) * BIN_WIDTH - from;
      sum += this.#counts[group * BINS + i]! * excess;
      squares += this.#counts[group * BINS + i]! * excess * excess;
    }
    const mean = sum / above;
    const variance = Math.max(squares / above - mean * mean, 1e-9);
    const shape = Math.min(SHAPE_BOUNDS[1], Math.max(SHAPE_BOUNDS[0], 0.5 * (1 - (mean * mean) / variance)));
    return { from, share: above / days, scale: mean * (1 - shape), shape };
  }
}
