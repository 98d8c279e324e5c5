// Sealing a session: once it is over, its prints are ordered by underlying and time, indexed, and answer at once.
import type { Database } from './pool.ts';
import { sumPrints } from './print-sums.ts';

/** A day of 10 M prints is sorted in half a minute; a slow disk takes longer. */
const BULK = { statementMsMax: 1_800_000 };

/** Sessions up to a date whose prints are stored and not sealed, oldest first. */
export async function unsealedDays(db: Database, until: string): Promise<readonly string[]> {
  const rows = await db.rows<{ date: string }>(
    `select position.session_date as date
     from spyhop.journal_position position
     left join spyhop.imported_file file on file.file_id = settled_by
     where not sealed and position.session_date <= $1::date and coalesce(prints_kept, true)
       and to_regclass('spyhop.print_' || to_char(position.session_date, 'YYYYMMDD')) is not null
     order by 1`,
    [until],
  );
  return rows.map(({ date }) => date);
}

/**
 * Seals a session. Gives the prints that were sealed; null when it was sealed before or has none.
 * Prints that come later are taken still, each checked against those that are there.
 */
export async function sealDay(db: Database, sessionDate: string): Promise<number | null> {
  // Sums read the prints in the order they came, which is gone afterwards.
  while ((await sumPrints(db)) > 0);
  return db.transaction(async (transaction) => {
    const [row] = await transaction.rows<{ prints: number | null }>(
      'select spyhop.seal_day($1::date) as prints',
      [sessionDate],
    );
    return row?.prints ?? null;
  }, BULK);
}
