// Restoring a copy: held against its own checksum first, then into empty tables in one transaction.
import { escapeIdentifier } from 'pg';
import { Refusal } from '../../lib/refusal.ts';
import { migrate, planMigration } from '../migrate.ts';
import type { Database, Transaction } from '../pool.ts';
import { readSchema, type SchemaFiles } from '../schema/files.ts';
import { type CopyHead, readCopy } from './format.ts';
import { type CopiedTable, copiedTables } from './tables.ts';

/** Rows sent in one statement. */
const CHUNK_ROWS = 2_000;
const IMPORT = { statementMsMax: 600_000 };

/** What was restored. */
export interface RestoreReport {
  readonly head: CopyHead;
  readonly rows: number;
  readonly tables: Readonly<Record<string, number>>;
}

/** Reads the whole file once and takes nothing: what is damaged is refused before the database is touched. */
async function checkCopy(path: string): Promise<{ readonly head: CopyHead; readonly rows: number }> {
  let head: CopyHead | null = null;
  let rows = 0;
  for await (const line of readCopy(path)) {
    if (line.kind === 'head') head = line.head;
    if (line.kind === 'row') rows++;
  }
  return { head: head!, rows };
}

/**
 * Restores a copy into a database that is empty: all of it, or nothing. A copy of an older schema is restored under
 * that schema, and migrated then. The files in it are remembered, but their days are not there any more: importing
 * one again loads it. Throws a Refusal when the copy is damaged, or the database has rows already.
 */
export async function restoreCopy(
  db: Database,
  path: string,
  onProgress: (done: number, total: number) => void = () => {},
  schema: SchemaFiles = readSchema(),
): Promise<RestoreReport> {
  const { head, rows: total } = await checkCopy(path);
  await prepareSchema(db, path, head, schema);
  const counts: Record<string, number> = {};
  let rows = 0;
  await db.transaction(async (transaction) => {
    await transaction.rows('set local idle_in_transaction_session_timeout = 0');
    const tables = new Map((await copiedTables(transaction)).map((table) => [table.name, table]));
    await requireEmpty(transaction, [...tables.keys()]);
    let into: { readonly insert: string; readonly table: CopiedTable } | null = null;
    let waiting: string[] = [];
    const flush = async (): Promise<void> => {
      if (into === null || waiting.length === 0) return;
      counts[into.table.name] = (counts[into.table.name] ?? 0) + waiting.length;
      rows += waiting.length;
      await transaction.change(into.insert, [waiting]);
      waiting = [];
      onProgress(rows, total);
    };
    for await (const line of readCopy(path)) {
      if (line.kind === 'table') {
        await flush();
        into = insertInto(path, tables.get(line.table), line.table, line.columns);
      } else if (line.kind === 'row') {
        waiting.push(line.text);
        if (waiting.length >= CHUNK_ROWS) await flush();
      }
    }
    await flush();
    await finish(transaction, [...tables.values()]);
  }, IMPORT);
  await migrate(db, schema);
  return { head, rows, tables: counts };
}

/** Brings the database to the schema of the copy: that of this spyhop, or an older one. */
async function prepareSchema(db: Database, path: string, head: CopyHead, schema: SchemaFiles): Promise<void> {
  const at = schema.migrations.findIndex(({ name }) => name === head.schema);
  if (at < 0) {
    throw new Refusal(`${path} has a newer schema (${head.schema}) than this spyhop knows: use a newer one`);
  }
  const { newest } = await planMigration(db, schema);
  if (newest !== null && schema.migrations.findIndex(({ name }) => name === newest) > at) {
    const fix = 'restore it into a new database, which is then migrated';
    throw new Refusal(`${path} was made under ${head.schema} and the database is at ${newest}: ${fix}`);
  }
  const isNewest = at === schema.migrations.length - 1;
  const then = { ...schema, migrations: schema.migrations.slice(0, at + 1) };
  // Objects of today may speak of what an older schema has not yet; they follow with the migrations after it.
  await migrate(db, isNewest ? schema : { ...then, objects: [] });
}

async function requireEmpty(transaction: Transaction, names: readonly string[]): Promise<void> {
  const tables = names.map((name) => `spyhop.${escapeIdentifier(name)}`);
  await transaction.rows(`lock table ${tables.join(', ')} in share row exclusive mode`);
  for (const table of tables) {
    const [row] = await transaction.rows<{ used: boolean }>(`select exists (select from ${table}) as used`);
    if (row?.used !== true) continue;
    const fix = 'restore into an empty database, with another --data-dir or DATABASE_URL';
    throw new Refusal(`${table} has rows already, and a copy is not mixed with them: ${fix}`);
  }
}

function insertInto(
  path: string,
  table: CopiedTable | undefined,
  name: string,
  columns: readonly string[],
): { readonly insert: string; readonly table: CopiedTable } {
  const types = columns.map((column) => table?.columns.find((known) => known.name === column)?.type);
  if (table === undefined || types.includes(undefined)) {
    throw new Refusal(
      `${path} has ${name} (${columns.join(', ')}), which this schema has not: use another copy`,
    );
  }
  const values = types.map((type, at) => `(line.row ->> ${at})::${type}`);
  const insert = `
    insert into spyhop.${escapeIdentifier(name)} (${columns.map(escapeIdentifier).join(', ')})
    overriding system value
    select ${values.join(', ')} from (select text::json as row from unnest($1::text[]) as text) as line`;
  return { insert, table };
}

const NUMBERS = new Set(['smallint', 'integer', 'bigint']);

/** Numbers go on behind those restored; files count as remembered, not as loaded. */
async function finish(transaction: Transaction, tables: readonly CopiedTable[]): Promise<void> {
  for (const { name, columns } of tables) {
    const table = `spyhop.${escapeIdentifier(name)}`;
    for (const column of columns.filter(({ type }) => NUMBERS.has(type))) {
      await transaction.rows(
        `select setval(sequence, last) from (
           select pg_get_serial_sequence($1, $2) as sequence,
             (select max(${escapeIdentifier(column.name)}) from ${table}) as last
         ) as numbering where sequence is not null and last is not null`,
        [table, column.name],
      );
    }
  }
  await transaction.change('update spyhop.imported_file set is_current = false where is_current');
}
