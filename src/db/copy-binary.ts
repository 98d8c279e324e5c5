// COPY in binary: prints encoded as the server's own wire rows, and the stream that takes them.
import { finished } from 'node:stream/promises';
import type { PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { DAY_MS, dayNumberOf } from '../domain/calendar.ts';
import type { TradeBatch } from '../domain/trade.ts';
import { assert, present } from '../lib/assert.ts';

/** Columns of a print in the order the encoder writes them. */
export const PRINT_COLUMNS =
  'sequence, session_date, tape_row, contract_id, underlying_id, at_ms, price_e4, size, condition, exchange';

/** "PGCOPY\n\377\r\n\0", no flags, no extension. */
const HEADER = Uint8Array.of(80, 71, 67, 79, 80, 89, 10, 255, 13, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0);
const TRAILER_BYTES = 2;
/** Bytes of each field, in order; a row is their count (2 bytes) and each with its length (4 bytes) before it. */
const FIELD_BYTES = [8, 4, 4, 4, 4, 4, 4, 4, 2, 2] as const;
const ROW_BYTES = 2 + FIELD_BYTES.reduce((sum, bytes) => sum + 4 + bytes, 0);
/** Offsets of the fields in a row. */
const AT = {
  sequence: 6,
  day: 18,
  row: 26,
  contract: 34,
  underlying: 42,
  atMs: 50,
  price: 58,
  size: 66,
  condition: 74,
  exchange: 80,
};

/** Postgres counts days from here. */
const EPOCH_2000_DAY = Date.UTC(2000, 0, 1) / DAY_MS;
const WORD = 2 ** 32;

/** Ids of the database, by contract number. */
export interface PrintIds {
  readonly contracts: Int32Array;
  readonly underlyings: Int32Array;
}

/** Encodes batches into one buffer that it keeps: what it gives is valid until the next call. */
export class PrintEncoder {
  #bytes = new Uint8Array(0);
  #view = new DataView(this.#bytes.buffer);
  #rows = 0;
  #trailerAt = 0;

  /**
   * The rows `from` to the end of a batch as one COPY stream.
   * @param ids of contracts and of their underlyings in the database, by the contract's number in the ContractTable
   */
  encode(batch: TradeBatch, from: number, { contracts, underlyings }: PrintIds): Uint8Array {
    const rows = batch.length - from;
    assert(rows > 0, 'nothing to encode');
    if (rows > this.#rows) this.#allocate(rows);
    const view = this.#view;
    // The trailer of a shorter batch stood where this one has the count of a row's fields.
    view.setInt16(this.#trailerAt, FIELD_BYTES.length);
    const day = present(dayNumberOf(batch.session.date), 'the day of a session') - EPOCH_2000_DAY;
    const { sequence } = batch;
    // HOT PATH: once a print. Lengths stand in the buffer already; only values are written.
    let at = HEADER.length;
    for (let row = from; row < batch.length; row++, at += ROW_BYTES) {
      const order = sequence === null ? 0 : sequence[row]!;
      const orderHigh = Math.floor(order / WORD);
      view.setInt32(at + AT.sequence, orderHigh);
      view.setUint32(at + AT.sequence + 4, order - orderHigh * WORD);
      view.setInt32(at + AT.day, day);
      view.setInt32(at + AT.row, batch.firstRow + row);
      const contract = batch.contract[row]!;
      view.setInt32(at + AT.contract, contracts[contract]!);
      view.setInt32(at + AT.underlying, underlyings[contract]!);
      view.setInt32(at + AT.atMs, batch.atMs[row]!);
      view.setInt32(at + AT.price, batch.priceE4[row]!);
      view.setInt32(at + AT.size, batch.size[row]!);
      // Ids beyond 32,767 wrap around; whoever reads them takes the 16 bits as unsigned.
      view.setInt16(at + AT.condition, batch.condition[row]!);
      view.setInt16(at + AT.exchange, batch.exchange[row]!);
    }
    view.setInt16(at, -1);
    this.#trailerAt = at;
    return this.#bytes.subarray(0, at + TRAILER_BYTES);
  }

  #allocate(rows: number): void {
    this.#bytes = new Uint8Array(HEADER.length + rows * ROW_BYTES + TRAILER_BYTES);
    this.#view = new DataView(this.#bytes.buffer);
    this.#rows = rows;
    this.#trailerAt = HEADER.length;
    this.#bytes.set(HEADER);
    for (let row = 0; row < rows; row++) {
      let at = HEADER.length + row * ROW_BYTES;
      this.#view.setInt16(at, FIELD_BYTES.length);
      at += 2;
      for (const bytes of FIELD_BYTES) {
        this.#view.setInt32(at, bytes);
        at += 4 + bytes;
      }
    }
  }
}

/** Sends a whole COPY stream on a connection; resolves when the server has taken it, rejects with its error. */
export async function copyInto(client: PoolClient, statement: string, bytes: Uint8Array): Promise<void> {
  const stream = client.query(copyFrom(statement));
  const done = finished(stream);
  stream.end(bytes);
  await done;
}
