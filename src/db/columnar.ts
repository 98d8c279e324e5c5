// Days in columns: whether the server's TimescaleDB has a columnstore, and the sessions that are moved into it.
import { sessionsBefore } from '../domain/session.ts';
import type { Database, Queries } from './pool.ts';

/**
 * Sessions that stay plain tables, the newest among them. In that time the file of a day takes the live day's place and
 * late prints come; both are cheap in a table of its own and dear in columns.
 */
const CORRECTION_SESSIONS = 2;

/** A day of 10 M prints is written, compressed and read back in some minutes. */
const BULK = { statementMsMax: 1_800_000 };

/** What the server has of TimescaleDB. */
export interface Timescale {
  /** Of the extension in this database; null when it was not created here. */
  readonly version: string | null;
  /** Version that could be created here; null when the server has none. */
  readonly available: string | null;
  /** `timescale` has columns, `apache` has not; null without the extension. */
  readonly license: string | null;
  /** True when sessions are moved into columns. */
  readonly columnstore: boolean;
  /** Sessions that lie in columns now. */
  readonly sessions: number;
}

const LOOK = `
  select (select extversion from pg_extension where extname = 'timescaledb') as version,
    (select default_version from pg_available_extensions where name = 'timescaledb') as available,
    current_setting('timescaledb.license', true) as license,
    to_regproc('spyhop.columnstore_schema') is not null as made`;
const SESSIONS = `
  select spyhop.columnstore_schema() is not null as columnstore,
    (select count(*) from spyhop.journal_position where columnar) as sessions`;

/** Looks at the extension. A schema that was not brought up to date yet has no columns. */
export async function lookAtTimescale(db: Queries): Promise<Timescale> {
  const [found] = await db.rows<Omit<Timescale, 'columnstore' | 'sessions'> & { made: boolean }>(LOOK);
  const { version = null, available = null, license = null, made = false } = found ?? {};
  const [used] = made ? await db.rows<Pick<Timescale, 'columnstore' | 'sessions'>>(SESSIONS) : [];
  return {
    version,
    available,
    license: version === null ? null : license,
    columnstore: used?.columnstore ?? false,
    sessions: used?.sessions ?? 0,
  };
}

/** What was found, in one sentence for people. */
export function sentenceOf({ version, available, license, columnstore, sessions }: Timescale): string {
  if (version === null) {
    if (available === null) return 'The server has no TimescaleDB: prints stay in plain tables.';
    const fix = '"create extension timescaledb" puts prints in columns';
    return `The server has TimescaleDB ${available}, this database has not: ${fix}.`;
  }
  const edition = `TimescaleDB ${version} with the licence "${license ?? 'unknown'}"`;
  if (!columnstore) return `${edition} has no columnstore that can be used: prints stay in plain tables.`;
  return (
    `${edition}: prints move into columns after ${CORRECTION_SESSIONS} sessions, ` +
    `${sessions === 1 ? '1 session lies' : `${sessions} sessions lie`} there.`
  );
}

/** Sessions due to move when `sealed` is the newest that may be sealed, oldest first; none without a columnstore. */
export async function columnarDays(db: Queries, sealed: string): Promise<readonly string[]> {
  const until = sessionsBefore(sealed, CORRECTION_SESSIONS)[0];
  if (until === undefined) return [];
  const rows = await db.rows<{ date: string }>(
    `select session_date as date from spyhop.journal_position
     where spyhop.columnstore_schema() is not null and sealed and not columnar and session_date <= $1::date
       and to_regclass('spyhop.print_' || to_char(session_date, 'YYYYMMDD')) is not null
     order by 1`,
    [until],
  );
  return rows.map(({ date }) => date);
}

/**
 * Moves a sealed session into columns, all or nothing. Gives the prints that were moved; null when there was nothing to
 * do. Throws the server's error, and then the session stays the table it was.
 */
export async function moveToColumns(db: Database, sessionDate: string): Promise<number | null> {
  return db.transaction(async (transaction) => {
    const [row] = await transaction.rows<{ prints: number | null }>(
      'select spyhop.columnar_day($1::date) as prints',
      [sessionDate],
    );
    return row?.prints ?? null;
  }, BULK);
}
