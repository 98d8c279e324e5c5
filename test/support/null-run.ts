// A market without anomalies through the detector `surprise`, day after day: how often chance speaks.
import { TapeLedger } from '../../src/domain/cancel-ledger.ts';
import { ContractTable } from '../../src/domain/contract-table.ts';
import { DEFAULT_THRESHOLD } from '../../src/domain/detectors/threshold.ts';
import { type DayOrders, OrderCounter } from '../../src/domain/ladder.ts';
import type { OrderBaseline } from '../../src/domain/order-baseline.ts';
import { OrderHistory } from '../../src/domain/order-history.ts';
import { requireSession } from '../../src/domain/session.ts';
import { type DayTails, TailMemory } from '../../src/domain/tail-memory.ts';
import type { TradeBatch } from '../../src/domain/trade.ts';
import { createEngine } from '../../src/engine.ts';

/** A day of a null run. */
export interface NullDay {
  readonly date: string;
  readonly contracts: number;
  readonly underlyings: number;
  readonly tails: DayTails;
  /** Tails of the days before, by which this day can be judged. */
  readonly memory: TailMemory;
  readonly baseline: OrderBaseline;
  readonly orders: DayOrders;
}

export interface NullRunSettings {
  readonly alertsPerDay: number;
  /** Whether thresholds follow what was measured. */
  readonly recalibrates: boolean;
}

/** Runs day after day; each is history for the next. */
export class NullRun {
  readonly table: ContractTable;
  readonly #settings: NullRunSettings;
  readonly #history: OrderHistory;
  readonly #memory = new TailMemory();

  constructor(settings: NullRunSettings, table = new ContractTable()) {
    this.#settings = settings;
    this.table = table;
    this.#history = new OrderHistory(table);
  }

  /** Learns a day without watching it. */
  learn(batch: TradeBatch): void {
    this.#history.add(this.#ordersOf(batch));
  }

  #ordersOf(batch: TradeBatch): DayOrders {
    const counter = new OrderCounter(this.#history.hoursOf(batch.session));
    counter.add(batch, batch.atMs);
    return counter.take(batch.session.date);
  }

  /** Watches a day, then learns it; `judge` sees it with the tails of the days before. */
  watch(batch: TradeBatch, judge: (day: NullDay) => void): void {
    const { date } = batch.session;
    const { alertsPerDay, recalibrates } = this.#settings;
    const baseline = this.#history.before(date);
    if (baseline === null) throw new Error(`${date} has no day before it`);
    const engine = createEngine({
      session: requireSession(date),
      table: this.table,
      baseline: { sessions: 30, dates: [], volumeSum: () => 0, orders: baseline },
      detectors: ['surprise'],
      threshold: DEFAULT_THRESHOLD,
      alertsPerDay,
      tailFactors: recalibrates ? this.#memory.factors : null,
      cancels: new TapeLedger([]),
      tape: () => [batch],
      onFailure: ({ error }) => {
        throw error;
      },
    });
    engine.take(batch);
    engine.stop();
    const { spent, ordersForecast } = engine.budget()!;
    const tails = engine.tails()!;
    const orders = this.#ordersOf(batch);
    judge({ date, ...spent, tails, memory: this.#memory, baseline, orders });
    this.#memory.add(tails, ordersForecast, alertsPerDay);
    this.#history.add(orders);
  }
}
