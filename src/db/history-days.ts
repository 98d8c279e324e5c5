// The days of deep history: which files hold them, and the pointer that moves with a day's summaries.
import type { Queries } from './pool.ts';

/** The files of a day; names are under the folder of history. */
export interface HistoryDay {
  readonly sessionDate: string;
  /** Null for a day made of aggregates. */
  readonly printsName: string | null;
  readonly printBytes: number;
  readonly prints: number;
  readonly summariesName: string;
  readonly summaryBytes: number;
  readonly contracts: number;
}

const COLUMNS = `session_date as "sessionDate", prints_name as "printsName", prints_bytes as "printBytes",
  print_count as prints, summaries_name as "summariesName", summaries_bytes as "summaryBytes",
  contract_count as contracts`;

/** The days of deep history from one date to another, both included, oldest first. */
export async function listHistoryDays(
  db: Queries,
  from = '0001-01-01',
  to = '9999-12-31',
): Promise<readonly HistoryDay[]> {
  return db.rows<HistoryDay>(
    `select ${COLUMNS} from spyhop.history_day where session_date between $1 and $2 order by session_date`,
    [from, to],
  );
}

/** The files of one day; null when it is not in deep history. */
export async function findHistoryDay(db: Queries, sessionDate: string): Promise<HistoryDay | null> {
  const [day] = await listHistoryDays(db, sessionDate, sessionDate);
  return day ?? null;
}

/** Points a session to its files; in the transaction that replaces the day. */
export async function pointHistoryDay(transaction: Queries, day: HistoryDay, fileId: number): Promise<void> {
  await transaction.change(
    `insert into spyhop.history_day (session_date, file_id, prints_name, prints_bytes, print_count,
       summaries_name, summaries_bytes, contract_count)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (session_date) do update set file_id = excluded.file_id,
       prints_name = excluded.prints_name, prints_bytes = excluded.prints_bytes,
       print_count = excluded.print_count, summaries_name = excluded.summaries_name,
       summaries_bytes = excluded.summaries_bytes, contract_count = excluded.contract_count`,
    [
      day.sessionDate,
      fileId,
      day.printsName,
      day.printBytes,
      day.prints,
      day.summariesName,
      day.summaryBytes,
      day.contracts,
    ],
  );
}
