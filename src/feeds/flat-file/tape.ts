// A day's tape in memory: the rows of a file as columns in segments, put in time order, given out in batches.
import { conditionUse, USE } from '../../domain/conditions.ts';
import type { ContractTable } from '../../domain/contract-table.ts';
import type { Session } from '../../domain/session.ts';
import { allocateColumns, type TapeKind, type TradeBatch, type TradeColumns } from '../../domain/trade.ts';
import type { RowBlock } from './rows.ts';
import { timeOrder } from './time-order.ts';

/** Rows of a segment, and of the batches a replay is cut into: large, so that an actor is woken rarely. */
export const SEGMENT_BITS = 18;
export const SEGMENT_ROWS = 1 << SEGMENT_BITS;
const SEGMENT_MASK = SEGMENT_ROWS - 1;

/** A minute's volume counts at its last millisecond: before that nobody knows it. */
const MINUTE_END_MS = 59_999;

/** The prints of one session, 20 bytes each. Filled by {@link accept}, then put in order, then read. */
export class DayTape {
  readonly session: Session;
  readonly kind: TapeKind;
  readonly #table: ContractTable;
  readonly #segments: TradeColumns[] = [];
  #length = 0;
  readonly #cancelledContracts = new Set<number>();
  /** Row of the file at each place of the time order; null while the file's own order is it. */
  #order: Int32Array | null = null;

  constructor(session: Session, kind: TapeKind, table: ContractTable) {
    this.session = session;
    this.kind = kind;
    this.#table = table;
  }

  /** Prints held. */
  get length(): number {
    return this.#length;
  }

  /** Contracts with a print that takes an earlier one back. */
  get cancelledContracts(): ReadonlySet<number> {
    return this.#cancelledContracts;
  }

  // HOT PATH: once a print.

  /** Takes a block of rows in file order; negative contracts were rejected and are passed over. */
  accept(block: RowBlock): void {
    const shiftMs = (this.kind === 'minutes' ? MINUTE_END_MS : 0) - this.session.midnightMs;
    for (let row = 0; row < block.length; row++) {
      const contract = block.contract[row]!;
      if (contract < 0) continue;
      const at = this.#length & SEGMENT_MASK;
      if (at === 0) this.#segments.push(allocateColumns(SEGMENT_ROWS));
      const columns = this.#segments[this.#length++ >>> SEGMENT_BITS]!;
      columns.contract[at] = contract;
      columns.atMs[at] = block.epochMs[row]! + shiftMs;
      columns.priceE4[at] = block.priceE4[row]!;
      columns.size[at] = block.size[row]!;
      columns.condition[at] = block.condition[row]!;
      columns.exchange[at] = block.exchange[row]!;
      if ((conditionUse(block.condition[row]!) & USE.cancel) !== 0) this.#cancelledContracts.add(contract);
    }
  }

  /** Puts the rows in the engine's order: time, then ticker, then row of the file. */
  sort(): void {
    this.#order = timeOrder(this.#segments, SEGMENT_BITS, this.#length, this.#table);
  }

  /**
   * The tape in batches of at most `batchRows` rows. A batch shares its columns with the next:
   * it is valid until the next is asked for.
   */
  *batches(batchRows = SEGMENT_ROWS): Generator<TradeBatch> {
    const { session, kind } = this;
    const gathered = this.#order === null ? null : allocateColumns(Math.min(batchRows, this.#length));
    for (let firstRow = 0; firstRow < this.#length;) {
      const wanted = Math.min(batchRows, this.#length - firstRow);
      const offset = firstRow & SEGMENT_MASK;
      const length = gathered === null ? Math.min(wanted, SEGMENT_ROWS - offset) : wanted;
      const columns =
        gathered === null
          ? sliceColumns(this.#segments[firstRow >>> SEGMENT_BITS]!, offset, length)
          : this.#gather(gathered, firstRow, length);
      yield { session, kind, length, firstRow, sequence: null, ...columns };
      firstRow += length;
    }
  }

  #gather(into: TradeColumns, firstRow: number, length: number): TradeColumns {
    const order = this.#order!;
    for (let i = 0; i < length; i++) {
      const row = order[firstRow + i]!;
      const from = this.#segments[row >>> SEGMENT_BITS]!;
      const at = row & SEGMENT_MASK;
      into.contract[i] = from.contract[at]!;
      into.atMs[i] = from.atMs[at]!;
      into.priceE4[i] = from.priceE4[at]!;
      into.size[i] = from.size[at]!;
      into.condition[i] = from.condition[at]!;
      into.exchange[i] = from.exchange[at]!;
    }
    return into;
  }
}

function sliceColumns(columns: TradeColumns, from: number, length: number): TradeColumns {
  if (from === 0) return columns;
  const to = from + length;
  return {
    contract: columns.contract.subarray(from, to),
    atMs: columns.atMs.subarray(from, to),
    priceE4: columns.priceE4.subarray(from, to),
    size: columns.size.subarray(from, to),
    condition: columns.condition.subarray(from, to),
    exchange: columns.exchange.subarray(from, to),
  };
}
