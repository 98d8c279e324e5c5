// Dedupe: live prints that were heard before, by contract and sequence number, are taken out of their batch.
import type { TradeBatch } from '../domain/trade.ts';

/** Sequence numbers remembered exactly of each contract, and of a contract with more prints than that. */
export const REMEMBERED_MIN = 11;
export const REMEMBERED_MAX = 128;
/** Numbers are remembered by their low 32 bits, which are told apart as long as they lie closer than this. */
const SPAN_MAX = 0x7fffffff;

/** What came and what was heard before. */
export interface DedupeCounts {
  readonly received: number;
  readonly duplicates: number;
}

/**
 * A contract's row is one cache line: the highest number heard and the highest forgotten as doubles, then how many were
 * heard since its memory began, then their low bits; where there are more, the place of its busy memory stands there.
 */
const ROW_WORDS = 16;
const HIGHEST = 0;
const FORGOTTEN = 1;
const COUNT = 4;
const MEMORY = 5;
/** Memory comes in pieces of a megabyte, so that growing never copies what is there: 2^14 rows, 2^11 busy memories. */
const ROWS_BITS = 14;
const BUSY_BITS = 11;

/** Some rows, seen as doubles and as words. */
interface Rows {
  readonly doubles: Float64Array;
  readonly words: Uint32Array;
}

/**
 * Remembers what a session's contracts have printed: 64 bytes a contract, 512 more for a busy one, nothing a print. The
 * numbers of a contract rise with gaps, so that only those heard last are kept. A print older than all of them that was
 * not among them counts as heard: a provider that repeats itself is likelier than one that is so late.
 */
export class Dedupe {
  #received = 0;
  #duplicates = 0;
  #nextRow = 0;
  readonly #rows: Array<Rows | undefined> = [];
  readonly #busy: Uint32Array[] = [];
  #busyCount = 0;
  /** Busy memories that were given back. */
  readonly #free: number[] = [];

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
    return length === batch.length && firstRow === batch.firstRow ? batch : { ...batch, length, firstRow };
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
    const { doubles, words } = this.#rows[contract >> ROWS_BITS] ?? this.#makeRows(contract);
    const row = contract & ((1 << ROWS_BITS) - 1);
    const at = row * ROW_WORDS;
    const double = at >> 1;
    const highest = doubles[double + HIGHEST]!;
    if (sequence <= highest) {
      if (sequence <= doubles[double + FORGOTTEN]!) return false;
      // Further back than low bits can tell: such a leap down is no order that a tape has.
      if (highest - sequence > SPAN_MAX || this.#remembers(words, at, sequence)) return false;
    } else {
      if (sequence - highest > SPAN_MAX) this.#beginAnew(doubles, words, at);
      doubles[double + HIGHEST] = sequence;
    }
    const count = words[at + COUNT]!++;
    if (count < REMEMBERED_MIN) words[at + MEMORY + count] = sequence >>> 0;
    else this.#rememberBusy(doubles, words, at, count, sequence);
    return true;
  }

  #remembers(words: Uint32Array, at: number, sequence: number): boolean {
    const count = words[at + COUNT]!;
    const isBusy = count > REMEMBERED_MIN;
    const memory = isBusy ? this.#busy[words[at + MEMORY]! >> BUSY_BITS]! : words;
    const from = isBusy ? busyStart(words[at + MEMORY]!) : at + MEMORY;
    const end = from + Math.min(isBusy ? REMEMBERED_MAX : REMEMBERED_MIN, count);
    const low = sequence >>> 0;
    for (let place = from; place < end; place++) if (memory[place] === low) return true;
    return false;
  }

  #rememberBusy(
    doubles: Float64Array,
    words: Uint32Array,
    at: number,
    count: number,
    sequence: number,
  ): void {
    if (count === REMEMBERED_MIN) this.#makeBusy(words, at);
    const memory = this.#busy[words[at + MEMORY]! >> BUSY_BITS]!;
    const place = busyStart(words[at + MEMORY]!) + (count % REMEMBERED_MAX);
    if (count >= REMEMBERED_MAX) {
      const double = at >> 1;
      const highest = doubles[double + HIGHEST]!;
      const oldest = highest - (((highest >>> 0) - memory[place]!) >>> 0);
      if (oldest > doubles[double + FORGOTTEN]!) doubles[double + FORGOTTEN] = oldest;
    }
    memory[place] = sequence >>> 0;
  }

  // END OF HOT PATH

  #makeRows(contract: number): Rows {
    const doubles = new Float64Array((ROW_WORDS / 2) << ROWS_BITS);
    return (this.#rows[contract >> ROWS_BITS] = { doubles, words: new Uint32Array(doubles.buffer) });
  }

  /** Gives a contract with many prints a larger memory, in which it remembers what it did. */
  #makeBusy(words: Uint32Array, at: number): void {
    const busy = this.#free.pop() ?? this.#busyCount++;
    const memory = (this.#busy[busy >> BUSY_BITS] ??= new Uint32Array(REMEMBERED_MAX << BUSY_BITS));
    memory.set(words.subarray(at + MEMORY, at + MEMORY + REMEMBERED_MIN), busyStart(busy));
    words[at + MEMORY] = busy;
  }

  /** The numbers leapt: what was before is forgotten together. */
  #beginAnew(doubles: Float64Array, words: Uint32Array, at: number): void {
    doubles[(at >> 1) + FORGOTTEN] = doubles[(at >> 1) + HIGHEST]!;
    if (words[at + COUNT]! > REMEMBERED_MIN) this.#free.push(words[at + MEMORY]!);
    words[at + COUNT] = 0;
  }
}

/** Where a busy memory begins in its piece. */
function busyStart(busy: number): number {
  return (busy & ((1 << BUSY_BITS) - 1)) * REMEMBERED_MAX;
}
