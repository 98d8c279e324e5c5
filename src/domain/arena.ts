// The state of the contracts of a shard: one row of numbers each, in one arena, owned by their underlyings.
import { grown } from '../lib/grown.ts';

/** Int32 words of a row: 64 bytes, one cache line. */
export const ROW_WORDS = 16;

/** Offsets of the fields of a row. Times are ms after the session's midnight. */
export const FIELD = {
  contract: 0,
  /** Contracts traded in the rolling window. */
  windowVolume: 1,
  /** Window volume that raises an alert. */
  triggerVolume: 2,
  /** {@link ALERT_STATE} of the detector `threshold`. */
  alertState: 3,
  /** When the window volume last fell below the trigger. */
  belowSinceMs: 4,
  /** Offset at which the contract stops trading. */
  closeMs: 5,
  /** Contracts and prints of the session, cancelled ones taken out. */
  dayVolume: 6,
  dayPrints: 7,
  /** Detector `surprise`: number of the contract in its underlying + 1, 0 before its first order. */
  orderHead: 8,
  /** Its parent orders of the session, and those among the recent ones of the underlying. */
  dayOrders: 9,
  recentOrders: 10,
  /** Stream of the open parent order kept here + 1 (others lie beside), and its words. */
  orderStream: 11,
  openOrder: 12,
} as const;

/** Whether a contract may alert: `armed` may; `above` did and is still there; `below` waits to be armed again. */
export const ALERT_STATE = { armed: 0, above: 1, below: 2 } as const;

/** In the place of a contract, in a row that holds none. */
export const NO_CONTRACT = -1;

const ROWS_FIRST = 256;
const GROWTH = 1.25;

/** Rows given out one after another; they live until the session ends, or until their underlying is folded anew. */
export class ContractArena {
  words = new Int32Array(ROWS_FIRST * ROW_WORDS);
  #count = 0;
  readonly #free: number[] = [];

  /** Rows given out so far; {@link NO_CONTRACT} marks those that were given back. */
  get count(): number {
    return this.#count;
  }

  /** Rows that hold a contract. */
  get used(): number {
    return this.#count - this.#free.length;
  }

  /** Gives a zeroed row to a contract and returns its slot. */
  allocate(contract: number): number {
    const free = this.#free.pop();
    if (free !== undefined) {
      this.words.fill(0, free * ROW_WORDS, (free + 1) * ROW_WORDS);
      this.words[free * ROW_WORDS] = contract;
      return free;
    }
    if ((this.#count + 1) * ROW_WORDS > this.words.length) {
      // By a quarter: rows are many and rarely opened, so that room is worth more than the copies.
      this.words = grown(this.words, ROW_WORDS * Math.ceil(this.#count * GROWTH));
    }
    this.words[this.#count * ROW_WORDS] = contract;
    return this.#count++;
  }

  /** Takes a row back. */
  release(slot: number): void {
    this.words.fill(0, slot * ROW_WORDS, (slot + 1) * ROW_WORDS);
    this.words[slot * ROW_WORDS] = NO_CONTRACT;
    this.#free.push(slot);
  }
}

/** Where each contract's row lies: slot + 1 in the arena of its shard, 0 before its first print of the session. */
export class SlotDirectory {
  slots = new Int32Array(1024);

  /** Makes room for contract numbers below `contracts`. */
  ensure(contracts: number): void {
    if (contracts <= this.slots.length) return;
    this.slots = grown(this.slots, Math.max(contracts, Math.ceil(this.slots.length * GROWTH)));
  }
}
