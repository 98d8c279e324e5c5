// The rows of a flat file as columns: a byte parser for rows that are as they should be, the careful one for the rest.
import { parseTicker } from '../../domain/contract.ts';
import { type ContractTable, NOT_A_CONTRACT } from '../../domain/contract-table.ts';
import { SIZE_MAX } from '../../domain/trade.ts';
import { readRow } from './careful.ts';
import type { LineChunk } from './chunks.ts';
import type { Field, FlatFileLayout } from './header.ts';
import { RejectLog } from './rejects.ts';

/** Rows decoded before their tickers are interned together. */
export const BLOCK_ROWS = 1024;

/** Rows of a file as columns; those with a negative contract were rejected and must be passed over. */
export interface RowBlock {
  length: number;
  readonly contract: Int32Array;
  /** Epoch milliseconds: what a file says; whoever takes the rows counts from the session's midnight. */
  readonly epochMs: Float64Array;
  /** Nanoseconds of the timestamp beyond its millisecond, 0 to 999,999. */
  readonly nanos: Int32Array;
  readonly priceE4: Int32Array;
  readonly size: Int32Array;
  readonly condition: Uint16Array;
  readonly exchange: Uint16Array;
  readonly bidE4: Int32Array;
  readonly bidSize: Int32Array;
  readonly askE4: Int32Array;
  readonly askSize: Int32Array;
  /** Line of the file the first row stands in; the rows follow line by line. */
  readonly line: Float64Array;
}

const LF = 10;
const CR = 13;
const COMMA = 44;
const DOT = 46;
const ZERO = 48;

/** Numbers of the fields, so that the parser switches on an integer. */
const SKIP = 0;
const CODE: Readonly<Record<Field, number>> = {
  ticker: 1,
  time: 2,
  price: 3,
  size: 4,
  conditions: 5,
  exchange: 6,
  bidPrice: 7,
  bidSize: 8,
  askPrice: 9,
  askSize: 10,
};

/** What {@link RowReader} gives its blocks to. */
export type BlockSink = (block: RowBlock) => void;

/** Decodes the lines of one file into blocks of rows. */
export class RowReader {
  readonly rejects = new RejectLog();
  readonly #layout: FlatFileLayout;
  readonly #codes: Uint8Array;
  readonly #table: ContractTable;
  readonly #sink: BlockSink;
  readonly #starts = new Int32Array(BLOCK_ROWS);
  readonly #ends = new Int32Array(BLOCK_ROWS);
  readonly #hashes = new Int32Array(BLOCK_ROWS);
  readonly #block: RowBlock = {
    length: 0,
    contract: new Int32Array(BLOCK_ROWS),
    epochMs: new Float64Array(BLOCK_ROWS),
    nanos: new Int32Array(BLOCK_ROWS),
    priceE4: new Int32Array(BLOCK_ROWS),
    size: new Int32Array(BLOCK_ROWS),
    condition: new Uint16Array(BLOCK_ROWS),
    exchange: new Uint16Array(BLOCK_ROWS),
    bidE4: new Int32Array(BLOCK_ROWS),
    bidSize: new Int32Array(BLOCK_ROWS),
    askE4: new Int32Array(BLOCK_ROWS),
    askSize: new Int32Array(BLOCK_ROWS),
    line: new Float64Array(BLOCK_ROWS),
  };
  #line = 1;
  #blankLines = 0;

  constructor(layout: FlatFileLayout, table: ContractTable, sink: BlockSink) {
    this.#layout = layout;
    this.#codes = Uint8Array.from(layout.columns, (field) => (field === null ? SKIP : CODE[field]));
    this.#table = table;
    this.#sink = sink;
  }

  /** Lines seen, the header included. */
  get lines(): number {
    return this.#line;
  }

  /** Lines with nothing on them, which are neither rows nor rejected. */
  get blankLines(): number {
    return this.#blankLines;
  }

  /** Decodes the whole lines of a chunk from `from` on (the header is behind) and passes on every block. */
  read({ bytes, end }: LineChunk, from = 0): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = from; at < end;) {
      this.#line++;
      const row = this.#block.length;
      const next = this.#fastRow(bytes, at, row);
      if (next > 0) {
        this.#block.line[row] = this.#line;
        this.#block.length++;
        at = next;
      } else {
        const lineEnd = bytes.indexOf(LF, at);
        this.#carefulRow(bytes, at, lineEnd);
        at = lineEnd + 1;
      }
      if (this.#block.length === BLOCK_ROWS) this.#flush(view, bytes);
    }
    this.#flush(view, bytes);
  }

  // HOT PATH: once a row.

  /** Parses the row at `at` into the block; returns where the next begins, or 0 when it is not a plain row. */
  #fastRow(bytes: Uint8Array, at: number, row: number): number {
    const block = this.#block;
    const codes = this.#codes;
    const last = codes.length - 1;
    let p = at;
    for (let column = 0; column <= last; column++) {
      const code = codes[column]!;
      if (code === CODE.ticker || code === SKIP) {
        const start = p;
        while (bytes[p]! > COMMA) p++;
        if (code === CODE.ticker) {
          this.#starts[row] = start;
          this.#ends[row] = p;
        }
      } else if (code === CODE.time) {
        // 19 digits of nanoseconds: the first 13 are milliseconds, an exact integer in a double.
        const start = p;
        let high = 0;
        for (const stop = p + 7; p < stop; p++) high = high * 10 + bytes[p]! - ZERO;
        let low = 0;
        for (const stop = p + 6; p < stop; p++) low = low * 10 + bytes[p]! - ZERO;
        let nanos = 0;
        for (const stop = p + 6; p < stop; p++) nanos = nanos * 10 + bytes[p]! - ZERO;
        if (!digits(bytes, start, p)) return 0;
        block.epochMs[row] = high * 1_000_000 + low;
        block.nanos[row] = nanos;
      } else {
        const start = p;
        let value = 0;
        let digit: number;
        while ((digit = bytes[p]! - ZERO) >= 0 && digit <= 9) {
          value = value * 10 + digit;
          p++;
        }
        if (p - start > 9) return 0;
        if (code === CODE.price || code === CODE.bidPrice || code === CODE.askPrice) {
          if (p === start || p - start > 5) return 0;
          let scale = 10_000;
          if (bytes[p] === DOT) {
            p++;
            while ((digit = bytes[p]! - ZERO) >= 0 && digit <= 9) {
              if (scale === 1) return 0;
              scale /= 10;
              value = value * 10 + digit;
              p++;
            }
          }
          value *= scale;
        } else if (code === CODE.size) {
          if (value === 0 || value > SIZE_MAX) return 0;
        } else if (code === CODE.conditions || code === CODE.exchange) {
          if (value > 0xffff) return 0;
        } else if (p === start || value > SIZE_MAX) return 0;
        this.#store(code, row, value);
      }
      const stop = bytes[p]!;
      if (column < last) {
        if (stop !== COMMA) return 0;
        p++;
      } else if (stop === LF) p++;
      else if (stop === CR && bytes[p + 1] === LF) p += 2;
      else return 0;
    }
    return p;
  }

  #store(code: number, row: number, value: number): void {
    const block = this.#block;
    if (code === CODE.price) block.priceE4[row] = value;
    else if (code === CODE.size) block.size[row] = value;
    else if (code === CODE.conditions) block.condition[row] = value;
    else if (code === CODE.exchange) block.exchange[row] = value;
    else if (code === CODE.bidPrice) block.bidE4[row] = value;
    else if (code === CODE.bidSize) block.bidSize[row] = value;
    else if (code === CODE.askPrice) block.askE4[row] = value;
    else block.askSize[row] = value;
  }

  // END OF HOT PATH

  /** Reads a row that is not plain, or rejects it with the reason. */
  #carefulRow(bytes: Buffer, start: number, lineEnd: number): void {
    const line = bytes.toString('utf8', start, lineEnd).replace(/\r$/, '');
    const number = this.#line;
    if (line.trim() === '') {
      this.#blankLines++;
      return;
    }
    const values = readRow(line, this.#layout.columns);
    if ('fault' in values) {
      this.rejects.add(values.fault, number, () => line);
      return;
    }
    const { ticker } = values;
    const parsed = parseTicker(ticker);
    if ('fault' in parsed) {
      this.rejects.add(parsed.fault, number, () => ticker);
      return;
    }
    // It parses, so it is plain ASCII and stands in the line as one piece.
    const at = bytes.indexOf(ticker, start, 'latin1');
    const block = this.#block;
    const row = block.length++;
    this.#starts[row] = at;
    this.#ends[row] = at + ticker.length;
    block.line[row] = number;
    block.epochMs[row] = values.epochMs;
    block.nanos[row] = values.nanos;
    block.priceE4[row] = values.priceE4;
    block.size[row] = values.size;
    block.condition[row] = values.condition;
    block.exchange[row] = values.exchange;
    block.bidE4[row] = values.bidE4;
    block.bidSize[row] = values.bidSize;
    block.askE4[row] = values.askE4;
    block.askSize[row] = values.askSize;
  }

  /** Interns the block's tickers, rejects those that are none, and passes the block on. */
  #flush(view: DataView, bytes: Buffer): void {
    const block = this.#block;
    if (block.length === 0) return;
    this.#table.internRows(view, this.#starts, this.#ends, block.length, block.contract, 0, this.#hashes);
    for (let row = 0; row < block.length; row++) {
      if (block.contract[row] !== NOT_A_CONTRACT) continue;
      const ticker = bytes.toString('utf8', this.#starts[row], this.#ends[row]);
      const parsed = parseTicker(ticker);
      const reason = 'fault' in parsed ? parsed.fault : 'ticker does not begin with O:';
      this.rejects.add(reason, block.line[row]!, () => ticker);
    }
    this.#sink(block);
    block.length = 0;
  }
}

function digits(bytes: Uint8Array, from: number, to: number): boolean {
  for (let p = from; p < to; p++) {
    const digit = bytes[p]! - ZERO;
    if (digit < 0 || digit > 9) return false;
  }
  return true;
}
