// The rows of one frame while it is read: columns that are used again for the next, and how their tickers are interned.
import { type ContractTable, NOT_A_CONTRACT } from '../../domain/contract-table.ts';
import { allocateColumns, type TradeColumns } from '../../domain/trade.ts';
import type { FrameScratch } from './wire-scratch.ts';

/** Rows there is room for at first; a frame of the provider has up to some thousands. */
const FIRST_CAPACITY = 1_024;

type Column = Int32Array | Uint16Array | Float64Array;

export interface SequencedColumns extends TradeColumns {
  sequence: Float64Array;
}

export interface QuoteColumns {
  contract: Int32Array;
  atMs: Int32Array;
  bidE4: Int32Array;
  askE4: Int32Array;
  bidSize: Int32Array;
  askSize: Int32Array;
}

/**
 * Collects rows whose tickers are still bytes, then interns them together, so that the cache misses overlap. A reader
 * asks for room first and then writes the columns itself.
 */
export class FrameRows<Columns extends { contract: Int32Array; atMs: Int32Array }> {
  readonly columns: Columns;
  /** Rows of the frame so far. */
  length = 0;
  /** Byte range of each row's ticker; an empty one for a row whose contract is known already. */
  starts: Int32Array;
  ends: Int32Array;
  #hashes: Int32Array;
  readonly #known: Array<{ readonly row: number; readonly contract: number }> = [];

  constructor(columns: Columns) {
    this.columns = columns;
    const capacity = columns.contract.length;
    this.starts = new Int32Array(capacity);
    this.ends = new Int32Array(capacity);
    this.#hashes = new Int32Array(capacity);
  }

  /** Makes room for so many more rows. Columns and ranges may be others afterwards. */
  reserve(rows: number): void {
    const needed = this.length + rows;
    if (needed <= this.starts.length) return;
    const capacity = Math.max(needed, this.starts.length * 2);
    const grown = <A extends Column>(from: A): A => {
      const to = new (from.constructor as new (length: number) => A)(capacity);
      to.set(from);
      return to;
    };
    this.starts = grown(this.starts);
    this.ends = grown(this.ends);
    this.#hashes = grown(this.#hashes);
    for (const [name, column] of Object.entries(this.columns))
      Object.assign(this.columns, { [name]: grown(column as Column) });
  }

  /** Adds a row of a known contract; returns it, for its other columns. */
  add(contract: number, atMs: number): number {
    this.reserve(1);
    const row = this.length++;
    this.starts[row] = this.ends[row] = 0;
    this.#known.push({ row, contract });
    this.columns.atMs[row] = atMs;
    return row;
  }

  /**
   * Gives each row its contract; those for which `rescue` finds none either are taken out. Returns the rows that are
   * left. They stand in the columns until the next frame is read.
   */
  settle(table: ContractTable, scratch: FrameScratch, rescue: (row: number) => number): number {
    const count = this.length;
    if (count === 0) return 0;
    this.length = 0;
    const { contract } = this.columns;
    table.internRows(scratch.view, this.starts, this.ends, count, contract, 0, this.#hashes);
    if (this.#known.length > 0) {
      for (const known of this.#known) contract[known.row] = known.contract;
      this.#known.length = 0;
    }
    for (let row = 0; row < count; row++)
      if (contract[row] === NOT_A_CONTRACT) return this.#compact(row, count, rescue);
    return count;
  }

  // END OF HOT PATH: what follows runs for frames with a bad ticker.

  #compact(from: number, count: number, rescue: (row: number) => number): number {
    const columns = Object.values(this.columns) as Column[];
    const { contract } = this.columns;
    let kept = from;
    for (let row = from; row < count; row++) {
      if (contract[row] === NOT_A_CONTRACT) contract[row] = rescue(row);
      if (contract[row] === NOT_A_CONTRACT) continue;
      if (kept !== row) for (const column of columns) column[kept] = column[row]!;
      kept++;
    }
    return kept;
  }
}

export function tradeRows(capacity = FIRST_CAPACITY): FrameRows<SequencedColumns> {
  return new FrameRows<SequencedColumns>({
    ...allocateColumns(capacity),
    sequence: new Float64Array(capacity),
  });
}

export function quoteRows(capacity = FIRST_CAPACITY): FrameRows<QuoteColumns> {
  return new FrameRows<QuoteColumns>({
    contract: new Int32Array(capacity),
    atMs: new Int32Array(capacity),
    bidE4: new Int32Array(capacity),
    askE4: new Int32Array(capacity),
    bidSize: new Int32Array(capacity),
    askSize: new Int32Array(capacity),
  });
}
