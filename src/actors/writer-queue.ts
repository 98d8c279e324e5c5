// What waits to be stored: prints copied into pieces of one session, bounded; what is refused stays with the journal.
import { allocateColumns, type TradeBatch, type TradeColumns } from '../domain/trade.ts';
import { assert } from '../lib/assert.ts';

/**
 * Rows of a piece, which is stored in one transaction: enough that a commit costs little a row (bench `store`). Only a
 * backlog fills a piece; live, it is what 200 ms bring.
 */
export const PIECE_ROWS = 65_536;

/**
 * Rows that may wait: two of the largest batches (262,144 prints of a replay), or half a minute of the busiest feed
 * measured (20,000 a second). An outage that lasts longer is the journal's, which keeps everything on disk.
 */
export const WAITING_ROWS_MAX = 655_360;

/** Bytes of a row: 20 of the columns and 8 of its sequence number. */
const ROW_BYTES = 28;
/** The same bound in bytes, 18 MB: pieces are allocated whole, so few rows of many sessions must not take more. */
export const WAITING_BYTES_MAX = WAITING_ROWS_MAX * ROW_BYTES;

interface Piece extends TradeBatch {
  length: number;
  sequence: Float64Array | null;
  readonly room: number;
}

/** Prints waiting, in the order they came. */
export class WriterQueue {
  readonly #pieces: Piece[] = [];
  readonly #rowsMax: number;
  readonly #bytesMax: number;
  readonly #pieceRows: number;
  #rows = 0;
  #bytes = 0;

  constructor({ rowsMax = WAITING_ROWS_MAX, bytesMax = WAITING_BYTES_MAX, pieceRows = PIECE_ROWS } = {}) {
    this.#rowsMax = rowsMax;
    this.#bytesMax = bytesMax;
    this.#pieceRows = pieceRows;
  }

  /** Rows waiting, those being stored among them. */
  get rows(): number {
    return this.#rows;
  }

  /** Bytes allocated for them. */
  get bytes(): number {
    return this.#bytes;
  }

  /** True when a piece is full, or more than one waits. */
  get hasFullPiece(): boolean {
    const [first] = this.#pieces;
    return first !== undefined && (this.#pieces.length > 1 || first.length === first.room);
  }

  /** True when a batch of so many rows would be taken. A batch larger than the bound is taken by an empty queue. */
  hasRoom(rows: number): boolean {
    if (this.#rows === 0) return true;
    return this.#rows + rows <= this.#rowsMax && this.#bytes + rows * ROW_BYTES <= this.#bytesMax;
  }

  /** Copies a batch in; false, and nothing copied, when there is no room for all of it. */
  add(batch: TradeBatch): boolean {
    if (!this.hasRoom(batch.length)) return false;
    for (let from = 0; from < batch.length;) {
      const piece = this.#pieceFor(batch, batch.firstRow + from);
      const rows = Math.min(piece.room - piece.length, batch.length - from);
      copyRows(batch, from, piece, rows);
      this.#rows += rows;
      from += rows;
    }
    return true;
  }

  #pieceFor(batch: TradeBatch, row: number): Piece {
    const last = this.#pieces.at(-1);
    const continues =
      last !== undefined &&
      // The first piece may be under way to the database: what follows it goes into another.
      this.#pieces.length > (this.#taken ? 1 : 0) &&
      last.session.date === batch.session.date &&
      last.kind === batch.kind &&
      (last.sequence === null) === (batch.sequence === null) &&
      last.firstRow + last.length === row &&
      last.length < last.room;
    if (continues) return last;
    const room = this.#pieceRows;
    const piece: Piece = {
      session: batch.session,
      kind: batch.kind,
      length: 0,
      firstRow: row,
      room,
      sequence: batch.sequence === null ? null : new Float64Array(room),
      ...allocateColumns(room),
    };
    this.#pieces.push(piece);
    this.#bytes += room * ROW_BYTES;
    return piece;
  }

  #taken = false;

  /** The oldest piece, which stays here, unchanged, until {@link done} or {@link split}. */
  take(): TradeBatch {
    const [piece] = this.#pieces;
    assert(piece !== undefined && piece.length > 0, 'nothing waits to be stored');
    this.#taken = true;
    return piece;
  }

  /** The piece that was taken is settled, one way or the other. */
  done(): void {
    const piece = this.#pieces.shift();
    assert(this.#taken && piece !== undefined, 'nothing was taken');
    this.#taken = false;
    this.#rows -= piece.length;
    this.#bytes -= piece.room * ROW_BYTES;
  }

  /** Cuts the piece that was taken into halves, to find the row that the database refuses; false when it is one row. */
  split(): boolean {
    const [piece] = this.#pieces;
    assert(this.#taken && piece !== undefined, 'nothing was taken');
    if (piece.length === 1) return false;
    const half = piece.length >> 1;
    const pieces = [part(piece, 0, half), part(piece, half, piece.length)];
    this.#pieces.splice(0, 1, ...pieces);
    this.#bytes += pieces.reduce((sum, { room }) => sum + room, -piece.room) * ROW_BYTES;
    this.#taken = false;
    return true;
  }
}

function part(piece: Piece, from: number, to: number): Piece {
  const cut = {
    contract: piece.contract.slice(from, to),
    atMs: piece.atMs.slice(from, to),
    priceE4: piece.priceE4.slice(from, to),
    size: piece.size.slice(from, to),
    condition: piece.condition.slice(from, to),
    exchange: piece.exchange.slice(from, to),
  };
  const { session, kind, firstRow } = piece;
  const sequence = piece.sequence?.slice(from, to) ?? null;
  return { session, kind, length: to - from, room: to - from, firstRow: firstRow + from, sequence, ...cut };
}

function copyRows(batch: TradeBatch, from: number, piece: Piece & TradeColumns, rows: number): void {
  const to = from + rows;
  const at = piece.length;
  piece.contract.set(batch.contract.subarray(from, to), at);
  piece.atMs.set(batch.atMs.subarray(from, to), at);
  piece.priceE4.set(batch.priceE4.subarray(from, to), at);
  piece.size.set(batch.size.subarray(from, to), at);
  piece.condition.set(batch.condition.subarray(from, to), at);
  piece.exchange.set(batch.exchange.subarray(from, to), at);
  if (batch.sequence !== null) piece.sequence?.set(batch.sequence.subarray(from, to), at);
  piece.length += rows;
}
