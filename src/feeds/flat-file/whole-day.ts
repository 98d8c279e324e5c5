// A day held whole, to the nanosecond: what an import needs, which writes it by contract and stores it by time.
import { conditionUse, USE } from '../../domain/conditions.ts';
import type { ContractTable } from '../../domain/contract-table.ts';
import type { ContractOrderedDay } from '../../domain/day-rows.ts';
import type { Session } from '../../domain/session.ts';
import { allocateColumns, type TapeKind, type TradeBatch, type TradeColumns } from '../../domain/trade.ts';
import { contractOrder } from './contract-order.ts';
import type { RowBlock } from './rows.ts';
import { timeOrder } from './time-order.ts';

const SEGMENT_BITS = 18;
const SEGMENT_ROWS = 1 << SEGMENT_BITS;
const SEGMENT_MASK = SEGMENT_ROWS - 1;

/** An aggregate's volume counts at its last millisecond: before that nobody knows it. */
const MINUTE_END_MS = 59_999;

/** The rows of one session, 24 bytes each, and 4 to 12 more while one of the orders is held. */
export class WholeDay {
  readonly session: Session;
  readonly kind: TapeKind;
  readonly #table: ContractTable;
  readonly #segments: TradeColumns[] = [];
  readonly #nanos: Int32Array[] = [];
  readonly #cancelledContracts = new Set<number>();
  #length = 0;

  constructor(session: Session, kind: TapeKind, table: ContractTable) {
    this.session = session;
    this.kind = kind;
    this.#table = table;
  }

  /** Rows held. */
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
      if (at === 0) {
        this.#segments.push(allocateColumns(SEGMENT_ROWS));
        this.#nanos.push(new Int32Array(SEGMENT_ROWS));
      }
      const segment = this.#length++ >>> SEGMENT_BITS;
      const columns = this.#segments[segment]!;
      const condition = block.condition[row]!;
      columns.contract[at] = contract;
      columns.atMs[at] = block.epochMs[row]! + shiftMs;
      columns.priceE4[at] = block.priceE4[row]!;
      columns.size[at] = block.size[row]!;
      columns.condition[at] = condition;
      columns.exchange[at] = block.exchange[row]!;
      this.#nanos[segment]![at] = block.nanos[row]!;
      if ((conditionUse(condition) & USE.cancel) !== 0) this.#cancelledContracts.add(contract);
    }
  }

  // END OF HOT PATH

  /** The day by underlying, ticker, and then the engine's order; 4 bytes a row while it is held. */
  byContract(): ContractOrderedDay {
    const { contracts, starts, order } = contractOrder(
      this.#segments,
      SEGMENT_BITS,
      this.#length,
      this.#table,
    );
    return {
      session: this.session,
      kind: this.kind,
      length: this.#length,
      contracts,
      starts,
      gather: (from, count, into, nanos) => {
        this.#gather(order, from, count, into);
        if (nanos === null) return;
        for (let i = 0; i < count; i++) {
          const row = order[from + i]!;
          nanos[i] = this.#nanos[row >>> SEGMENT_BITS]![row & SEGMENT_MASK]!;
        }
      },
    };
  }

  /**
   * The day in the engine's order, time, then ticker, then row of the file, in batches that share their columns: one
   * is valid until the next is asked for. May be asked for again.
   */
  *batches(batchRows: number): Generator<TradeBatch> {
    const { session, kind } = this;
    const order = timeOrder(this.#segments, SEGMENT_BITS, this.#length, this.#table);
    const columns = allocateColumns(Math.min(batchRows, this.#length));
    for (let firstRow = 0; firstRow < this.#length; firstRow += batchRows) {
      const length = Math.min(batchRows, this.#length - firstRow);
      this.#gather(order, firstRow, length, columns);
      yield { session, kind, length, firstRow, sequence: null, ...columns };
    }
  }

  /** Copies rows `order[from..from + count)`; null: those rows themselves. */
  #gather(order: Int32Array | null, from: number, count: number, into: TradeColumns): void {
    for (let i = 0; i < count; i++) {
      const row = order === null ? from + i : order[from + i]!;
      const columns = this.#segments[row >>> SEGMENT_BITS]!;
      const at = row & SEGMENT_MASK;
      into.contract[i] = columns.contract[at]!;
      into.atMs[i] = columns.atMs[at]!;
      into.priceE4[i] = columns.priceE4[at]!;
      into.size[i] = columns.size[at]!;
      into.condition[i] = columns.condition[at]!;
      into.exchange[i] = columns.exchange[at]!;
    }
  }
}
