// The prints of a day by the minute they were made in: packed into 16 bytes, in pages, given back as they are read.
import type { TradeColumns } from '../../domain/trade.ts';
import { EARLIEST_MS } from './open.ts';

const MINUTE_MS = 60_000;
/** From the evening before to midnight, and the minute after it, which a shifted aggregate may reach. */
const MINUTES = 30 * 60 + 1;

/** Rows of a page: 32 KB, so that half-filled pages of 400 busy minutes take 7 MB and a page is soon full. */
const PAGE_BITS = 11;
const PAGE_ROWS = 1 << PAGE_BITS;
const PAGE_MASK = PAGE_ROWS - 1;
const ROW_WORDS = 4;

/**
 * Rows by minute, each minute in the order in which its rows came. A row is four words:
 *
 *   contract (23 bits), high byte of the condition | ms of the minute (16), exchange (16) |
 *   contracts traded (24), low byte of the condition | price
 *
 * Rows of a file sorted by ticker are so put into coarse time order while they are read, at the cost of one scattered
 * write, and each minute can be sorted within the processor's cache.
 */
export class MinuteRows {
  readonly #pages: Int32Array<ArrayBuffer>[][] = Array.from({ length: MINUTES }, () => []);
  /** The page of each minute that is being filled. */
  readonly #open: Int32Array[] = Array.from({ length: MINUTES }, () => new Int32Array(0));
  readonly #rows = new Int32Array(MINUTES);

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
    const row = this.#rows[minute]!++ & PAGE_MASK;
    if (row === 0) this.#turn(minute);
    const page = this.#open[minute]!;
    const at = row * ROW_WORDS;
    page[at] = contract | ((condition >>> 8) << 23);
    page[at + 1] = ((sinceMs - minute * MINUTE_MS) << 16) | exchange;
    page[at + 2] = (size << 8) | (condition & 0xff);
    page[at + 3] = priceE4;
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
      into.contract[row] = first & 0x7fffff;
      into.atMs[row] = startMs + (second >>> 16);
      into.priceE4[row] = page[at + 3]!;
      into.size[row] = third >>> 8;
      into.condition[row] = ((first >>> 23) << 8) | (third & 0xff);
      into.exchange[row] = second & 0xffff;
    }
  }

  // END OF HOT PATH

  /** Unpacks a minute and gives its memory back. */
  take(minute: number, into: TradeColumns): void {
    this.copy(minute, into);
    // Detached, the memory is free at once; the collector would come for it after many minutes more.
    for (const page of this.#pages[minute]!) page.buffer.transfer(0);
    this.#pages[minute] = [];
    this.#rows[minute] = 0;
  }

  #turn(minute: number): void {
    const page = new Int32Array(PAGE_ROWS * ROW_WORDS);
    this.#pages[minute]!.push(page);
    this.#open[minute] = page;
  }
}
