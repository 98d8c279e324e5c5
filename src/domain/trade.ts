// Prints as columns: the batch that every feed gives, every actor takes and every writer stores.
import type { Session } from './session.ts';

/** What one row of a batch stands for. */
export type TapeKind =
  /** Single executions. */
  | 'trades'
  /** An active minute of a contract: one row of its whole volume, at the minute's last millisecond, price its close. */
  | 'minutes';

/**
 * Prints of one session in the order the engine must see them, one row across all columns.
 * Columns may be longer than `length`.
 */
export interface TradeBatch {
  readonly session: Session;
  readonly kind: TapeKind;
  readonly length: number;
  /** Position of the first row on the session's tape: rows are numbered through all batches. */
  readonly firstRow: number;
  /** Contract, as numbered by the ContractTable. */
  readonly contract: Int32Array;
  /** Event time, ms after the session's New York midnight (negative the evening before). */
  readonly atMs: Int32Array;
  /** Price per share, 1/10,000 dollar. */
  readonly priceE4: Int32Array;
  /** Contracts traded. */
  readonly size: Int32Array;
  /** Condition id of the feed; 0 when the print carries none. */
  readonly condition: Uint16Array;
  /** Exchange id of the feed; 0 when unknown. */
  readonly exchange: Uint16Array;
  /** Sequence number of the feed, unique and rising within a contract; null for files, which carry none. */
  readonly sequence: Float64Array | null;
}

/** The columns of a batch, writable, with room for `capacity` rows (20 bytes each). */
export interface TradeColumns {
  contract: Int32Array;
  atMs: Int32Array;
  priceE4: Int32Array;
  size: Int32Array;
  condition: Uint16Array;
  exchange: Uint16Array;
}

/** Allocates columns for `capacity` prints, 20 bytes each. */
export function allocateColumns(capacity: number): TradeColumns {
  return {
    contract: new Int32Array(capacity),
    atMs: new Int32Array(capacity),
    priceE4: new Int32Array(capacity),
    size: new Int32Array(capacity),
    condition: new Uint16Array(capacity),
    exchange: new Uint16Array(capacity),
  };
}

/** More contracts are not a print; up to here the premium of every print is an exact integer of cents. */
export const SIZE_MAX = 9_000_000;

/** One print as an object, for tests, receipts and messages; never on the hot path. */
export interface Print {
  readonly contract: number;
  readonly atMs: number;
  readonly priceE4: number;
  readonly size: number;
  readonly condition: number;
  readonly exchange: number;
}

/** A batch of the given prints, in their order. */
export function batchOf(
  session: Session,
  prints: readonly Print[],
  { kind = 'trades', firstRow = 0 }: { readonly kind?: TapeKind; readonly firstRow?: number } = {},
): TradeBatch {
  const columns = allocateColumns(prints.length);
  prints.forEach((print, row) => {
    columns.contract[row] = print.contract;
    columns.atMs[row] = print.atMs;
    columns.priceE4[row] = print.priceE4;
    columns.size[row] = print.size;
    columns.condition[row] = print.condition;
    columns.exchange[row] = print.exchange;
  });
  return { session, kind, length: prints.length, firstRow, sequence: null, ...columns };
}
