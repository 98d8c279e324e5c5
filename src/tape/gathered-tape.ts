// The rows of many frames gathered into one batch: how a restart folds a journal at the speed of a replay.
import type { ContractTable } from '../domain/contract-table.ts';
import type { QuoteBatch } from '../domain/quote.ts';
import { allocateColumns, type TradeBatch, type TradeColumns } from '../domain/trade.ts';
import { grown } from '../lib/grown.ts';

/**
 * Rows gathered at most: an underlying is then woken for dozens of prints instead of one or two, and a batch is
 * folded in some thirty milliseconds, while nothing is live yet.
 */
export const GATHERED_ROWS_MAX = 65_536;

/**
 * Gathers batches of prints that follow each other. Folding them together gives what folding them one by one gives, as
 * long as no quote comes between two prints of its underlying: {@link meets} tells.
 */
export class GatheredTape {
  readonly #table: ContractTable;
  readonly #rowsMax: number;
  readonly #columns: TradeColumns;
  #first: TradeBatch | null = null;
  #length = 0;
  /** By underlying: the last gathering in which it had a print. */
  #gatheringOf = new Int32Array(1_024);
  #gathering = 1;

  constructor(table: ContractTable, rowsMax = GATHERED_ROWS_MAX) {
    this.#table = table;
    this.#rowsMax = rowsMax;
    this.#columns = allocateColumns(rowsMax);
  }

  /** Copies a batch behind those gathered; false when it does not belong there or has no room: {@link take} first. */
  add(batch: TradeBatch): boolean {
    const { length, firstRow, kind } = batch;
    const first = this.#first;
    if (length > this.#rowsMax - this.#length || kind !== 'trades') return false;
    if (first !== null && firstRow !== first.firstRow + this.#length) return false;
    this.#first ??= batch;
    for (const name of Object.keys(this.#columns) as Array<keyof TradeColumns>) {
      this.#columns[name].set(batch[name].subarray(0, length), this.#length);
    }
    for (let row = 0; row < length; row++) this.#mark(this.#table.underlyingOf(batch.contract[row]!));
    this.#length += length;
    return true;
  }

  /** True when quotes are of an underlying with gathered prints, which came before them and must be folded before. */
  meets(quotes: QuoteBatch): boolean {
    for (let row = 0; row < quotes.length; row++) {
      const underlying = this.#table.underlyingOf(quotes.contract[row]!);
      if (this.#gatheringOf[underlying] === this.#gathering) return true;
    }
    return false;
  }

  /** What was gathered, valid until more is added; null when nothing was. */
  take(): TradeBatch | null {
    const first = this.#first;
    if (first === null) return null;
    const length = this.#length;
    this.#first = null;
    this.#length = 0;
    this.#gathering++;
    return { ...first, ...this.#columns, length, sequence: null };
  }

  #mark(underlying: number): void {
    if (underlying >= this.#gatheringOf.length) {
      this.#gatheringOf = grown(this.#gatheringOf, Math.max(underlying + 1, this.#gatheringOf.length * 2));
    }
    this.#gatheringOf[underlying] = this.#gathering;
  }
}
