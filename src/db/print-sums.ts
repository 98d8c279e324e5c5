// Bars, flow and days that follow the prints: how far they are behind, and what brings them up, on the server alone.
import { APART_IDS, CANCEL_IDS } from '../domain/conditions.ts';
import { passFaultPoint } from '../lib/fault-points.ts';
import type { Queries } from './pool.ts';

/** Rows of the tape that one transaction adds: about a second of the server, few enough that a page waits for none. */
export const SUMMED_ROWS_MAX = 262_144;

const BEHIND = `
  select stored.session_date as date
  from spyhop.journal_position stored
  left join spyhop.sum_position summed using (session_date)
  where settled_by is null and stored.tape_rows > coalesce(summed.tape_rows, 0)
  order by 1`;

/**
 * Adds what is stored and not yet summed to bars, flow and days, at most `rowsMax` rows of each session; gives the rows
 * that are still left, 0 when nothing is. Harmless to repeat and to do in two processes at once.
 */
export async function sumPrints(db: Queries, rowsMax = SUMMED_ROWS_MAX): Promise<number> {
  let left = 0;
  for (const { date } of await db.rows<{ date: string }>(BEHIND)) {
    passFaultPoint('sums.add');
    const [row] = await db.rows<{ left: number }>('select spyhop.sum_prints($1, $2, $3, $4) as left', [
      date,
      rowsMax,
      CANCEL_IDS,
      APART_IDS,
    ]);
    passFaultPoint('sums.added');
    left += row?.left ?? 0;
  }
  return left;
}
