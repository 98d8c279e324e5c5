// A day's quotes in memory: the rows of a quotes file in time order, given out up to the prints that may know them.
import type { ContractTable } from '../../domain/contract-table.ts';
import type { QuoteBatch } from '../../domain/quote.ts';
import type { Session } from '../../domain/session.ts';
import { Refusal } from '../../lib/refusal.ts';
import type { RowBlock } from './rows.ts';
import { timeOrder } from './time-order.ts';

/**
 * Quotes a replay may hold: 24 bytes each. The whole market quotes ten thousand million times a day, which no replay
 * can use; the quotes of a few hundred contracts fit.
 */
export const QUOTES_MAX = 20_000_000;

/** Rows of a segment of columns. */
const SEGMENT_BITS = 18;
const SEGMENT_ROWS = 1 << SEGMENT_BITS;

type QuoteColumns = Pick<QuoteBatch, 'contract' | 'atMs' | 'bidE4' | 'askE4' | 'bidSize' | 'askSize'>;

function allocateQuotes(rows: number): QuoteColumns {
  return {
    contract: new Int32Array(rows),
    atMs: new Int32Array(rows),
    bidE4: new Int32Array(rows),
    askE4: new Int32Array(rows),
    bidSize: new Int32Array(rows),
    askSize: new Int32Array(rows),
  };
}

function copyQuote(from: Omit<QuoteColumns, 'atMs'>, row: number, into: QuoteColumns, at: number): void {
  into.contract[at] = from.contract[row]!;
  into.bidE4[at] = from.bidE4[row]!;
  into.askE4[at] = from.askE4[row]!;
  into.bidSize[at] = from.bidSize[row]!;
  into.askSize[at] = from.askSize[row]!;
}

/** The quotes of one session. Filled by {@link accept}, put in order by {@link sort}, then taken from front to back. */
export class DayQuotes {
  readonly #path: string;
  readonly #session: Session;
  readonly #segments: QuoteColumns[] = [];
  #length = 0;
  #order: Int32Array | null = null;
  #next = 0;

  constructor(path: string, session: Session) {
    this.#path = path;
    this.#session = session;
  }

  /** Quotes held. */
  get length(): number {
    return this.#length;
  }

  /** Takes a block of rows in file order. Throws a Refusal when there are more than {@link QUOTES_MAX}. */
  accept(block: RowBlock): void {
    for (let row = 0; row < block.length; row++) {
      if (block.contract[row]! < 0) continue;
      if (this.#length === QUOTES_MAX) {
        const limit = `${QUOTES_MAX / 1_000_000} million quotes`;
        throw new Refusal(
          `${this.#path} has more than ${limit}: cut it to the contracts you want to see sided`,
        );
      }
      const at = this.#length & (SEGMENT_ROWS - 1);
      if (at === 0) this.#segments.push(allocateQuotes(SEGMENT_ROWS));
      const columns = this.#segments[this.#length++ >>> SEGMENT_BITS]!;
      copyQuote(block, row, columns, at);
      columns.atMs[at] = block.epochMs[row]! - this.#session.midnightMs;
    }
  }

  /** Puts the quotes in time order. */
  sort(table: ContractTable): void {
    this.#order = timeOrder(this.#segments, SEGMENT_BITS, this.#length, table);
  }

  /**
   * The next quotes, up to and with `untilMs`; null when there are none. `settledMs` is the time before which no
   * print is still to come.
   */
  takeUntil(untilMs: number, settledMs: number): QuoteBatch | null {
    const from = this.#next;
    while (this.#next < this.#length && this.#timeAt(this.#next) <= untilMs) this.#next++;
    const length = this.#next - from;
    if (length === 0) return null;
    const columns = allocateQuotes(length);
    for (let i = 0; i < length; i++) {
      const row = this.#rowAt(from + i);
      copyQuote(this.#segments[row >>> SEGMENT_BITS]!, row & (SEGMENT_ROWS - 1), columns, i);
      columns.atMs[i] = this.#timeAt(from + i);
    }
    return { length, settledMs, ...columns };
  }

  #rowAt(place: number): number {
    return this.#order === null ? place : this.#order[place]!;
  }

  #timeAt(place: number): number {
    const row = this.#rowAt(place);
    return this.#segments[row >>> SEGMENT_BITS]!.atMs[row & (SEGMENT_ROWS - 1)]!;
  }
}
