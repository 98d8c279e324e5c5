// Parent orders of a session counted by contract and rung: what a day teaches about orders, and when they come.
import { conditionUse, streamOf, type StreamClass, USE } from './conditions.ts';
import { advanceParent, LADDER, PARENT_WORDS } from './parent.ts';
import { grown } from '../lib/grown.ts';

/** Rungs of the ladder of sizes. */
export const RUNGS = LADDER.length;

/** Parent orders of every contract that had one in the regular hours of a session: parallel columns. */
export interface DayOrders {
  /** New York date of the session. */
  readonly date: string;
  /** Contract numbers, each once; ascending, or in the order of the file they were read from. */
  readonly contract: Int32Array;
  /** Orders of at least LADDER[rung] contracts, at `index * RUNGS + rung`. */
  readonly orders: Int32Array;
  /** Mean price a share of the contract's prints, dollars: where the money was. */
  readonly meanPrice: Float64Array;
  /** Orders by five-minute bucket from the opening, at `clock * BUCKETS + bucket`; null when times are not known. */
  readonly profile: Float64Array | null;
}

/** Streams of prints; parent orders of different streams are never merged. */
export const STREAM_CLASSES: readonly StreamClass[] = [
  'single',
  'auction',
  'cross',
  'floor',
  'complex',
  'tied',
  'other',
];

const STREAM_CODES = new Uint8Array(512).fill(STREAM_CLASSES.indexOf('other'));
for (let id = 0; id < 512; id++) STREAM_CODES[id] = STREAM_CLASSES.indexOf(streamOf(id));

/** Place of a condition's stream in {@link STREAM_CLASSES}. */
export function streamCodeOf(condition: number): number {
  return STREAM_CODES[condition < 512 ? condition : 511]!;
}

/** The open parent orders of contracts, one a stream: the first kept by contract, the others as they come. */
class DayOpenOrders {
  #first = new Int32Array(256 * PARENT_WORDS);
  /** Stream of the order kept first, + 1; 0 when there is none yet. */
  #firstStream = new Uint8Array(256);
  readonly #others = new Map<number, Int32Array>();

  /** Adds a print of `key` (a contract or a slot) and gives the rungs newly reached, as advanceParent does. */
  advance(key: number, stream: number, atMs: number, size: number): number {
    if (key >= this.#firstStream.length) this.#grow(key);
    const kept = this.#firstStream[key]!;
    if (kept === stream + 1) return advanceParent(this.#first, key * PARENT_WORDS, atMs, size);
    if (kept === 0) {
      this.#firstStream[key] = stream + 1;
      return advanceParent(this.#first, key * PARENT_WORDS, atMs, size);
    }
    const place = key * 8 + stream;
    let words = this.#others.get(place);
    if (words === undefined) this.#others.set(place, (words = new Int32Array(PARENT_WORDS)));
    return advanceParent(words, 0, atMs, size);
  }

  #grow(key: number): void {
    const capacity = Math.max(key + 1, this.#firstStream.length * 2);
    this.#first = grown(this.#first, capacity * PARENT_WORDS);
    this.#firstStream = grown(this.#firstStream, capacity);
  }
}

/** What {@link OrderCounter} needs of prints. */
export interface OrderRows {
  readonly length: number;
  readonly contract: Int32Array;
  readonly priceE4: Int32Array;
  readonly size: Int32Array;
  readonly condition: Uint16Array;
}

/** How a counter sees the session. */
export interface OrderHours {
  readonly openMs: number;
  /** Offset at which a contract stops trading, ms after midnight. */
  closeMsOf(contract: number): number;
  /** Clock of a contract, below `clocks`. */
  clockOf(contract: number): number;
  readonly clocks: number;
  readonly buckets: number;
  readonly bucketMs: number;
}

/** Counts the parent orders of a day. The rows of a contract must come in the order of time; contracts may mix. */
export class OrderCounter {
  readonly #hours: OrderHours;
  readonly #open = new DayOpenOrders();
  readonly #profile: Float64Array;
  #orders = new Int32Array(1024 * RUNGS);
  #value = new Float64Array(1024);
  #volume = new Float64Array(1024);
  #closeMs = new Int32Array(1024).fill(-1);
  #clock = new Uint8Array(1024);

  constructor(hours: OrderHours) {
    this.#hours = hours;
    this.#profile = new Float64Array(hours.clocks * hours.buckets);
  }

  /** Adds prints; `atMs` are offsets from the session's midnight. Prints outside regular hours are passed over. */
  add(rows: OrderRows, atMs: ArrayLike<number>): void {
    const { openMs, buckets, bucketMs } = this.#hours;
    for (let row = 0; row < rows.length; row++) {
      const contract = rows.contract[row]!;
      const condition = rows.condition[row]!;
      if (contract < 0 || (conditionUse(condition) & USE.detection) === 0) continue;
      if (contract >= this.#closeMs.length) this.#grow(contract);
      if (this.#closeMs[contract]! < 0) this.#meet(contract);
      const time = atMs[row]!;
      if (time < openMs || time >= this.#closeMs[contract]!) continue;
      const size = rows.size[row]!;
      this.#value[contract]! += rows.priceE4[row]! * size;
      this.#volume[contract]! += size;
      const crossed = this.#open.advance(contract, streamCodeOf(condition), time, size);
      const last = crossed & 15;
      for (let rung = crossed >> 4; rung < last; rung++) this.#orders[contract * RUNGS + rung]!++;
      if (crossed >> 4 === 0 && last > 0) {
        const bucket = Math.min(buckets - 1, Math.floor((time - openMs) / bucketMs));
        this.#profile[this.#clock[contract]! * buckets + bucket]!++;
      }
    }
  }

  /** The orders of the day. */
  take(date: string): DayOrders {
    const traded: number[] = [];
    for (let number = 0; number < this.#closeMs.length; number++) {
      if (this.#orders[number * RUNGS]! > 0) traded.push(number);
    }
    const orders = new Int32Array(traded.length * RUNGS);
    traded.forEach((number, i) => {
      orders.set(this.#orders.subarray(number * RUNGS, (number + 1) * RUNGS), i * RUNGS);
    });
    return {
      date,
      contract: Int32Array.from(traded),
      orders,
      meanPrice: Float64Array.from(traded, (number) => this.#value[number]! / this.#volume[number]! / 10_000),
      profile: this.#profile,
    };
  }

  #meet(contract: number): void {
    this.#closeMs[contract] = this.#hours.closeMsOf(contract);
    this.#clock[contract] = this.#hours.clockOf(contract);
  }

  #grow(contract: number): void {
    const { length } = this.#closeMs;
    const capacity = Math.max(contract + 1, length * 2);
    this.#orders = grown(this.#orders, capacity * RUNGS);
    this.#value = grown(this.#value, capacity);
    this.#volume = grown(this.#volume, capacity);
    this.#closeMs = grown(this.#closeMs, capacity).fill(-1, length);
    this.#clock = grown(this.#clock, capacity);
  }
}
