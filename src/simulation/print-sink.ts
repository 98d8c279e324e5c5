// Where generated prints go: columns that grow, and the orders the tape can be read in.
import { allocateColumns, type TradeColumns } from '../domain/trade.ts';

/** Prints in the order they were generated. */
export class PrintSink {
  length = 0;
  columns: TradeColumns;
  /** 0 for the ordinary tape, k for a print of the k-th injected anomaly. */
  anomaly: Uint16Array;
  /** Written into `anomaly` with every print. */
  currentAnomaly = 0;

  constructor(capacity: number) {
    this.columns = allocateColumns(capacity);
    this.anomaly = new Uint16Array(capacity);
  }

  /** Appends a print. */
  push(
    contract: number,
    atMs: number,
    priceE4: number,
    size: number,
    condition: number,
    exchange: number,
  ): void {
    if (this.length === this.anomaly.length) this.#grow();
    const row = this.length++;
    const columns = this.columns;
    columns.contract[row] = contract;
    columns.atMs[row] = atMs;
    columns.priceE4[row] = priceE4;
    columns.size[row] = size;
    columns.condition[row] = condition;
    columns.exchange[row] = exchange;
    this.anomaly[row] = this.currentAnomaly;
  }

  #grow(): void {
    const old = this.columns;
    const oldAnomaly = this.anomaly;
    this.columns = allocateColumns(Math.ceil(oldAnomaly.length * 1.5) + 64);
    this.anomaly = new Uint16Array(this.columns.contract.length);
    this.columns.contract.set(old.contract);
    this.columns.atMs.set(old.atMs);
    this.columns.priceE4.set(old.priceE4);
    this.columns.size.set(old.size);
    this.columns.condition.set(old.condition);
    this.columns.exchange.set(old.exchange);
    this.anomaly.set(oldAnomaly);
  }
}

/** Rows 0 … length - 1. */
export function allRows(length: number): Uint32Array {
  const rows = new Uint32Array(length);
  for (let i = 0; i < length; i++) rows[i] = i;
  return rows;
}

/** Stable counting sort of rows by `(keys[row] >>> shift) & mask`. */
function sortPass(rows: Uint32Array, keys: Int32Array, shift: number, mask: number): Uint32Array {
  const starts = new Uint32Array(mask + 2);
  for (const row of rows) starts[((keys[row]! >>> shift) & mask) + 1]!++;
  for (let i = 1; i < starts.length; i++) starts[i]! += starts[i - 1]!;
  const sorted = new Uint32Array(rows.length);
  for (const row of rows) sorted[starts[(keys[row]! >>> shift) & mask]!++] = row;
  return sorted;
}

/** Smallest 2^n - 1 that covers `max`. */
function maskFor(max: number): number {
  let mask = 1;
  while (mask < max) mask = mask * 2 + 1;
  return mask;
}

/** Rows sorted by contract number, stable. */
export function byContract(rows: Uint32Array, contract: Int32Array, contracts: number): Uint32Array {
  return sortPass(rows, contract, 0, maskFor(Math.max(1, contracts - 1)));
}

/** Rows sorted by time (offsets below 2^27 ms), stable: two passes of 14 and 13 bits. */
export function byTime(rows: Uint32Array, atMs: Int32Array): Uint32Array {
  return sortPass(sortPass(rows, atMs, 0, 0x3fff), atMs, 14, 0x1fff);
}

/** Columns in the order of `rows`. */
export function gather(columns: TradeColumns, rows: Uint32Array): TradeColumns {
  const gathered = allocateColumns(rows.length);
  const { contract, atMs, priceE4, size, condition, exchange } = columns;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    gathered.contract[i] = contract[row]!;
    gathered.atMs[i] = atMs[row]!;
    gathered.priceE4[i] = priceE4[row]!;
    gathered.size[i] = size[row]!;
    gathered.condition[i] = condition[row]!;
    gathered.exchange[i] = exchange[row]!;
  }
  return gathered;
}
