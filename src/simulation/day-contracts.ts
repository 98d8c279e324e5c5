// The contracts that traded on a simulated day, numbered in the order of their tickers.
import { dateOfDayNumber } from '../domain/calendar.ts';
import { formatTicker } from '../domain/contract.ts';
import type { ContractTable } from '../domain/contract-table.ts';
import { CALL, type Chain } from './chain.ts';
import { assert } from '../lib/assert.ts';
import type { OptionClass } from './option-class.ts';

/** Contracts 0 … count - 1 of one day. */
export class DayContracts {
  readonly #classes: readonly OptionClass[];
  count = 0;
  #option = new Uint16Array(1024);
  #expiryDay = new Int32Array(1024);
  #right = new Uint8Array(1024);
  #strikeMills = new Int32Array(1024);
  #mean = new Float64Array(1024);
  #renumbered = new Int32Array(1024);

  constructor(classes: readonly OptionClass[]) {
    assert(classes.length < 65_536, 'a market has fewer than 65,536 classes');
    this.#classes = classes;
  }

  /**
   * Numbers the contracts of a chain that trade in rows `first` to `end`, and rewrites those rows to the
   * numbers.
   */
  keepTraded(option: number, chain: Chain, contract: Int32Array, first: number, end: number): void {
    if (this.#renumbered.length < chain.count) this.#renumbered = new Int32Array(chain.count * 2);
    const renumbered = this.#renumbered.fill(-1, 0, chain.count);
    for (let row = first; row < end; row++) renumbered[contract[row]!] = 0;
    for (let i = 0; i < chain.count; i++) {
      if (renumbered[i] !== 0) continue;
      renumbered[i] = this.#add(option, chain, i);
    }
    for (let row = first; row < end; row++) contract[row] = renumbered[contract[row]!]!;
  }

  #add(option: number, chain: Chain, index: number): number {
    if (this.count === this.#option.length) this.#grow();
    this.#option[this.count] = option;
    this.#expiryDay[this.count] = chain.expiries[chain.expiry[index]!]!.day;
    this.#right[this.count] = chain.right[index]!;
    this.#strikeMills[this.count] = chain.strikeMills[index]!;
    this.#mean[this.count] = chain.mean[index]!;
    return this.count++;
  }

  #grow(): void {
    const capacity = this.#option.length * 2;
    const bigger = <T extends Uint16Array | Int32Array | Uint8Array | Float64Array>(to: T, from: T): T => {
      to.set(from);
      return to;
    };
    this.#option = bigger(new Uint16Array(capacity), this.#option);
    this.#expiryDay = bigger(new Int32Array(capacity), this.#expiryDay);
    this.#right = bigger(new Uint8Array(capacity), this.#right);
    this.#strikeMills = bigger(new Int32Array(capacity), this.#strikeMills);
    this.#mean = bigger(new Float64Array(capacity), this.#mean);
  }

  /** The class of a contract. */
  option(contract: number): OptionClass {
    return this.#classes[this.#option[contract]!]!;
  }

  /** Underlying of a contract: "SPX". */
  underlying(contract: number): string {
    return this.option(contract).underlying.name;
  }

  /** Last day of a contract as a day number. */
  expiryDay(contract: number): number {
    return this.#expiryDay[contract]!;
  }

  /** 0 call, 1 put. */
  right(contract: number): number {
    return this.#right[contract]!;
  }

  /** Exercise price, 1/1000 dollar. */
  strikeMills(contract: number): number {
    return this.#strikeMills[contract]!;
  }

  /** Parent orders the market expected of it on the day: the truth a baseline estimates. */
  expectedOrders(contract: number): number {
    return this.#mean[contract]!;
  }

  /** Ticker of a contract: "O:SPY251219C00650000". */
  ticker(contract: number): string {
    return formatTicker({
      root: this.option(contract).root,
      expiryDate: dateOfDayNumber(this.#expiryDay[contract]!),
      right: this.#right[contract] === CALL ? 'call' : 'put',
      strikeMills: this.#strikeMills[contract]!,
    });
  }

  /** Number of the contract with a ticker, or -1 when it did not trade. */
  find(ticker: string): number {
    let low = 0;
    let high = this.count - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const at = this.ticker(middle);
      if (at === ticker) return middle;
      if (at < ticker) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  /** The numbers these contracts have in a ContractTable, which learns those it does not know. */
  internInto(table: ContractTable): Int32Array {
    return Int32Array.from({ length: this.count }, (_, contract) => {
      const number = table.internTicker(this.ticker(contract));
      assert(typeof number === 'number', `a generated ticker parses: ${this.ticker(contract)}`);
      return number;
    });
  }
}
