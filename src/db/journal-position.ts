// How far each session's tape is stored: read under a lock and moved in the transaction that stores the rows.
import type { Queries } from './pool.ts';

/** A session's position, locked until the transaction ends. */
export interface JournalPosition {
  /** Rows of the tape that are stored: the next to store has this number. */
  readonly tapeRows: number;
  /** True when the file of the day has replaced the live day. */
  readonly settled: boolean;
  /** True when the prints of the session are ordered and indexed: what comes now is checked against them. */
  readonly sealed: boolean;
  /** True when they have moved into columns, which have no index that could tell what they hold. */
  readonly columnar: boolean;
}

// The update that changes nothing takes the lock of the row, in one round trip with making it.
const LOCK_POSITION = `
  insert into spyhop.journal_position (session_date) values ($1)
  on conflict (session_date) do update set session_date = excluded.session_date
  returning tape_rows, settled_by is not null as settled, sealed, columnar`;

export async function lockPosition(transaction: Queries, sessionDate: string): Promise<JournalPosition> {
  const [row] = await transaction.rows<Omit<JournalPosition, 'tapeRows'> & { tape_rows: number }>(
    LOCK_POSITION,
    [sessionDate],
  );
  return {
    tapeRows: row?.tape_rows ?? 0,
    settled: row?.settled ?? false,
    sealed: row?.sealed ?? false,
    columnar: row?.columnar ?? false,
  };
}

export async function movePosition(
  transaction: Queries,
  sessionDate: string,
  tapeRows: number,
): Promise<void> {
  await transaction.change('update spyhop.journal_position set tape_rows = $2 where session_date = $1', [
    sessionDate,
    tapeRows,
  ]);
}

/** Rows of a session's tape that are stored; 0 for a session never seen. */
export async function storedRows(db: Queries, sessionDate: string): Promise<number> {
  const [row] = await db.rows<{ tape_rows: number }>(
    'select tape_rows from spyhop.journal_position where session_date = $1',
    [sessionDate],
  );
  return row?.tape_rows ?? 0;
}
