// Cancels: which earlier print of the session each of them takes back.
import { conditionUse, USE } from './conditions.ts';
import type { Print, TradeBatch } from './trade.ts';
import { grown } from '../lib/grown.ts';

/** The session's earlier prints, as far as cancels need them. */
export interface CancelLedger {
  /**
   * Takes out the latest print before `row` that equals the cancelled one, may reach the detectors and has not been
   * taken out yet. Returns its event time, ms after midnight: with it the fold finds the same print in its window,
   * or knows that it has left. Null when there is none.
   */
  takeOut(contract: number, row: number, priceE4: number, size: number, exchange: number): number | null;
  /** Gives back what was taken out of some contracts, whose prints will be folded again from the first on. */
  restore(contracts: (contract: number) => boolean): void;
}

/** What a cancel says of the print it takes back. */
export type CancelledPrint = Pick<Print, 'contract' | 'priceE4' | 'size' | 'exchange'>;

const ROWS_FIRST = 1024;
/** End of a chain of prints. */
const NONE = -1;

/**
 * A ledger filled from the tape itself, for feeds that know all of its cancels beforehand: only prints that equal a
 * cancelled one are remembered, 12 bytes each, a few thousand of ten million. Asking whether a print is one of them
 * costs one read of a small hash table.
 */
export class TapeLedger implements CancelLedger {
  /** Prints that some cancel may take back, each once, as columns. */
  readonly #contract: Int32Array;
  readonly #priceE4: Int32Array;
  readonly #size: Int32Array;
  readonly #exchange: Int32Array;
  /** Open addressing over them: 0 is free, otherwise key + 1. */
  readonly #slots: Int32Array;
  #keys = 0;
  /** By key: the newest print of the tape that equals it; each print leads to the one before. */
  readonly #newest: Int32Array;
  #row = new Int32Array(ROWS_FIRST);
  #atMs = new Int32Array(ROWS_FIRST);
  #before = new Int32Array(ROWS_FIRST);
  #count = 0;
  /** Prints that were taken out of their chains. */
  #taken: Array<{ readonly key: number; readonly at: number }> = [];

  constructor(cancels: Iterable<CancelledPrint>) {
    const all = [...cancels];
    this.#contract = new Int32Array(all.length);
    this.#priceE4 = new Int32Array(all.length);
    this.#size = new Int32Array(all.length);
    this.#exchange = new Int32Array(all.length);
    this.#newest = new Int32Array(all.length).fill(NONE);
    // At most a quarter full, so that most prints meet an empty slot at once.
    this.#slots = new Int32Array(1 << (34 - Math.clz32(all.length)));
    for (const { contract, priceE4, size, exchange } of all) {
      const slot = this.#slotOf(contract, priceE4, size, exchange);
      if (this.#slots[slot] !== 0) continue;
      const key = this.#keys++;
      this.#contract[key] = contract;
      this.#priceE4[key] = priceE4;
      this.#size[key] = size;
      this.#exchange[key] = exchange;
      this.#slots[slot] = key + 1;
    }
  }

  /** Prints remembered so far, those taken out included. */
  get count(): number {
    return this.#count;
  }

  // HOT PATH: once a print.

  /** Remembers the prints of a batch. Every batch comes here, in the order of the tape, before it is folded. */
  add(batch: TradeBatch): void {
    if (this.#keys === 0) return;
    const { contract, priceE4, size, exchange, condition } = batch;
    for (let row = 0; row < batch.length; row++) {
      const slot = this.#slotOf(contract[row]!, priceE4[row]!, size[row]!, exchange[row]!);
      if (this.#slots[slot] === 0 || (conditionUse(condition[row]!) & USE.detection) === 0) continue;
      this.#remember(this.#slots[slot]! - 1, batch.firstRow + row, batch.atMs[row]!);
    }
  }

  /** The slot in which a print stands, or the free one in which it would. */
  #slotOf(contract: number, priceE4: number, size: number, exchange: number): number {
    const mask = this.#slots.length - 1;
    let slot = hashOf(contract, priceE4, size, exchange) & mask;
    for (; this.#slots[slot] !== 0; slot = (slot + 1) & mask) {
      const key = this.#slots[slot]! - 1;
      const equal =
        this.#contract[key] === contract &&
        this.#priceE4[key] === priceE4 &&
        this.#size[key] === size &&
        this.#exchange[key] === exchange;
      if (equal) break;
    }
    return slot;
  }

  // END OF HOT PATH

  takeOut(contract: number, row: number, priceE4: number, size: number, exchange: number): number | null {
    const key = this.#slots[this.#slotOf(contract, priceE4, size, exchange)]! - 1;
    if (key < 0) return null;
    let after = NONE;
    for (let at = this.#newest[key]!; at !== NONE; after = at, at = this.#before[at]!) {
      if (this.#row[at]! >= row) continue;
      if (after === NONE) this.#newest[key] = this.#before[at]!;
      else this.#before[after] = this.#before[at]!;
      this.#taken.push({ key, at });
      return this.#atMs[at]!;
    }
    return null;
  }

  restore(contracts: (contract: number) => boolean): void {
    const { restored = [], taken = [] } = Object.groupBy(this.#taken, ({ key }) =>
      contracts(this.#contract[key]!) ? 'restored' : 'taken',
    );
    this.#taken = taken;
    for (const { key, at } of restored) {
      let after = NONE;
      let before = this.#newest[key]!;
      for (; before > at; before = this.#before[before]!) after = before;
      this.#before[at] = before;
      if (after === NONE) this.#newest[key] = at;
      else this.#before[after] = at;
    }
  }

  #remember(key: number, row: number, atMs: number): void {
    if (this.#count === this.#row.length) {
      const prints = this.#count * 2;
      this.#row = grown(this.#row, prints);
      this.#atMs = grown(this.#atMs, prints);
      this.#before = grown(this.#before, prints);
    }
    const at = this.#count++;
    this.#row[at] = row;
    this.#atMs[at] = atMs;
    this.#before[at] = this.#newest[key]!;
    this.#newest[key] = at;
  }
}

function hashOf(contract: number, priceE4: number, size: number, exchange: number): number {
  let hash = Math.imul(contract ^ (exchange << 20), 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 15) ^ priceE4, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13) ^ size, 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
