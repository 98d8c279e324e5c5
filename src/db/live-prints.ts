// The prints that live stored of a session, read back as columns: COPY in binary, the quickest way out.
import { to as copyTo } from 'pg-copy-streams';
import { assert } from '../lib/assert.ts';
import type { Database } from './pool.ts';

/** Rows given at a time. */
const ROWS = 65_536;

/** Prints as columns; those beyond `length` mean nothing. Valid until the next are asked for. */
export interface LivePrints {
  length: number;
  /** Id of the contract in the database. */
  readonly contractId: Int32Array;
  /** Ms after midnight in New York. */
  readonly atMs: Int32Array;
  readonly priceE4: Int32Array;
  readonly size: Int32Array;
  readonly condition: Int32Array;
  readonly exchange: Int32Array;
}

const COLUMNS = ['contractId', 'atMs', 'priceE4', 'size', 'condition', 'exchange'] as const;
/** The count of the fields, and each with its length. */
const ROW_BYTES = 2 + COLUMNS.length * 8;
/** Signature, flags, and the length of an extension that nobody has. */
const HEADER_BYTES = 19;
const END = -1;

// Ids are 16 bits without a sign, kept as ones with; every field is four bytes here, so that rows are of one length.
const selectPrints = (sessionDate: string): string => `
  copy (
    select contract_id, at_ms, price_e4, size, condition::int & 65535, exchange::int & 65535
    from spyhop.all_prints where session_date = '${sessionDate}'
  ) to stdout with (format binary)`;

/** Reads the stored prints of a session, in no order. @param sessionDate "YYYY-MM-DD", of the calendar */
export async function readLivePrints(
  db: Database,
  sessionDate: string,
  take: (prints: LivePrints) => void,
): Promise<void> {
  assert(/^\d{4}-\d\d-\d\d$/.test(sessionDate), 'a session has a date');
  await db.transaction(async ({ client }) => {
    await client.query('set local statement_timeout = 0');
    const prints = allocate();
    let rest = Buffer.alloc(0);
    let at = HEADER_BYTES;
    for await (const chunk of client.query(copyTo(selectPrints(sessionDate)))) {
      const bytes = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      for (; at + ROW_BYTES <= bytes.length && view.getInt16(at) !== END; at += ROW_BYTES) {
        const row = prints.length++;
        COLUMNS.forEach((column, place) => (prints[column][row] = view.getInt32(at + 6 + place * 8)));
        if (prints.length === ROWS) flush(prints, take);
      }
      rest = Buffer.from(bytes.subarray(Math.min(at, bytes.length)));
      at = Math.max(0, at - bytes.length);
    }
    flush(prints, take);
  });
}

function flush(prints: LivePrints, take: (prints: LivePrints) => void): void {
  if (prints.length > 0) take(prints);
  prints.length = 0;
}

function allocate(): LivePrints {
  const column = (): Int32Array => new Int32Array(ROWS);
  return {
    length: 0,
    contractId: column(),
    atMs: column(),
    priceE4: column(),
    size: column(),
    condition: column(),
    exchange: column(),
  };
}
