// The statistic of an underlying itself: the ladder over the orders of all its contracts.
import { RUNGS } from './ladder.ts';
import type { OrderRates } from './order-baseline.ts';
import { advanceCell, CELL_WORDS, MULTIPLES, RungCells } from './rung-cells.ts';

/** Orders of an underlying closer than this are one to it. */
const TOGETHER_MS = 2;

/** Rungs that count here, of 1, 10, 100 and 1,000 lots: over a whole chain the sizes between tell nothing more. */
const COUNTS = Uint8Array.from({ length: RUNGS }, (_, rung) => ([0, 2, 5, 8].includes(rung) ? 1 : 0));

/** Statistics that the mean of an underlying is taken over. */
export const UNDERLYING_STATISTICS = 4 * MULTIPLES.length;

/** A cell a rung, and what those that count add up to. */
export class UnderlyingStatistic {
  readonly cells = new RungCells(RUNGS);
  readonly place: number;
  #sum = 0;
  #highest = 0;
  readonly #lastMs = new Float64Array(RUNGS).fill(-Infinity);

  constructor() {
    this.place = this.cells.move(0, 0, RUNGS);
  }

  /** Mean over rungs and multiples: what is held against the threshold. */
  get value(): number {
    return this.#sum / UNDERLYING_STATISTICS;
  }

  /** The highest it has been in the session. */
  get highest(): number {
    return this.#highest;
  }

  /** Begins the session: so many orders are expected. */
  begin(rates: OrderRates): void {
    this.cells.begin(this.place, 0, RUNGS, rates);
  }

  // HOT PATH: once an order.

  /**
   * An order at `atMs`, at the share `share` of the day's clock, has newly reached rungs `from` to `to`. Legs of one
   * complex order, and orders sent together, lie in several contracts: on a rung they count once.
   */
  advance(atMs: number, share: number, from: number, to: number): void {
    const { words } = this.cells;
    let sum = this.#sum;
    for (let rung = from; rung < to; rung++) {
      if (COUNTS[rung] === 0 || atMs - this.#lastMs[rung]! < TOGETHER_MS) continue;
      this.#lastMs[rung] = atMs;
      sum += advanceCell(words, this.place + rung * CELL_WORDS, share);
    }
    this.#sum = sum;
    if (sum > this.#highest * UNDERLYING_STATISTICS) this.#highest = sum / UNDERLYING_STATISTICS;
  }

  // END OF HOT PATH

  /** Sets the statistic back to 0. */
  reset(): void {
    this.cells.reset(this.place, RUNGS);
    this.#sum = 0;
  }
}
