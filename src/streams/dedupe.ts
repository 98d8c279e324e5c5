// Dedupe: live prints that were heard before, by contract and sequence number, are taken out of their batch.
import type { TradeBatch } from '../domain/trade.ts';

/** Sequence numbers remembered exactly of each contract, and of a contract with more prints than that. */
export const REMEMBERED_MIN = 16;
export const REMEMBERED_MAX = 128;
const FIRST_CAPACITY = 1_024;
/** Numbers are remembered by their low 32 bits, which are told apart as long as they lie closer than this. */
const SPAN_MAX = 0x7fffffff;

/** What came and what was heard before. */
export interface DedupeCounts {
  readonly received: number;
  readonly duplicates: number;
}

/**
 * Remembers what a session's contracts have printed: 84 bytes a contract, 512 more for a busy one, nothing a print. The
 * numbers of a contract rise with gaps, so that only those heard last are kept. A print older than all of them that was
 * not among them counts as heard: a provider that repeats itself is likelier than one that is so late.
 */
export class Dedupe {
  #received = 0;
  #duplicates = 0;
  #nextRow = 0;
  /** The highest number of a contract, and the highest that has been forgotten; 0 at first. */
  #highest = new Float64Array(FIRST_CAPACITY);
  #forgotten = new Float64Array(FIRST_CAPACITY);
  /** Numbers remembered since the memory of a contract began, which is also the place of the next one. */
  #count = new Uint32Array(FIRST_CAPACITY);
  #memory = new Uint32Array(FIRST_CAPACITY * REMEMBERED_MIN);
  readonly #busy = new Map<number, Uint32Array>();

  get counts(): DedupeCounts {
    return { received: this.#received, duplicates: this.#duplicates };
  }

  /**
   * Takes the prints out of a batch that were heard before: its columns are compacted in place, and its rows numbered
   * anew through the session. Prints without a sequence number (0, or none in the batch) all pass.
   */
  pass(batch: TradeBatch): TradeBatch {
    this.#received += batch.length;
    const length = batch.sequence === null ? batch.length : this.#compact(batch, batch.sequence);
    this.#duplicates += batch.length - length;
    const firstRow = this.#nextRow;
    this.#nextRow += length;
    return { ...batch, length, firstRow };
  }

  /** Number of the next row. */
  get nextRow(): number {
    return this.#nextRow;
  }

  /** Numbers the next row, unless the count is further already. */
  continueAt(row: number): void {
    this.#nextRow = Math.max(this.#nextRow, row);
  }

  // HOT PATH: once a print.

  #compact(batch: TradeBatch, sequence: Float64Array): number {
    const { contract, atMs, priceE4, size, condition, exchange } = batch;
    let kept = 0;
    for (let row = 0; row < batch.length; row++) {
      if (sequence[row] !== 0 && !this.#isNew(contract[row]!, sequence[row]!)) continue;
      if (kept !== row) {
        contract[kept] = contract[row]!;
        atMs[kept] = atMs[row]!;
        priceE4[kept] = priceE4[row]!;
        size[kept] = size[row]!;
        condition[kept] = condition[row]!;
        exchange[kept] = exchange[row]!;
        sequence[kept] = sequence[row]!;
      }
      kept++;
    }
    return kept;
  }

  #isNew(contract: number, sequence: number): boolean {
    if (contract >= this.#highest.length) this.#grow(contract);
    const highest = this.#highest[contract]!;
    if (sequence <= highest) {
      if (sequence <= this.#forgotten[contract]!) return false;
      // Further back than low bits can tell: such a leap down is no order that a tape has.
      if (highest - sequence > SPAN_MAX || this.#remembers(contract, sequence)) return false;
    } else {
      if (sequence - highest > SPAN_MAX) this.#beginAnew(contract, highest);
      this.#highest[contract] = sequence;
    }
    this.#remember(contract, sequence);
    return true;
  }

  #remembers(contract: number, sequence: number): boolean {
    const busy = this.#busy.get(contract);
    const memory = busy ?? this.#memory;
    const from = busy === undefined ? contract * REMEMBERED_MIN : 0;
    const size = busy === undefined ? REMEMBERED_MIN : REMEMBERED_MAX;
    const end = from + Math.min(size, this.#count[contract]!);
    const low = sequence >>> 0;
    for (let at = from; at < end; at++) if (memory[at] === low) return true;
    return false;
  }

  #remember(contract: number, sequence: number): void {
    const count = this.#count[contract]!++;
    let busy = this.#busy.get(contract);
    if (count >= REMEMBERED_MIN && busy === undefined) busy = this.#makeBusy(contract);
    if (busy === undefined) {
      this.#memory[contract * REMEMBERED_MIN + count] = sequence >>> 0;
      return;
    }
    const at = count % REMEMBERED_MAX;
    if (count >= REMEMBERED_MAX) {
      const highest = this.#highest[contract]!;
      const oldest = highest - (((highest >>> 0) - busy[at]!) >>> 0);
      if (oldest > this.#forgotten[contract]!) this.#forgotten[contract] = oldest;
    }
    busy[at] = sequence >>> 0;
  }

  // END OF HOT PATH

  #makeBusy(contract: number): Uint32Array {
    const from = contract * REMEMBERED_MIN;
    const busy = new Uint32Array(REMEMBERED_MAX);
    busy.set(this.#memory.subarray(from, from + REMEMBERED_MIN));
    this.#busy.set(contract, busy);
    return busy;
  }

  /** The numbers leapt: what was before is forgotten together. */
  #beginAnew(contract: number, highest: number): void {
    this.#forgotten[contract] = highest;
    this.#count[contract] = 0;
    this.#busy.delete(contract);
  }

  #grow(contract: number): void {
    const capacity = Math.max(this.#highest.length * 2, contract + 1);
    const grown = <A extends Float64Array | Uint32Array>(from: A, length: number): A => {
      const to = new (from.constructor as new (length: number) => A)(length);
      to.set(from);
      return to;
    };
    this.#highest = grown(this.#highest, capacity);
    this.#forgotten = grown(this.#forgotten, capacity);
    this.#count = grown(this.#count, capacity);
    this.#memory = grown(this.#memory, capacity * REMEMBERED_MIN);
  }
}
