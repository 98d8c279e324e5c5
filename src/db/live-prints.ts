// The prints that live stored of a session, read back as columns: COPY in binary, the quickest way out.
import { to as copyTo } from 'pg-copy-streams';
import type { LivePrints } from '../domain/coverage.ts';
import { assert } from '../lib/assert.ts';
import type { Database } from './pool.ts';

/** Rows given at a time. */
const ROWS = 65_536;

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

/**
 * Reads the stored prints of a session, in no order; what is given is valid until the next.
 * @param sessionDate "YYYY-MM-DD", of the calendar
 */
export async function readLivePrints(
  db: Database,
  sessionDate: string,
  take: (prints: LivePrints) => void,
): Promise<void> {
  assert(/^\d{4}-\d\d-\d\d$/.test(sessionDate), 'a session has a date');
  await db.transaction(async ({ client }) => {
    await client.query('set local statement_timeout = 0');
    const columns = allocate();
    let length = 0;
    let rest = Buffer.alloc(0);
    let at = HEADER_BYTES;
    for await (const chunk of client.query(copyTo(selectPrints(sessionDate)))) {
      const bytes = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      for (; at + ROW_BYTES <= bytes.length && view.getInt16(at) !== END; at += ROW_BYTES) {
        COLUMNS.forEach((column, place) => (columns[column][length] = view.getInt32(at + 6 + place * 8)));
        length++;
        if (length < ROWS) continue;
        take({ length, ...columns });
        length = 0;
      }
      rest = Buffer.from(bytes.subarray(Math.min(at, bytes.length)));
      at = Math.max(0, at - bytes.length);
    }
    if (length > 0) take({ length, ...columns });
  });
}

function allocate(): Record<(typeof COLUMNS)[number], Int32Array> {
  const column = (): Int32Array => new Int32Array(ROWS);
  return {
    contractId: column(),
    atMs: column(),
    priceE4: column(),
    size: column(),
    condition: column(),
    exchange: column(),
  };
}
