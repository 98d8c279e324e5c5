// The rolling window of an underlying: its prints of the last five minutes, exact to the print, in one ring.
import { grown } from '../lib/grown.ts';

/** Words of one print in the ring; the names below are offsets into it. The side is packed (see side.ts). */
export const ENTRY_WORDS = 6;
export const ENTRY = { atMs: 0, slot: 1, size: 2, priceE4: 3, venue: 4, side: 5 } as const;

const CAPACITY_FIRST = 16;

/** Packs a condition and an exchange id (16 bits each) into the `venue` word. */
export function packVenue(condition: number, exchange: number): number {
  return (exchange << 16) | condition;
}

/** Condition id of a `venue` word. */
export function conditionOfVenue(venue: number): number {
  return venue & 0xffff;
}

/** Exchange id of a `venue` word. */
export function exchangeOfVenue(venue: number): number {
  return venue >>> 16;
}

/**
 * A ring of prints in event time. The window at time t holds every print later than t - windowMs.
 * Prints are appended in order; one that comes late is moved to its place, so the ring is always sorted.
 * Whoever folds the tape reads `words` directly: entry i lies at `(i & mask) * ENTRY_WORDS`, head <= i < tail.
 */
export class RollingWindow {
  /** Length of the window, ms. */
  readonly windowMs: number;
  words = new Int32Array(CAPACITY_FIRST * ENTRY_WORDS);
  mask = CAPACITY_FIRST - 1;
  /** Number of the oldest print held, and of the next to come; they only grow. */
  head = 0;
  tail = 0;

  constructor(windowMs: number) {
    this.windowMs = windowMs;
  }

  // HOT PATH: once a print.

  /** Appends a print and moves it back to its place in time; a later print of the same ms stays behind the earlier. */
  push(atMs: number, slot: number, size: number, priceE4: number, venue: number, side: number): void {
    if (this.tail - this.head > this.mask) this.#grow();
    const { words, mask } = this;
    let place = this.tail++;
    while (place > this.head && words[((place - 1) & mask) * ENTRY_WORDS]! > atMs) {
      const from = ((place - 1) & mask) * ENTRY_WORDS;
      words.copyWithin((place & mask) * ENTRY_WORDS, from, from + ENTRY_WORDS);
      place--;
    }
    const at = (place & mask) * ENTRY_WORDS;
    words[at] = atMs;
    words[at + 1] = slot;
    words[at + 2] = size;
    words[at + 3] = priceE4;
    words[at + 4] = venue;
    words[at + 5] = side;
  }

  // END OF HOT PATH

  /** Gives back the memory of an empty window. */
  shrink(): void {
    if (this.head < this.tail || this.mask === CAPACITY_FIRST - 1) return;
    this.words = new Int32Array(CAPACITY_FIRST * ENTRY_WORDS);
    this.mask = CAPACITY_FIRST - 1;
  }

  /**
   * Empties the latest print equal to the one given, which stays in its place with the size 0.
   * False when there is none: it has left the window, or was never in it.
   */
  takeOut(atMs: number, slot: number, size: number, priceE4: number, exchange: number): boolean {
    const { words, mask } = this;
    for (let i = this.tail - 1; i >= this.head; i--) {
      const entry = (i & mask) * ENTRY_WORDS;
      const entryMs = words[entry]!;
      if (entryMs < atMs) return false;
      const equal =
        entryMs === atMs &&
        words[entry + ENTRY.slot] === slot &&
        words[entry + ENTRY.size] === size &&
        words[entry + ENTRY.priceE4] === priceE4 &&
        exchangeOfVenue(words[entry + ENTRY.venue]!) === exchange;
      if (!equal) continue;
      words[entry + ENTRY.size] = 0;
      return true;
    }
    return false;
  }

  #grow(): void {
    const before = this.mask;
    this.mask = before * 2 + 1;
    this.words = grown(this.words, (this.mask + 1) * ENTRY_WORDS);
    // Twice as long, a ring has each print where it was, or as far into its new half.
    for (let i = this.head; i < this.tail; i++) {
      const from = (i & before) * ENTRY_WORDS;
      const to = (i & this.mask) * ENTRY_WORDS;
      if (to !== from) this.words.copyWithin(to, from, from + ENTRY_WORDS);
    }
  }
}
