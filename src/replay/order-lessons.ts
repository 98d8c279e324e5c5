// What a replay learns of orders: from the files before its first day, and from each day it has replayed.
import type { ContractTable } from '../domain/contract-table.ts';
import { OrderCounter } from '../domain/ladder.ts';
import type { OrderBaseline } from '../domain/order-baseline.ts';
import { OrderHistory } from '../domain/order-history.ts';
import { TailMemory } from '../domain/tail-memory.ts';
import type { Engine } from '../engine.ts';
import type { FlatFile } from '../feeds/flat-file/open.ts';

/**
 * Orders of one kind of file. An active minute is an event of its whole volume, so that minutes are compared with
 * minutes and trades with trades: files of another kind teach nothing.
 */
export class OrderLessons {
  readonly #history: OrderHistory;
  readonly #kind: FlatFile['kind'];
  readonly #tails: TailMemory;

  constructor(table: ContractTable, kind: FlatFile['kind'], tails: TailMemory = new TailMemory()) {
    this.#history = new OrderHistory(table);
    this.#kind = kind;
    this.#tails = tails;
  }

  /** A counter for a file; null when it teaches nothing of orders. */
  counterOf(file: FlatFile): OrderCounter | null {
    return file.kind === this.#kind ? new OrderCounter(this.#history.hoursOf(file.session)) : null;
  }

  learn(counter: OrderCounter, date: string): void {
    this.#history.add(counter.take(date));
  }

  /** What is normal of a day; null before anything was learned, and for another kind of file. */
  baselineOf(file: FlatFile): OrderBaseline | null {
    return file.kind === this.#kind ? this.#history.before(file.session.date) : null;
  }

  /** What is normal of trades on a day; null before anything was learned. */
  before(date: string): OrderBaseline | null {
    return this.#history.before(date);
  }

  /** Factors that the thresholds of the next day are moved by. */
  get tailFactors(): Float64Array {
    return this.#tails.factors;
  }

  /** Learns from a day how high statistics rise. */
  learnTails(engine: Engine): void {
    const tails = engine.tails();
    const budget = engine.budget();
    if (tails !== null && budget !== null) {
      this.#tails.add(tails, budget.ordersForecast, budget.alertsPerDay);
    }
  }
}
