// The mixture Shiryaev-Roberts statistic of a ladder: one cell a rung, updated at each order that reaches the rung.
import { RUNGS } from './ladder.ts';
import { expOfRatio, LOG_RATIO_MIN, logFromOne } from './likelihood-ratio.ts';
import type { OrderRates } from './order-baseline.ts';
import { grown } from '../lib/grown.ts';

/** Multiples of today's rate that a burst may have. */
export const MULTIPLES = [2, 4, 8, 16, 32, 64] as const;
const LOG_MULTIPLES = Float64Array.from(MULTIPLES, (multiple) => Math.log(multiple));
const KINDS = MULTIPLES.length;

/** Float32 words of a cell: posterior of today's rate (shape a, exposure b), exposure at the last order, statistics. */
export const CELL_WORDS = 3 + KINDS;
const CELL = { shape: 0, exposure: 1, last: 2, statistics: 3 } as const;

/** Statistics that the mean is taken over, those of rungs never reached included: they are 0. */
export const STATISTICS = RUNGS * KINDS;

/**
 * Below this a likelihood ratio is taken for 0, and so are those of larger multiples. It only makes statistics smaller:
 * one that had reached the thousands it needs to matter would be worth less than 1.
 */
const LOG_NOTHING = LOG_RATIO_MIN;
/** Float32 ends at 3e38; a statistic stops here. */
const STATISTIC_MAX = 1e30;

/**
 * Cells of contracts, those of one contract side by side: as many as its largest order has reached rungs. A contract
 * that reaches a higher one moves; the room it leaves is given to the next that needs as much.
 */
export class RungCells {
  words: Float32Array<ArrayBuffer>;
  #used = 0;
  /** Places left behind, by their number of rungs; none at first, and in most underlyings few. */
  readonly #free: Array<number[] | undefined> = [];

  /** Begins with room for so many cells. */
  constructor(room: number) {
    this.words = new Float32Array(room * CELL_WORDS);
  }

  /** Room for `rungs` cells, with the first `held` of those at `from` moved there; gives the place. */
  move(from: number, held: number, rungs: number): number {
    const place = this.#free[rungs]?.pop() ?? this.#append(rungs);
    this.words.copyWithin(place, from, from + held * CELL_WORDS);
    if (held > 0) (this.#free[held] ??= []).push(from);
    return place;
  }

  #append(rungs: number): number {
    const place = this.#used;
    this.#used += rungs * CELL_WORDS;
    if (this.#used > this.words.length) {
      this.words = grown(this.words, Math.max(this.#used, this.words.length * 2));
    }
    return place;
  }

  /** Begins rungs `from` to `to` of a contract whose cells lie at `place`: nothing seen since the opening. */
  begin(place: number, from: number, to: number, { rates, shapes }: OrderRates): void {
    for (let rung = from; rung < to; rung++) {
      const at = place + rung * CELL_WORDS;
      this.words.fill(0, at, at + CELL_WORDS);
      this.words[at + CELL.shape] = shapes[rung]!;
      this.words[at + CELL.exposure] = shapes[rung]! / rates[rung]!;
    }
  }

  /** Sets the statistics of `rungs` cells back to 0; what was learned of today's rate stays. */
  reset(place: number, rungs: number): void {
    for (let rung = 0; rung < rungs; rung++) {
      const at = place + rung * CELL_WORDS + CELL.statistics;
      this.words.fill(0, at, at + KINDS);
    }
  }

  /** Statistics of a rung. */
  statistics(place: number, rung: number): number[] {
    const at = place + rung * CELL_WORDS + CELL.statistics;
    return [...this.words.subarray(at, at + KINDS)];
  }

  /** Exposure at which the rung had its last order. */
  lastExposure(place: number, rung: number): number {
    return this.words[place + rung * CELL_WORDS + CELL.last]!;
  }

  /** Shape of the posterior: the prior's plus the orders seen. */
  shape(place: number, rung: number): number {
    return this.words[place + rung * CELL_WORDS + CELL.shape]!;
  }
}

// HOT PATH: once an order and rung, about twice an order.

/**
 * An order reached the rung whose cell lies at `at`, at a total exposure of `exposure` (days of the contract's clock
 * at today's level). Gives the change of the sum of its statistics.
 *
 * With a gamma posterior of today's rate (shape a, exposure b), the wait Δ since the last order is Lomax under the
 * null and under a rate θ times as high, and their likelihood ratio is
 *   L = θ ((b + Δ) / (b + θ Δ))^(a + 1);
 * the statistic of θ becomes (R + 1) L, a martingale less the orders seen: E R <= orders, so that the statistic
 * reaches A at most orders / A times, whatever else happens (e-detectors: Shin, Ramdas and Rinaldo 2022).
 */
export function advanceCell(words: Float32Array, at: number, exposure: number): number {
  const shape = words[at]! + 1;
  const prior = words[at + 1]!;
  const since = Math.max(0, exposure - words[at + 2]!);
  const x = since / prior;
  let change = 0;
  let kind = 0;
  let multiplied = x;
  const logOne = logFromOne(1 + x);
  for (; kind < KINDS; kind++) {
    multiplied *= 2;
    const ratio = LOG_MULTIPLES[kind]! + shape * (logOne - logFromOne(1 + multiplied));
    // Past its peak the ratio only falls with θ.
    if (ratio < LOG_NOTHING) break;
    const place = at + 3 + kind;
    const before = words[place]!;
    const after = Math.min(STATISTIC_MAX, (before + 1) * expOfRatio(ratio));
    words[place] = after;
    change += words[place] - before;
  }
  for (; kind < KINDS; kind++) {
    change -= words[at + 3 + kind]!;
    words[at + 3 + kind] = 0;
  }
  words[at] = shape;
  words[at + 1] = prior + since;
  words[at + 2] = exposure;
  return change;
}
