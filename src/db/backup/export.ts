// Writing a copy: every table that cannot be had again, as one moment of the database, into one file that vouches.
import { createHash } from 'node:crypto';
import { createWriteStream, existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { escapeIdentifier } from 'pg';
import { Refusal, refusalOf } from '../../lib/refusal.ts';
import { planMigration } from '../migrate.ts';
import type { Database, Transaction } from '../pool.ts';
import { readSchema, type SchemaFiles } from '../schema/files.ts';
import { COPY_FORMAT, COPY_VERSION, type CopyHead } from './format.ts';
import { type CopiedTable, copiedTables } from './tables.ts';

/** Rows fetched at a time. */
const FETCH_ROWS = 5_000;
/** A fetch sorts its table first, which may be the values of ten baselines. */
const EXPORT = { statementMsMax: 600_000 };

/** What was written. */
export interface CopyReport {
  readonly rows: number;
  readonly bytes: number;
  readonly tables: Readonly<Record<string, number>>;
}

/** The rows of a table as lines, a fetch at a time, in the order of its key. */
async function* linesOf(transaction: Transaction, table: CopiedTable): AsyncGenerator<string[]> {
  const columns = table.columns.map(({ name }) => `${escapeIdentifier(name)}::text`).join(', ');
  const order = table.key.length === 0 ? '' : ` order by ${table.key.map(escapeIdentifier).join(', ')}`;
  await transaction.rows(
    `declare copied no scroll cursor for
     select json_build_array(${columns})::text as line from spyhop.${escapeIdentifier(table.name)}${order}`,
  );
  for (;;) {
    const rows = await transaction.rows<{ line: string }>(`fetch ${FETCH_ROWS} from copied`);
    if (rows.length === 0) break;
    yield rows.map(({ line }) => line);
  }
  await transaction.rows('close copied');
}

/**
 * Writes a copy, gzipped when the name ends in .gz, readable by its owner alone. The file is there whole or not at all.
 * Throws a Refusal when it exists already, cannot be written, or the schema is not that of this spyhop.
 * @param madeAtMs epoch ms, for the record
 * @param onProgress told how many rows are written, of how many about
 */
export async function writeCopy(
  db: Database,
  path: string,
  madeAtMs: number,
  onProgress: (done: number, total: number) => void = () => {},
  schema: SchemaFiles = readSchema(),
): Promise<CopyReport> {
  if (existsSync(path)) throw new Refusal(`${path} exists already: remove it or choose another name`);
  const { newest, migrations } = await planMigration(db, schema);
  if (newest === null || migrations.length > 0) {
    throw new Refusal('the schema is not that of this spyhop: spyhop db migrate first');
  }
  const head: CopyHead = {
    format: COPY_FORMAT,
    version: COPY_VERSION,
    schema: newest,
    madeAt: new Date(madeAtMs).toISOString(),
  };
  const draft = `${path}.part`;
  const tables: Record<string, number> = {};
  try {
    const rows = await db.transaction(async (transaction) => {
      // One moment of all tables: what is said of a run and its values belongs together.
      await transaction.rows('set transaction isolation level repeatable read read only');
      await transaction.rows('set local idle_in_transaction_session_timeout = 0');
      const source = Readable.from(linesOfCopy(transaction, head, tables, onProgress));
      const file = createWriteStream(draft, { mode: 0o600 });
      await (path.endsWith('.gz') ? pipeline(source, createGzip(), file) : pipeline(source, file));
      return Object.values(tables).reduce((sum, count) => sum + count, 0);
    }, EXPORT);
    renameSync(draft, path);
    return { rows, bytes: statSync(path).size, tables };
  } catch (error) {
    rmSync(draft, { force: true });
    throw refusalOf(path, error);
  }
}

async function* linesOfCopy(
  transaction: Transaction,
  head: CopyHead,
  counts: Record<string, number>,
  onProgress: (done: number, total: number) => void,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  const line = (text: string): Buffer => {
    const bytes = Buffer.from(`${text}\n`);
    hash.update(bytes);
    return bytes;
  };
  const tables = await copiedTables(transaction);
  const total = await estimate(transaction, tables);
  let rows = 0;
  yield line(JSON.stringify(head));
  for (const table of tables) {
    counts[table.name] = 0;
    yield line(JSON.stringify({ table: table.name, columns: table.columns.map(({ name }) => name) }));
    for await (const lines of linesOf(transaction, table)) {
      yield line(lines.join('\n'));
      counts[table.name]! += lines.length;
      rows += lines.length;
      onProgress(rows, Math.max(total, rows));
    }
  }
  yield Buffer.from(`${JSON.stringify({ end: true, rows, sha256: hash.digest('hex') })}\n`);
}

/** Rows there are about, for the progress. */
async function estimate(transaction: Transaction, tables: readonly CopiedTable[]): Promise<number> {
  const [row] = await transaction.rows<{ total: number }>(
    `select coalesce(sum(greatest(reltuples, 0)), 0)::float8 as total from pg_class
     where relnamespace = to_regnamespace('spyhop') and relname = any ($1)`,
    [tables.map(({ name }) => name)],
  );
  return row?.total ?? 0;
}
