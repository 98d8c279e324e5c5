// The prints of a day by the minute they were made in: packed into 12 bytes, in pages.
import type { TradeColumns } from '../../domain/trade.ts';
import { EARLIEST_MS } from './open.ts';

const MINUTE_MS = 60_000;
/** From the evening before to midnight, and the minute after it, which a shifted aggregate may reach. */
const MINUTES = 30 * 60 + 1;

/** Rows of a page: 24 KB, so that half-filled pages of 400 busy minutes take 5 MB and a page is soon full. */
const PAGE_BITS = 11;
const PAGE_ROWS = 1 << PAGE_BITS;
const PAGE_MASK = PAGE_ROWS - 1;
const ROW_WORDS = 3;

/** Sizes that fit a row. A row of size 0 is a wide one: its size, condition and exchange are kept beside the pages. */
const NARROW_SIZES = 1 << 17;

/** Pairs of condition and exchange that fit a row; a day of the market has some four hundred. */
const VENUES_MAX = 1 << 10;
const VENUE_SLOT_BITS = 12;
const NO_VENUE = -1;

/** What of a print did not fit its row. */
interface WideRow {
  readonly size: number;
  readonly condition: number;
  readonly exchange: number;
}

/**
 * Rows by minute, each minute in the order in which its rows came. A row is three words, lowest bits first:
 *
 *   contract (23 bits), venue (9) | size (16), ms of the minute (16) | price (30), venue (1 more), size (1 more)
 *
 * where the venue is the number of a pair of condition and exchange. Rows of a file sorted by ticker are so put into
 * coarse time order while they are read, at the cost of one scattered write, and each minute can be sorted within the
 * processor's cache.
 */
export class MinuteRows {
  readonly #pages: Int32Array<ArrayBuffer>[][] = Array.from({ length: MINUTES }, () => []);
  /** The page of each minute that is being filled. */
  readonly #open: Int32Array[] = Array.from({ length: MINUTES }, () => new Int32Array(0));
  readonly #rows = new Int32Array(MINUTES);
  readonly #venues = new Int32Array(VENUES_MAX);
  /** Open addressing over the venues: 0 is free, otherwise number + 1. */
  readonly #venueSlots = new Int16Array(1 << VENUE_SLOT_BITS);
  #venueCount = 0;
  readonly #wide = new Map<number, WideRow>();

  /** Number of minutes: 0 is the first of the evening before. */
  get minutes(): number {
    return MINUTES;
  }

  /** Rows held of a minute. */
  rowsOf(minute: number): number {
    return this.#rows[minute]!;
  }

  // HOT PATH: once a print.

  /** Keeps a print. `atMs` lies between {@link EARLIEST_MS} and midnight after the session, and a minute more. */
  push(
    contract: number,
    atMs: number,
    priceE4: number,
    size: number,
    condition: number,
    exchange: number,
  ): void {
    const sinceMs = atMs - EARLIEST_MS;
    const minute = Math.floor(sinceMs / MINUTE_MS);
    const row = this.#rows[minute]!++;
    if ((row & PAGE_MASK) === 0) this.#turn(minute);
    let venue = this.#venueOf((exchange << 16) | condition);
    let narrow = size;
    if (venue === NO_VENUE || size >= NARROW_SIZES) {
      this.#wide.set(wideKey(minute, row), { size, condition, exchange });
      venue = 0;
      narrow = 0;
    }
    const page = this.#open[minute]!;
    const at = (row & PAGE_MASK) * ROW_WORDS;
    page[at] = contract | (venue << 23);
    page[at + 1] = (narrow & 0xffff) | ((sinceMs - minute * MINUTE_MS) << 16);
    page[at + 2] = priceE4 | ((venue >>> 9) << 30) | ((narrow >>> 16) << 31);
  }

  /** Unpacks a minute into the first rows of `into`, which has room for them. */
  copy(minute: number, into: TradeColumns): void {
    const rows = this.#rows[minute]!;
    const startMs = EARLIEST_MS + minute * MINUTE_MS;
    const pages = this.#pages[minute]!;
    for (let row = 0; row < rows; row++) {
      const page = pages[row >>> PAGE_BITS]!;
      const at = (row & PAGE_MASK) * ROW_WORDS;
      const first = page[at]!;
      const second = page[at + 1]!;
      const third = page[at + 2]!;
      const size = (second & 0xffff) | ((third >>> 31) << 16);
      const venue = this.#venues[(first >>> 23) | (((third >>> 30) & 1) << 9)]!;
      into.contract[row] = first & 0x7fffff;
      into.atMs[row] = startMs + (second >>> 16);
      into.priceE4[row] = third & 0x3fffffff;
      into.size[row] = size;
      into.condition[row] = venue & 0xffff;
      into.exchange[row] = venue >>> 16;
      if (size === 0) this.#copyWide(minute, row, into);
    }
  }

  /** Number of a venue, given to it when it is new; {@link NO_VENUE} when there are too many. */
  #venueOf(venue: number): number {
    let slot = Math.imul(venue, 0x9e3779b1) >>> (32 - VENUE_SLOT_BITS);
    for (; this.#venueSlots[slot] !== 0; slot = (slot + 1) & ((1 << VENUE_SLOT_BITS) - 1)) {
      const number = this.#venueSlots[slot]! - 1;
      if (this.#venues[number] === venue) return number;
    }
    if (this.#venueCount === VENUES_MAX) return NO_VENUE;
    this.#venues[this.#venueCount] = venue;
    this.#venueSlots[slot] = this.#venueCount + 1;
    return this.#venueCount++;
  }

  // END OF HOT PATH

  /** Gives the memory of all rows back. */
  free(): void {
    // Detached, it is free at once; the collector would come for it much later.
    for (const page of this.#pages.flat()) page.buffer.transfer(0);
    this.#pages.forEach((pages) => (pages.length = 0));
    this.#rows.fill(0);
    this.#wide.clear();
  }

  #copyWide(minute: number, row: number, into: TradeColumns): void {
    const { size, condition, exchange } = this.#wide.get(wideKey(minute, row))!;
    into.size[row] = size;
    into.condition[row] = condition;
    into.exchange[row] = exchange;
  }

  #turn(minute: number): void {
    const page = new Int32Array(PAGE_ROWS * ROW_WORDS);
    this.#pages[minute]!.push(page);
    this.#open[minute] = page;
  }
}

/** A row of a minute as one whole number. */
function wideKey(minute: number, row: number): number {
  return minute * 2 ** 32 + row;
}
