// The day of a contract: volume, premium, prices, and parent orders counted by size; what baselines are made of.
import { present } from '../lib/assert.ts';
import { dayNumberOf } from './calendar.ts';
import { conditionUse, USE } from './conditions.ts';
import type { ContractTable } from './contract-table.ts';
import type { ContractOrderedDay } from './day-rows.ts';
import { RUNGS, STREAM_CLASSES, streamCodeOf } from './ladder.ts';
import { premiumCents } from './money.ts';
import { ORDER_CLOCKS, termOf } from './order-class.ts';
import { advanceParent, PARENT_WORDS } from './parent.ts';
import { BUCKET_MS, closeMsOf, isLateUnderlying } from './session.ts';
import { CLOCK_BUCKETS } from './session-clock.ts';
import { allocateColumns, type TradeColumns } from './trade.ts';

/** Columns of the days of all contracts of a session, parallel to `contracts` of the day they were made of. */
export interface DaySummaries {
  readonly contracts: Int32Array;
  /** Prints that may reach detectors; a cancel takes one away, as it does from volume and premium. */
  readonly prints: Int32Array;
  /** Contracts. */
  readonly volume: Float64Array;
  readonly premiumCents: Float64Array;
  /** Prices in 1/10,000 dollar; 0 when nothing but cancels printed. */
  readonly openE4: Int32Array;
  readonly highE4: Int32Array;
  readonly lowE4: Int32Array;
  readonly closeE4: Int32Array;
  /** Parent orders of the regular hours that reached LADDER[rung], at `index * RUNGS + rung`; 0 for aggregates. */
  readonly orders: Int32Array;
  /** The same orders by clock and five minutes, at `clock * CLOCK_BUCKETS + bucket`; all 0 for aggregates. */
  readonly profile: Float64Array;
}

/**
 * Sums up a day, given run by run of its contracts. Prints that a later cancel takes back are no part of a parent
 * order; orders of different streams are never merged, and none is counted outside the regular hours.
 */
export class DaySummaryFold {
  readonly summaries: DaySummaries;
  readonly #day: ContractOrderedDay;
  readonly #table: ContractTable;
  /** Rows of the day that a cancel takes back. */
  readonly #takenBack: ReadonlySet<number>;
  /** The open parent order of each stream, of the contract at hand. */
  readonly #parents = new Int32Array(STREAM_CLASSES.length * PARENT_WORDS);
  #index = -1;
  #runEnd = 0;
  #closeMs = 0;
  /** Where the clock of the contract at hand begins in the profile. */
  #profileAt = 0;
  /** Terms by the six digits of an expiry in a ticker. */
  readonly #terms = new Map<string, number>();

  constructor(day: ContractOrderedDay, table: ContractTable, cancelled: ReadonlySet<number>) {
    this.#day = day;
    this.#table = table;
    this.#takenBack = rowsTakenBack(day, cancelled);
    const count = day.contracts.length;
    this.summaries = {
      contracts: day.contracts,
      prints: new Int32Array(count),
      volume: new Float64Array(count),
      premiumCents: new Float64Array(count),
      openE4: new Int32Array(count),
      highE4: new Int32Array(count),
      lowE4: new Int32Array(count),
      closeE4: new Int32Array(count),
      orders: new Int32Array(count * RUNGS),
      profile: new Float64Array(ORDER_CLOCKS * CLOCK_BUCKETS),
    };
  }

  // HOT PATH: once a print.

  /** Adds the rows `from` to `from + count` of the day, which must follow those added before. */
  add(from: number, count: number, rows: TradeColumns): void {
    const { openMs } = this.#day.session;
    const { prints, volume, premiumCents: premium, orders, profile } = this.summaries;
    const countsOrders = this.#day.kind === 'trades';
    for (let i = 0; i < count; i++) {
      if (from + i >= this.#runEnd) this.#begin();
      const condition = rows.condition[i]!;
      const use = conditionUse(condition);
      if ((use & (USE.detection | USE.cancel)) === 0) continue;
      const size = rows.size[i]!;
      const price = rows.priceE4[i]!;
      const sign = (use & USE.cancel) === 0 ? 1 : -1;
      prints[this.#index]! += sign;
      volume[this.#index]! += sign * size;
      // Every multiplier is 100 until reference data says otherwise: see contract.ts.
      premium[this.#index]! += sign * premiumCents(price, size, 100);
      if (sign < 0) continue;
      this.#price(price);
      const atMs = rows.atMs[i]!;
      if (!countsOrders || atMs < openMs || atMs >= this.#closeMs) continue;
      if (this.#takenBack.size > 0 && this.#takenBack.has(from + i)) continue;
      const crossed = advanceParent(this.#parents, streamCodeOf(condition) * PARENT_WORDS, atMs, size);
      const last = crossed & 15;
      for (let rung = crossed >> 4; rung < last; rung++) orders[this.#index * RUNGS + rung]!++;
      if (crossed >> 4 !== 0 || last === 0) continue;
      profile[this.#profileAt + Math.min(CLOCK_BUCKETS - 1, Math.floor((atMs - openMs) / BUCKET_MS))]!++;
    }
  }

  #price(price: number): void {
    const { openE4, highE4, lowE4, closeE4 } = this.summaries;
    const at = this.#index;
    if (openE4[at] === 0) openE4[at] = price;
    if (highE4[at] === 0 || price > highE4[at]!) highE4[at] = price;
    if (lowE4[at] === 0 || price < lowE4[at]!) lowE4[at] = price;
    closeE4[at] = price;
  }

  // END OF HOT PATH

  #begin(): void {
    this.#index++;
    this.#runEnd = this.#day.starts[this.#index + 1]!;
    this.#parents.fill(0);
    const { session, contracts } = this.#day;
    const contract = contracts[this.#index]!;
    // Only of the late classes the ticker must be looked at, which costs as much as a hundred prints.
    const isLate = isLateUnderlying(this.#table.underlyingName(this.#table.underlyingOf(contract)));
    this.#closeMs = isLate ? closeMsOf(session, this.#table.contract(contract)) : session.closeMs;
    this.#profileAt = ((isLate ? 4 : 0) + this.#termOf(contract)) * CLOCK_BUCKETS;
  }

  #termOf(contract: number): number {
    const digits = this.#table.ticker(contract).slice(-15, -9);
    return this.#terms.getOrInsertComputed(digits, () => {
      const date = `20${digits.slice(0, 2)}-${digits.slice(2, 4)}-${digits.slice(4)}`;
      const [expiryDay, day] = [dayNumberOf(date), dayNumberOf(this.#day.session.date)];
      return termOf({ expiryDay: present(expiryDay, 'the day of an expiry') }, present(day, 'the day'));
    });
  }
}

/** The rows that cancels take back: for each the latest equal print before it that no other has taken back. */
function rowsTakenBack(day: ContractOrderedDay, cancelled: ReadonlySet<number>): ReadonlySet<number> {
  const taken = new Set<number>();
  if (cancelled.size === 0) return taken;
  day.contracts.forEach((contract, at) => {
    if (!cancelled.has(contract)) return;
    const from = day.starts[at]!;
    const count = day.starts[at + 1]! - from;
    const rows = allocateColumns(count);
    day.gather(from, count, rows, null);
    for (let row = 0; row < count; row++) {
      if ((conditionUse(rows.condition[row]!) & USE.cancel) === 0) continue;
      const print = equalBefore(rows, row, (candidate) => taken.has(from + candidate));
      if (print !== null) taken.add(from + print);
    }
  });
  return taken;
}

function equalBefore(rows: TradeColumns, cancel: number, isTaken: (row: number) => boolean): number | null {
  for (let row = cancel - 1; row >= 0; row--) {
    const equal =
      rows.priceE4[row] === rows.priceE4[cancel] &&
      rows.size[row] === rows.size[cancel] &&
      rows.exchange[row] === rows.exchange[cancel];
    if (equal && (conditionUse(rows.condition[row]!) & USE.detection) !== 0 && !isTaken(row)) return row;
  }
  return null;
}
