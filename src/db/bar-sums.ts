// The sums of prints: five-minute bars by contract, and from them the flow of underlyings and the days of contracts.
import { conditionUse, USE } from '../domain/conditions.ts';
import type { ContractTable } from '../domain/contract-table.ts';
import { premiumCents } from '../domain/money.ts';
import { BUCKET_MS } from '../domain/session.ts';
import type { TradeBatch } from '../domain/trade.ts';

/** Buckets lie between the evening before (-72) and the day's end (288): key = contract x 512 + bucket + 128. */
const BUCKET_SPAN = 512;
const BUCKET_SHIFT = 128;

export interface BarSum {
  readonly contract: number;
  readonly bucket: number;
  /** Prices in 1/10,000 dollar; null while only cancels came. */
  open: number | null;
  high: number | null;
  low: number | null;
  close: number | null;
  prints: number;
  volume: number;
  premium: number;
}

export interface FlowSum {
  readonly underlying: string;
  readonly bucket: number;
  prints: number;
  volume: number;
  callCents: number;
  putCents: number;
}

export interface DaySum {
  readonly contract: number;
  volume: number;
  prints: number;
  premium: number;
  last: number | null;
}

/** What the sums need to know of contracts, remembered, because parsing a ticker costs a microsecond. */
export class ContractFacts {
  readonly #table: ContractTable;
  /** By contract: 0 not looked at yet, 1 a call, 2 a put. */
  #rights = new Uint8Array(1024);

  constructor(table: ContractTable) {
    this.#table = table;
  }

  isCall(contract: number): boolean {
    if (contract >= this.#rights.length) {
      const larger = new Uint8Array(contract * 2);
      larger.set(this.#rights);
      this.#rights = larger;
    }
    const known = this.#rights[contract]!;
    if (known !== 0) return known === 1;
    const isCall = this.#table.contract(contract).right === 'call';
    this.#rights[contract] = isCall ? 1 : 2;
    return isCall;
  }

  underlyingOf(contract: number): string {
    return this.#table.underlyingName(this.#table.underlyingOf(contract));
  }
}

/**
 * Sums up prints of one session. Prints that may reach detectors count, as in baselines; a cancel subtracts its own
 * size and premium when and where it comes, so bars, flow and days always agree with each other.
 */
export class BarSums {
  readonly #facts: ContractFacts;
  readonly #bars = new Map<number, BarSum>();

  constructor(facts: ContractFacts) {
    this.#facts = facts;
  }

  /** Adds the rows of a batch from `from` on. */
  add(batch: TradeBatch, from = 0): void {
    for (let row = from; row < batch.length; row++) {
      const use = conditionUse(batch.condition[row]!);
      if ((use & (USE.detection | USE.cancel)) === 0) continue;
      const contract = batch.contract[row]!;
      const price = batch.priceE4[row]!;
      const bar = this.#barOf(contract, Math.floor(batch.atMs[row]! / BUCKET_MS));
      const sign = (use & USE.cancel) === 0 ? 1 : -1;
      bar.prints += sign;
      bar.volume += sign * batch.size[row]!;
      // Every multiplier is 100 until reference data says otherwise: see domain/contract.ts.
      bar.premium += sign * premiumCents(price, batch.size[row]!, 100);
      if (sign < 0) continue;
      bar.open ??= price;
      bar.close = price;
      if (bar.high === null || price > bar.high) bar.high = price;
      if (bar.low === null || price < bar.low) bar.low = price;
    }
  }

  #barOf(contract: number, bucket: number): BarSum {
    const key = contract * BUCKET_SPAN + bucket + BUCKET_SHIFT;
    let bar = this.#bars.get(key);
    if (bar === undefined) {
      bar = {
        contract,
        bucket,
        open: null,
        high: null,
        low: null,
        close: null,
        prints: 0,
        volume: 0,
        premium: 0,
      };
      this.#bars.set(key, bar);
    }
    return bar;
  }

  /** The bars, by contract and bucket: rows are always written in this order, so that two writers cannot deadlock. */
  bars(): BarSum[] {
    return [...this.#bars.values()].toSorted((a, b) => a.contract - b.contract || a.bucket - b.bucket);
  }

  /** The flow of the underlyings, by name and bucket. */
  flow(): FlowSum[] {
    const flows = new Map<string, FlowSum>();
    for (const bar of this.#bars.values()) {
      const underlying = this.#facts.underlyingOf(bar.contract);
      const key = `${underlying} ${bar.bucket}`;
      const flow = flows.get(key) ?? {
        underlying,
        bucket: bar.bucket,
        prints: 0,
        volume: 0,
        callCents: 0,
        putCents: 0,
      };
      flows.set(key, flow);
      flow.prints += bar.prints;
      flow.volume += bar.volume;
      if (this.#facts.isCall(bar.contract)) flow.callCents += bar.premium;
      else flow.putCents += bar.premium;
    }
    return [...flows.values()].toSorted((a, b) =>
      a.underlying === b.underlying ? a.bucket - b.bucket : a.underlying < b.underlying ? -1 : 1,
    );
  }

  /** The days of the contracts, by contract. */
  days(): DaySum[] {
    const days = new Map<number, DaySum>();
    for (const bar of this.bars()) {
      const day = days.get(bar.contract) ?? {
        contract: bar.contract,
        volume: 0,
        prints: 0,
        premium: 0,
        last: null,
      };
      days.set(bar.contract, day);
      day.volume += bar.volume;
      day.prints += bar.prints;
      day.premium += bar.premium;
      day.last = bar.close ?? day.last;
    }
    return [...days.values()];
  }
}
