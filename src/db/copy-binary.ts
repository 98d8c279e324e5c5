// COPY in binary: prints encoded as the server's own wire rows, and the stream that takes them.
import { pipeline } from 'node:stream/promises';
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
/** A row of -1 fields. */
const TRAILER = Uint8Array.of(255, 255);
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

/** Rows of a message: some 160 kB, which the next level of a processor's cache holds at both ends of the line. */
const MESSAGE_ROWS = 2_048;

/** Encodes batches message by message into one buffer: what it gives is valid until the next is asked for. */
export class PrintEncoder {
  readonly #bytes = new Uint8Array(HEADER.length + MESSAGE_ROWS * ROW_BYTES);
  readonly #view = new DataView(this.#bytes.buffer);

  constructor() {
    this.#bytes.set(HEADER);
    for (let row = 0; row < MESSAGE_ROWS; row++) {
      let at = HEADER.length + row * ROW_BYTES;
      this.#view.setInt16(at, FIELD_BYTES.length);
      at += 2;
      for (const bytes of FIELD_BYTES) {
        this.#view.setInt32(at, bytes);
        at += 4 + bytes;
      }
    }
  }

  /**
   * The rows `from` to the end of a batch as one COPY stream.
   * @param ids of contracts and of their underlyings in the database, by the contract's number in the ContractTable
   */
  *encode(batch: TradeBatch, from: number, ids: PrintIds): Generator<Uint8Array> {
    assert(from < batch.length, 'nothing to encode');
    for (let row = from; row < batch.length; row += MESSAGE_ROWS) {
      const end = this.#encodeRows(batch, row, Math.min(row + MESSAGE_ROWS, batch.length), ids);
      yield this.#bytes.subarray(row === from ? 0 : HEADER.length, end);
    }
    yield TRAILER;
  }

  /** Writes rows behind the header; gives where they end. */
  #encodeRows(batch: TradeBatch, from: number, to: number, { contracts, underlyings }: PrintIds): number {
    const view = this.#view;
    const day = present(dayNumberOf(batch.session.date), 'the day of a session') - EPOCH_2000_DAY;
    const { sequence } = batch;
    // HOT PATH: once a print. Lengths stand in the buffer already; only values are written.
    let at = HEADER.length;
    for (let row = from; row < to; row++, at += ROW_BYTES) {
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
    return at;
  }
}

/** The COPY that takes what the encoder gives, into a table with the columns of prints. */
export function copyPrintsTo(table: string): string {
  return `copy ${table} (${PRINT_COLUMNS}) from stdin with (format binary)`;
}

/**
 * Sends a COPY stream on a connection, a message at a time as the line takes them: the next is made while the server
 * reads the last. Resolves when the server has taken all, rejects with its error.
 */
export async function copyInto(
  client: PoolClient,
  statement: string,
  messages: Iterable<Uint8Array>,
): Promise<void> {
  await pipeline(messages, client.query(copyFrom(statement)));
}
