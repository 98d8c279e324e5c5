// Gaps of the feed: opened when it falls silent, ended when it speaks again, settled by backfill or the day's file.
import type { Queries } from './pool.ts';

/** A time in which the feed gave nothing though it should have. */
export interface FeedGap {
  readonly id: number;
  readonly feed: string;
  readonly sessionDate: string;
  /** Epoch ms; the end is null while the gap is open. */
  readonly beganMs: number;
  readonly endedMs: number | null;
  readonly reason: string;
  readonly state: 'open' | 'ended' | 'backfilled' | 'settled';
}

/** Records the beginning of a gap and gives its id. */
export async function openGap(
  db: Queries,
  gap: Pick<FeedGap, 'feed' | 'sessionDate' | 'beganMs' | 'reason'>,
): Promise<number> {
  const [row] = await db.rows<{ gap_id: number }>(
    `insert into spyhop.feed_gap (feed, session_date, began_at, reason) values ($1, $2, $3, $4) returning gap_id`,
    [gap.feed, gap.sessionDate, new Date(gap.beganMs).toISOString(), gap.reason],
  );
  return row!.gap_id;
}

/** Records the end of a gap, once. */
export async function endGap(db: Queries, id: number, endedMs: number): Promise<void> {
  await db.change(
    "update spyhop.feed_gap set ended_at = $2, state = 'ended' where gap_id = $1 and state = 'open'",
    [id, new Date(endedMs).toISOString()],
  );
}

/** Ends the gaps that a killed process left open; gives how many. */
export async function endOpenGaps(db: Queries, feed: string, endedMs: number): Promise<number> {
  return db.change(
    "update spyhop.feed_gap set ended_at = $2, state = 'ended' where feed = $1 and state = 'open'",
    [feed, new Date(endedMs).toISOString()],
  );
}

/** Gaps of a session, oldest first. */
export async function listGaps(db: Queries, sessionDate: string): Promise<readonly FeedGap[]> {
  return db.rows<FeedGap>(
    `select gap_id as id, feed, session_date as "sessionDate",
       (extract(epoch from began_at) * 1000)::bigint as "beganMs",
       (extract(epoch from ended_at) * 1000)::bigint as "endedMs", reason, state
     from spyhop.feed_gap where session_date = $1 order by began_at, gap_id`,
    [sessionDate],
  );
}
