// The schema from its files: migrations that go forward, each in a transaction, and objects applied again when changed.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { digest } from '../lib/digest.ts';
import { Refusal } from '../lib/refusal.ts';
import type { Database, Transaction } from './pool.ts';

/** Held by whoever changes the schema, so that starts at the same time wait for each other. */
const SCHEMA_LOCK = 7_796_401;
/** Functions before the views and triggers that use them. */
const OBJECT_KINDS = ['functions', 'views', 'triggers'] as const;

/** A migration of a large table may take an hour, and a start waits for another's. */
const MIGRATION = { statementMsMax: 3_600_000 };

interface Migration {
  readonly number: number;
  readonly name: string;
  readonly text: string;
  readonly checksum: string;
}

interface SchemaObject {
  readonly name: string;
  readonly text: string;
  readonly checksum: string;
}

/** The files a schema is made of. */
export interface SchemaFiles {
  readonly migrations: readonly Migration[];
  readonly objects: readonly SchemaObject[];
}

/** What was done. */
export interface MigrationReport {
  /** Names of the migrations applied, in order. */
  readonly migrations: readonly string[];
  /** Names of the objects applied because they were new or had changed. */
  readonly objects: readonly string[];
}

const SQL_FOLDER = join(import.meta.dirname, '../../sql');

function filesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .toSorted();
}

/** Reads the schema's files: `migrations/0001_name.sql` and `objects/KIND/name.sql` in a folder. */
export function readSchema(folder = SQL_FOLDER): SchemaFiles {
  const migrations = filesIn(join(folder, 'migrations')).map((file) => {
    const text = readFileSync(join(folder, 'migrations', file), 'utf8');
    return {
      number: Number.parseInt(file, 10),
      name: basename(file, '.sql'),
      text,
      checksum: digest(text, 64),
    };
  });
  const objects = OBJECT_KINDS.flatMap((kind) =>
    // A kind that nobody has needed yet has no folder: version control keeps none that is empty.
    (existsSync(join(folder, 'objects', kind)) ? filesIn(join(folder, 'objects', kind)) : []).map((file) => {
      const text = readFileSync(join(folder, 'objects', kind, file), 'utf8');
      return { name: `${kind}/${basename(file, '.sql')}`, text, checksum: digest(text, 64) };
    }),
  );
  return { migrations, objects };
}

const BOOKS = `
  create schema if not exists spyhop;
  create table if not exists spyhop.schema_migration (
    number int primary key,
    name text not null,
    checksum text not null
  );
  create table if not exists spyhop.schema_object (
    name text primary key,
    checksum text not null
  );
  comment on table spyhop.schema_migration is 'Migrations that were applied, with the digest of their text.';
  comment on table spyhop.schema_object is 'Functions, views and triggers as they were applied last.';
`;

async function locked<Result>(
  db: Database,
  work: (transaction: Transaction) => Promise<Result>,
): Promise<Result> {
  return db.transaction(async (transaction) => {
    await transaction.rows('select pg_advisory_xact_lock($1)', [SCHEMA_LOCK]);
    return work(transaction);
  }, MIGRATION);
}

async function nextMigration(
  transaction: Transaction,
  migrations: readonly Migration[],
): Promise<Migration | null> {
  const applied = await transaction.rows<{ number: number; name: string; checksum: string }>(
    'select number, name, checksum from spyhop.schema_migration order by number',
  );
  for (const { number, name, checksum } of applied) {
    const known = migrations.find((migration) => migration.number === number);
    if (known === undefined) {
      throw new Refusal(
        `the database has a newer schema (${name}) than this spyhop knows: ` +
          'start the newer version, or give it another database',
      );
    }
    if (known.checksum !== checksum) {
      throw new Refusal(
        `sql/migrations/${name}.sql is not the file that was applied: ` +
          'restore it and write a new migration instead',
      );
    }
  }
  const done = new Set(applied.map(({ number }) => number));
  return migrations.find(({ number }) => !done.has(number)) ?? null;
}

async function applyObjects(transaction: Transaction, objects: readonly SchemaObject[]): Promise<string[]> {
  const applied = await transaction.rows<SchemaObject>('select name, checksum from spyhop.schema_object');
  const known = new Map(applied.map(({ name, checksum }) => [name, checksum]));
  const changed = objects.filter(({ name, checksum }) => known.get(name) !== checksum);
  for (const { name, text, checksum } of changed) {
    await transaction.client.query(text);
    await transaction.change(
      `insert into spyhop.schema_object (name, checksum) values ($1, $2)
       on conflict (name) do update set checksum = excluded.checksum`,
      [name, checksum],
    );
  }
  return changed.map(({ name }) => name);
}

/**
 * Brings the database to the schema of the files. Harmless when done twice or by two at once.
 * Throws a Refusal when the database is of a newer spyhop, or a migration that was applied has been changed since.
 */
export async function migrate(db: Database, schema: SchemaFiles = readSchema()): Promise<MigrationReport> {
  const migrations: string[] = [];
  await locked(db, ({ client }) => client.query(BOOKS));
  for (;;) {
    const name = await locked(db, async (transaction) => {
      const next = await nextMigration(transaction, schema.migrations);
      if (next === null) return null;
      await transaction.client.query(next.text);
      await transaction.change(
        'insert into spyhop.schema_migration (number, name, checksum) values ($1, $2, $3)',
        [next.number, next.name, next.checksum],
      );
      return next.name;
    });
    if (name === null) break;
    migrations.push(name);
  }
  return {
    migrations,
    objects: await locked(db, (transaction) => applyObjects(transaction, schema.objects)),
  };
}
