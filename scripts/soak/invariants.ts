// What must hold after every round, compared with a day on which nothing failed.
//
// I1 received = stored + duplicate + discarded. I2 every print once, none else. I3 sums = recomputed from prints.
// I4 every alert of the calm day once. I5 who could not store said so. I6 memory and recovery stay bounded.
// I7 the database's own structures are whole (amcheck).
import type { Database } from '../../src/db/pool.ts';
import { sealDay } from '../../src/db/seal.ts';
import { verifyDay } from '../../src/db/verify.ts';
import type { ChildReport } from './child.ts';
import { PRINTS, SESSION } from './day.ts';

/** What the calm day left. */
export interface CalmDay {
  /** The prints, by row. */
  readonly prints: readonly string[];
  /** Bodies of the alerts by id. */
  readonly alerts: ReadonlyMap<string, string>;
}

/** What a round may cost. */
export interface Allowance {
  /** Rows of the tape that the database was made to refuse. */
  readonly refusedRows?: ReadonlySet<number>;
  /** Prints that a damaged journal may take with it, before they were stored. */
  readonly missingMax?: number;
}

const RSS_MB_MAX = 600;
const RECOVERY_MS_MAX = 30_000;

const STORED = `
  select tape_row as row, concat_ws(' ', osi, at_ms, price_e4, size, condition, exchange, sequence) as print
  from spyhop.print join spyhop.contract using (contract_id) where session_date = $1 order by tape_row`;

async function storedPrints(db: Database): Promise<{ row: number; print: string }[]> {
  return db.rows<{ row: number; print: string }>(STORED, [SESSION.date]);
}

async function storedAlerts(db: Database): Promise<Map<string, string>> {
  const rows = await db.rows<{ id: string; body: string }>(
    'select alert_id as id, body::text from spyhop.alert order by insertion',
  );
  return new Map(rows.map(({ id, body }) => [id, body]));
}

export async function readCalmDay(db: Database): Promise<CalmDay> {
  const prints = (await storedPrints(db)).map(({ print }) => print);
  return { prints, alerts: await storedAlerts(db) };
}

function checkPrints(
  calm: CalmDay,
  stored: readonly { row: number; print: string }[],
  allowance: Allowance,
): string[] {
  const { refusedRows, missingMax = 0 } = allowance;
  const faults: string[] = [];
  if (missingMax > 0) {
    // Rows may have moved up where the journal lost some: what is there is of the day, and nothing is there twice.
    const known = new Set(calm.prints);
    const seen = new Set(stored.map(({ print }) => print));
    if (seen.size !== stored.length) faults.push(`I2: ${stored.length - seen.size} prints are there twice`);
    const strangers = [...seen].filter((print) => !known.has(print)).length;
    if (strangers > 0) faults.push(`I2: ${strangers} prints are not of the day`);
    const missing = calm.prints.length - seen.size;
    if (missing > missingMax) faults.push(`I2: ${missing} prints are missing, ${missingMax} were damaged`);
    return faults;
  }
  const expected = calm.prints
    .map((print, row) => ({ row, print }))
    .filter(({ row }) => refusedRows?.has(row) !== true);
  const wrong = expected.findIndex(
    ({ row, print }, n) => stored[n]?.row !== row || stored[n].print !== print,
  );
  if (wrong >= 0) faults.push(`I2: row ${expected[wrong]!.row} is ${stored[wrong]?.print ?? 'missing'}`);
  if (stored.length !== expected.length)
    faults.push(`I2: ${stored.length} prints, ${expected.length} expected`);
  return faults;
}

function checkAlerts(
  calm: CalmDay,
  stored: ReadonlyMap<string, string>,
  report: ChildReport,
  lenient: boolean,
): string[] {
  const faults: string[] = [];
  const lacking = [...calm.alerts].filter(([id, body]) => stored.get(id) !== body).length;
  const extra = [...stored.keys()].filter((id) => !calm.alerts.has(id)).length;
  if (!lenient && lacking > 0) faults.push(`I4: ${lacking} alerts are missing or differ`);
  if (!lenient && extra > 0) faults.push(`I4: ${extra} alerts that the calm day has not`);
  if (new Set(report.told).size !== report.told.length) faults.push('I4: an alert was told twice');
  return faults;
}

async function checkStructures(db: Database): Promise<string[]> {
  await db.change('create extension if not exists amcheck');
  const indexes = `select count(bt_index_check(i.indexrelid)) as checked
    from pg_index i join pg_class c on c.oid = i.indexrelid join pg_am a on a.oid = c.relam
    where a.amname = 'btree' and c.relkind = 'i' and i.indisvalid and c.relnamespace = 'spyhop'::regnamespace`;
  const heaps = `select relname as name, msg from pg_class
    cross join lateral verify_heapam(pg_class.oid) where relkind = 'r' and relnamespace = 'spyhop'::regnamespace`;
  try {
    await db.rows(indexes);
    return (await db.rows<{ name: string; msg: string }>(heaps)).map(
      ({ name, msg }) => `I7: ${name}: ${msg}`,
    );
  } catch (error) {
    return [`I7: ${String(error)}`];
  }
}

/** Between two strikes: what is stored is the beginning of the day, every print once. */
export async function checkPrefix(db: Database, calm: CalmDay): Promise<string[]> {
  const stored = await storedPrints(db);
  const wrong = stored.findIndex(({ row, print }, n) => row !== n || print !== calm.prints[n]);
  return wrong < 0
    ? []
    : [`I2: row ${wrong} of the beginning is ${stored[wrong]!.row} ${stored[wrong]!.print}`];
}

/** Checks all of them after a round that came to its end; gives what does not hold. */
export async function checkRound(
  db: Database,
  calm: CalmDay,
  report: ChildReport,
  allowance: Allowance = {},
): Promise<string[]> {
  const faults: string[] = [];
  const { refusedRows, missingMax = 0 } = allowance;
  const { received, stored, duplicate, refused, left, unaccounted } = report;
  if (received !== stored + duplicate + refused || left > 0) faults.push(`I1: ${JSON.stringify(report)}`);
  // What the journal was made to lose is told by it, and nothing else may be unaccounted for.
  if ((unaccounted < 0 || unaccounted > missingMax) && report.lostRecords === 0)
    faults.push(`I1: ${unaccounted} rows are unaccounted for`);
  if (refusedRows === undefined && refused > 0) faults.push(`I1: ${refused} rows were refused`);
  faults.push(...checkPrints(calm, await storedPrints(db), allowance));
  const { differences } = await verifyDay(db, SESSION.date);
  faults.push(...differences.slice(0, 3).map((difference) => `I3: ${JSON.stringify(difference)}`));
  faults.push(...checkAlerts(calm, await storedAlerts(db), report, missingMax > 0));
  if (report.rssMb > RSS_MB_MAX) faults.push(`I6: ${report.rssMb.toFixed(0)} MB`);
  if (report.recoveryMs > RECOVERY_MS_MAX)
    faults.push(`I6: recovered after ${report.recoveryMs.toFixed(0)} ms`);
  const sealed = await sealDay(db, SESSION.date);
  if (missingMax === 0 && sealed !== PRINTS - (refusedRows?.size ?? 0))
    faults.push(`I2: ${sealed} prints sealed`);
  faults.push(...(await checkStructures(db)));
  return faults;
}
