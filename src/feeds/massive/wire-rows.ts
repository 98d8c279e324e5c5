// The rows of one frame while it is read: columns that are reused, and the exact copies that leave as batches.
import { type ContractTable, NOT_A_CONTRACT } from '../../domain/contract-table.ts';
import { allocateColumns, type TradeColumns } from '../../domain/trade.ts';

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

/** Collects rows whose tickers are still bytes, then interns them together, so that the cache misses overlap. */
export class FrameRows<Columns extends { contract: Int32Array; atMs: Int32Array }> {
  readonly columns: Columns;
  readonly #names: ReadonlyArray<keyof Columns & string>;
  #length = 0;
  #starts: Int32Array;
  #ends: Int32Array;
  #hashes: Int32Array;
  /** Rows whose contract is known already, because a careful reader had its ticker as text. */
  readonly #known: Array<{ readonly row: number; readonly contract: number }> = [];

  constructor(columns: Columns) {
    this.columns = columns;
    this.#names = Object.keys(columns) as Array<keyof Columns & string>;
    const capacity = columns.contract.length;
    this.#starts = new Int32Array(capacity);
    this.#ends = new Int32Array(capacity);
    this.#hashes = new Int32Array(capacity);
  }

  /** Adds a row whose ticker stands in the bytes from `start` to `end`; returns it, for its other columns. */
  add(start: number, end: number, atMs: number): number {
    const row = this.#length++;
    if (row === this.#starts.length) this.#grow();
    this.#starts[row] = start;
    this.#ends[row] = end;
    this.columns.atMs[row] = atMs;
    return row;
  }

  /** Adds a row of a known contract; columns are filled by their names in `values`. */
  push(contract: number, atMs: number, values: object): void {
    const row = this.add(0, 0, atMs);
    this.#known.push({ row, contract });
    for (const [name, value] of Object.entries(values)) {
      const column = (this.columns as Readonly<Record<string, unknown>>)[name];
      if (typeof value === 'number' && name !== 'atMs')
        (column as Column | undefined)?.fill(value, row, row + 1);
    }
  }

  /**
   * The rows as columns of their own, null when there are none; empties the buffer. Rows whose bytes are no ticker are
   * left out and told to `onFault` by their byte range.
   */
  take(
    table: ContractTable,
    bytes: DataView,
    onFault: (start: number, end: number) => void,
  ): ({ readonly length: number } & Columns) | null {
    const count = this.#length;
    this.#length = 0;
    if (count === 0) return null;
    const { contract } = this.columns;
    table.internRows(bytes, this.#starts, this.#ends, count, contract, 0, this.#hashes);
    for (const known of this.#known) contract[known.row] = known.contract;
    this.#known.length = 0;
    let length = 0;
    for (let row = 0; row < count; row++) {
      if (contract[row] === NOT_A_CONTRACT) onFault(this.#starts[row]!, this.#ends[row]!);
      else if (row === length++) continue;
      else
        for (const name of this.#names)
          column(this.columns, name)[length - 1] = column(this.columns, name)[row]!;
    }
    if (length === 0) return null;
    const copies = this.#names.map((name) => [name, column(this.columns, name).slice(0, length)] as const);
    return { length, ...(Object.fromEntries(copies) as unknown as Columns) };
  }

  #grow(): void {
    const grown = <A extends Column>(from: A): A => {
      const to = new (from.constructor as new (length: number) => A)(from.length * 2);
      to.set(from);
      return to;
    };
    this.#starts = grown(this.#starts);
    this.#ends = grown(this.#ends);
    this.#hashes = grown(this.#hashes);
    for (const name of this.#names) {
      Object.assign(this.columns, { [name]: grown(column(this.columns, name)) });
    }
  }
}

function column<Columns>(columns: Columns, name: keyof Columns): Column {
  return columns[name] as Column;
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
