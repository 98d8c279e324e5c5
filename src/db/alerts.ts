// Alerts: stored once each, listed by keyset, followed by the number of their insertion.
import type { Alert } from '../domain/alert.ts';
import { type AlertQuery, type Page, pageOf } from '../domain/answers.ts';
import { type Receipt, receiptIn, withoutReceipt } from '../domain/receipt.ts';
import { parseCents } from './cents.ts';
import type { Database, Queries } from './pool.ts';

/** Held while alerts are inserted, so that their numbers become visible in rising order. */
const ALERT_LOCK = 7_796_402;

const INSERT_ALERTS = `
  insert into spyhop.alert
    (alert_id, at, session_date, detector, kind, underlying, osi, severity, side, direction, premium_cents, body,
     receipt, surprise)
  select * from unnest($1::text[], $2::timestamptz[], $3::date[], $4::text[], $5::text[], $6::text[], $7::text[],
    $8::text[], $9::text[], $10::text[], $11::bigint[], $12::json[], $13::json[], $14::numeric[])
  on conflict (alert_id) do nothing`;

function receiptText(alert: Alert): string | null {
  const receipt = receiptIn(alert);
  return receipt === null ? null : JSON.stringify(receipt);
}

/**
 * Stores alerts in their order; gives how many were new.
 * @param beforeCommit waited for when they are inserted: what must be on a disk before they are; a rejection undoes all
 */
export async function storeAlerts(
  db: Database,
  alerts: readonly Alert[],
  beforeCommit: () => Promise<void> = async () => {},
): Promise<number> {
  if (alerts.length === 0) return 0;
  return db.transaction(async (transaction) => {
    await transaction.rows('select pg_advisory_xact_lock($1)', [ALERT_LOCK]);
    const stored = await transaction.change(INSERT_ALERTS, [
      alerts.map(({ id }) => id),
      alerts.map(({ at }) => at),
      alerts.map(({ sessionDate }) => sessionDate),
      alerts.map(({ detector }) => detector),
      alerts.map(({ kind }) => kind),
      alerts.map(({ underlying }) => underlying),
      alerts.map(({ contract }) => contract),
      alerts.map(({ severity }) => severity),
      alerts.map(({ side }) => side),
      alerts.map(({ direction }) => direction),
      alerts.map(({ premium }) => parseCents(premium)),
      alerts.map((alert) => JSON.stringify(withoutReceipt(alert))),
      alerts.map(receiptText),
      alerts.map(({ surprise }) => surprise),
    ]);
    await beforeCommit();
    return stored;
  });
}

const LIST_ALERTS = `
  select body from spyhop.alert
  where ($1::text is null or underlying = $1)
    and ($2::text is null or osi = $2)
    and ($3::text is null or detector = $3)
    and ($4::text is null or severity = $4)
    and ($5::text is null or direction = $5)
    and ($6::bigint is null or premium_cents >= $6)
    and ($7::timestamptz is null or at >= $7)
    and ($8::timestamptz is null or at < $8)
    and ($9::timestamptz is null or (at, alert_id) < ($9, $10::text))
    and ($12::text is null or kind = $12)
    and ($13::text is null or side = $13)
    and ($14::numeric is null or surprise >= $14)
  order by at desc, alert_id desc
  limit $11`;

function timeOrNull(epochMs: number | undefined): string | null {
  return epochMs === undefined ? null : new Date(epochMs).toISOString();
}

/** One page of alerts, newest first. */
export async function listAlerts(db: Queries, query: AlertQuery): Promise<Page<Alert>> {
  const rows = await db.rows<{ body: Alert }>(LIST_ALERTS, [
    query.underlying ?? null,
    query.contract ?? null,
    query.detector ?? null,
    query.severity ?? null,
    query.direction ?? null,
    query.premiumCentsMin ?? null,
    timeOrNull(query.fromMs),
    timeOrNull(query.untilMs),
    timeOrNull(query.before?.atMs),
    query.before?.key ?? null,
    query.limit + 1,
    query.kind ?? null,
    query.side ?? null,
    query.surpriseMin ?? null,
  ]);
  return pageOf(
    rows,
    query.limit,
    ({ body }) => body,
    ({ body }) => ({ atMs: Date.parse(body.at), key: body.id }),
  );
}

/** An alert by its id; null when there is none. */
export async function findAlert(db: Queries, id: string): Promise<Alert | null> {
  const [row] = await db.rows<{ body: Alert }>('select body from spyhop.alert where alert_id = $1', [id]);
  return row?.body ?? null;
}

/** An alert with its receipt, which is null of one stored before receipts were kept; null when there is none. */
export async function findReceipt(
  db: Queries,
  id: string,
): Promise<{ readonly alert: Alert; readonly receipt: Receipt | null } | null> {
  const query = 'select body as alert, receipt from spyhop.alert where alert_id = $1';
  const [row] = await db.rows<{ alert: Alert; receipt: Receipt | null }>(query, [id]);
  return row ?? null;
}

/** An alert with its place in the stream. */
export interface NumberedAlert {
  readonly insertion: number;
  readonly alert: Alert;
}

/** Alerts stored after a place in the stream, oldest first, at most `limit`; 0 is the beginning. */
export async function alertsSince(
  db: Queries,
  insertion: number,
  limit: number,
): Promise<readonly NumberedAlert[]> {
  return db.rows<NumberedAlert>(
    'select insertion, body as alert from spyhop.alert where insertion > $1 order by insertion limit $2',
    [insertion, limit],
  );
}

/** Place of the newest alert in the stream; 0 when there is none. */
export async function lastInsertion(db: Queries): Promise<number> {
  const [row] = await db.rows<{ last: number }>(
    'select coalesce(max(insertion), 0) as last from spyhop.alert',
  );
  return row?.last ?? 0;
}

/** Alerts stored after the one with this id, in the order they were stored; null when it is not stored. */
export async function alertsAfter(db: Queries, id: string, limit: number): Promise<readonly Alert[] | null> {
  const [place] = await db.rows<{ insertion: number }>(
    'select insertion from spyhop.alert where alert_id = $1',
    [id],
  );
  if (place === undefined) return null;
  return (await alertsSince(db, place.insertion, limit)).map(({ alert }) => alert);
}
