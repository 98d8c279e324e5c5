// Coverage of the live feed by the files of the days: stored with the replacement of a day, and listed.
import type { Coverage, Verdict } from '../domain/coverage.ts';
import type { Queries } from './pool.ts';

/** Stores the coverage of a session and what its file said of alerts; in the transaction that replaces the day. */
export async function storeCoverage(
  transaction: Queries,
  fileId: number,
  coverage: Coverage,
  verdicts: ReadonlyMap<string, Verdict>,
): Promise<void> {
  const { alerts } = coverage;
  await transaction.change(
    `insert into spyhop.feed_coverage (session_date, file_id, file_prints, live_prints, had, missed, twice,
       foreign_prints, alerts_confirmed, alerts_contradicted, alerts_unchecked)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     on conflict (session_date) do update set file_id = excluded.file_id, file_prints = excluded.file_prints,
       live_prints = excluded.live_prints, had = excluded.had, missed = excluded.missed, twice = excluded.twice,
       foreign_prints = excluded.foreign_prints, alerts_confirmed = excluded.alerts_confirmed,
       alerts_contradicted = excluded.alerts_contradicted, alerts_unchecked = excluded.alerts_unchecked`,
    [
      coverage.sessionDate,
      fileId,
      coverage.filePrints,
      coverage.livePrints,
      coverage.had,
      coverage.missed,
      coverage.twice,
      coverage.foreign,
      alerts.confirmed,
      alerts.contradicted,
      alerts.unchecked,
    ],
  );
  await transaction.change(
    `insert into spyhop.alert_verdict (alert_id, file_id, verdict)
     select alert_id, $1, verdict from unnest($2::text[], $3::text[]) as told (alert_id, verdict)
     on conflict (alert_id) do update set file_id = excluded.file_id, verdict = excluded.verdict`,
    [fileId, [...verdicts.keys()], [...verdicts.values()]],
  );
}

type CoverageRow = Omit<Coverage, 'alerts'> & Coverage['alerts'];

/** The coverage of the sessions between two dates, both included, oldest first; sessions nobody settled have none. */
export async function listCoverage(db: Queries, from: string, to: string): Promise<readonly Coverage[]> {
  const rows = await db.rows<CoverageRow>(
    `select session_date as "sessionDate", file_prints as "filePrints", live_prints as "livePrints", had, missed,
       twice, foreign_prints as "foreign", alerts_confirmed as confirmed, alerts_contradicted as contradicted,
       alerts_unchecked as unchecked
     from spyhop.feed_coverage where session_date between $1 and $2 order by session_date`,
    [from, to],
  );
  return rows.map(({ confirmed, contradicted, unchecked, ...prints }) => ({
    ...prints,
    alerts: { confirmed, contradicted, unchecked },
  }));
}
