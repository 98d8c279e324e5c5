// A day's tape in memory: the rows of a file by minute, put in time order and given out in batches.
import { conditionUse, USE } from '../../domain/conditions.ts';
import type { CancelledPrint } from '../../domain/cancel-ledger.ts';
import type { ContractTable } from '../../domain/contract-table.ts';
import type { Session } from '../../domain/session.ts';
import { allocateColumns, type TapeKind, type TradeBatch, type TradeColumns } from '../../domain/trade.ts';
import { MinuteRows } from './minute-rows.ts';
import type { FlatFile } from './open.ts';
import type { RowBlock } from './rows.ts';
import { timeOrder } from './time-order.ts';

/** Rows of the batches a replay is cut into: large, so that an actor is woken rarely. */
export const BATCH_ROWS = 1 << 18;

/** A minute's volume counts at its last millisecond: before that nobody knows it. */
const MINUTE_END_MS = 59_999;

/** What makes an epoch ms of a row of the file the offset at which the engine sees it. */
export function shiftMsOf({ kind, session }: Pick<FlatFile, 'kind' | 'session'>): number {
  return (kind === 'minute aggregates' ? MINUTE_END_MS : 0) - session.midnightMs;
}

/** The prints of one session, 12 bytes each. Filled by {@link accept}, then read. */
export class DayTape {
  readonly session: Session;
  readonly kind: TapeKind;
  readonly #table: ContractTable;
  readonly #rows = new MinuteRows();
  readonly #cancels: CancelledPrint[] = [];
  #length = 0;

  constructor(session: Session, kind: TapeKind, table: ContractTable) {
    this.session = session;
    this.kind = kind;
    this.#table = table;
  }

  /** Prints that came, read already or not. */
  get length(): number {
    return this.#length;
  }

  /** What the prints that take an earlier one back say of it, in the order of the file. */
  get cancels(): readonly CancelledPrint[] {
    return this.#cancels;
  }

  // HOT PATH: once a print.

  /** Takes a block of rows in file order; negative contracts were rejected and are passed over. */
  accept(block: RowBlock): void {
    const shiftMs = (this.kind === 'minutes' ? MINUTE_END_MS : 0) - this.session.midnightMs;
    for (let row = 0; row < block.length; row++) {
      const contract = block.contract[row]!;
      if (contract < 0) continue;
      const priceE4 = block.priceE4[row]!;
      const size = block.size[row]!;
      const condition = block.condition[row]!;
      const exchange = block.exchange[row]!;
      this.#rows.push(contract, block.epochMs[row]! + shiftMs, priceE4, size, condition, exchange);
      this.#length++;
      if ((conditionUse(condition) & USE.cancel) !== 0)
        this.#cancels.push({ contract, priceE4, size, exchange });
    }
  }

  /**
   * The tape in batches of `batchRows` rows, the last one shorter, in the engine's order: time, then ticker, then row
   * of the file. Batches share their columns: one is valid until the next is asked for. It may be read again, which an
   * underlying that failed in a replay is rebuilt from.
   */
  *batches(batchRows = BATCH_ROWS): Generator<TradeBatch> {
    const { session, kind } = this;
    const columns = allocateColumns(Math.min(batchRows, this.#length));
    let length = 0;
    let firstRow = 0;
    let scratch = allocateColumns(0);
    for (let minute = 0; minute < this.#rows.minutes; minute++) {
      const rows = this.#rows.rowsOf(minute);
      if (rows === 0) continue;
      if (rows > scratch.atMs.length) scratch = allocateColumns(rows + (rows >>> 2));
      this.#rows.copy(minute, scratch);
      const order = timeOrder([scratch], ONE_SEGMENT, rows, this.#table);
      for (let done = 0; done < rows;) {
        const count = Math.min(rows - done, batchRows - length);
        copyRows(scratch, order, done, columns, length, count);
        done += count;
        length += count;
        if (length < batchRows) continue;
        yield { session, kind, length, firstRow, sequence: null, ...columns };
        firstRow += length;
        length = 0;
      }
    }
    if (length > 0) yield { session, kind, length, firstRow, sequence: null, ...columns };
  }

  /** Gives the memory of the rows back: there are none any more. */
  free(): void {
    this.#rows.free();
  }
}

/** A minute is sorted as one piece, however many rows it has. */
const ONE_SEGMENT = 30;

/** Copies rows `order[from..from + count)` (null: those rows themselves) to `into` from `at` on. */
function copyRows(
  source: TradeColumns,
  order: Int32Array | null,
  from: number,
  into: TradeColumns,
  at: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    const row = order === null ? from + i : order[from + i]!;
    into.contract[at + i] = source.contract[row]!;
    into.atMs[at + i] = source.atMs[row]!;
    into.priceE4[at + i] = source.priceE4[row]!;
    into.size[at + i] = source.size[row]!;
    into.condition[at + i] = source.condition[row]!;
    into.exchange[at + i] = source.exchange[row]!;
  }
}
