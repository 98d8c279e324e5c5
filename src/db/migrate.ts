// Bringing a database to the schema of the files: migrations forward, each in a transaction, objects when changed.
import { Refusal } from '../lib/refusal.ts';
import type { Database, Queries, Transaction } from './pool.ts';
import { ensureRoles, lookAtRoles, type RoleReport } from './roles.ts';
import { type Migration, readSchema, type SchemaFiles, type SchemaObject } from './schema/files.ts';
import { codeOf, SQLSTATE } from './sqlstate.ts';

/** Held by whoever changes the schema, so that starts at the same time wait for each other. */
const SCHEMA_LOCK = 7_796_401;

/** A migration of a large table may take an hour, and a start waits for another's. */
const MIGRATION = { statementMsMax: 3_600_000 };

/** What migrating would do. */
export interface MigrationPlan {
  /** The newest migration that was applied; null on an empty database. */
  readonly newest: string | null;
  /** Migrations that were not applied yet, in order. */
  readonly migrations: readonly Migration[];
  /** Objects that are new or whose text has changed. */
  readonly objects: readonly SchemaObject[];
  /** What is to be known of the roles. */
  readonly roles: RoleReport;
  /** True when the roles are to be made or the rights to be granted; never when the connection may not make them. */
  readonly grants: boolean;
}

/** True when there is nothing to do. */
export function isDone({ migrations, objects, grants }: MigrationPlan): boolean {
  return migrations.length === 0 && objects.length === 0 && !grants;
}

/** What was done. */
export interface MigrationReport {
  /** Names of the migrations applied, in order. */
  readonly migrations: readonly string[];
  /** Names of the objects applied because they were new or had changed. */
  readonly objects: readonly string[];
  /** Whether rights were granted. */
  readonly grants: boolean;
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

/**
 * Says what {@link migrate} would do, and changes nothing. Throws a Refusal when the database is of a newer spyhop, or
 * a migration that was applied has been changed since.
 */
export async function planMigration(db: Queries, schema: SchemaFiles = readSchema()): Promise<MigrationPlan> {
  const roles = await lookAtRoles(db);
  const grantable = roles.complete || roles.mayCreate;
  const [books] = await db.rows<{ there: boolean }>(
    "select to_regclass('spyhop.schema_object') is not null as there",
  );
  if (books?.there !== true) {
    const { migrations, objects } = schema;
    return { newest: null, migrations, objects, roles, grants: grantable };
  }
  const applied = await appliedMigrations(db, schema.migrations);
  const done = new Set(applied.map(({ number }) => number));
  return {
    newest: applied.at(-1)?.name ?? null,
    migrations: schema.migrations.filter(({ number }) => !done.has(number)),
    objects: await changedObjects(db, schema.objects),
    roles,
    grants: grantable && (!roles.complete || (await changedObjects(db, [schema.grants])).length > 0),
  };
}

async function appliedMigrations(
  db: Queries,
  migrations: readonly Migration[],
): Promise<Pick<Migration, 'number' | 'name'>[]> {
  const applied = await db.rows<Pick<Migration, 'number' | 'name' | 'checksum'>>(
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
  return applied;
}

async function changedObjects(db: Queries, objects: readonly SchemaObject[]): Promise<SchemaObject[]> {
  const applied = await db.rows<SchemaObject>('select name, checksum from spyhop.schema_object');
  const known = new Map(applied.map(({ name, checksum }) => [name, checksum]));
  return objects.filter(({ name, checksum }) => known.get(name) !== checksum);
}

async function locked<Result>(
  db: Database,
  work: (transaction: Transaction) => Promise<Result>,
): Promise<Result> {
  return db.transaction(async (transaction) => {
    await transaction.rows('select pg_advisory_xact_lock($1)', [SCHEMA_LOCK]);
    return work(transaction);
  }, MIGRATION);
}

async function applyNext(transaction: Transaction, schema: SchemaFiles): Promise<string | null> {
  const applied = await appliedMigrations(transaction, schema.migrations);
  const done = new Set(applied.map(({ number }) => number));
  const next = schema.migrations.find(({ number }) => !done.has(number));
  if (next === undefined) return null;
  await transaction.client.query(next.text);
  await transaction.change(
    'insert into spyhop.schema_migration (number, name, checksum) values ($1, $2, $3)',
    [next.number, next.name, next.checksum],
  );
  await forgetGrants(transaction, schema);
  return next.name;
}

/** New tables and functions have no rights yet: whatever happens to us, they are granted before this is done. */
async function forgetGrants(transaction: Transaction, { grants }: SchemaFiles): Promise<void> {
  await transaction.change('delete from spyhop.schema_object where name = $1', [grants.name]);
}

async function applyObjects(transaction: Transaction, objects: readonly SchemaObject[]): Promise<string[]> {
  for (const { name, text, checksum } of objects) {
    await transaction.client.query(text);
    await transaction.change(
      `insert into spyhop.schema_object (name, checksum) values ($1, $2)
       on conflict (name) do update set checksum = excluded.checksum`,
      [name, checksum],
    );
  }
  return objects.map(({ name }) => name);
}

/** Makes the roles where that is allowed, and gives them their rights. */
async function grant(db: Database, { grants }: SchemaFiles, leaveRoles: boolean): Promise<boolean> {
  const roles = await (leaveRoles ? lookAtRoles(db) : ensureRoles(db));
  if (!roles.complete) return false;
  return locked(db, async (transaction) => {
    const granted = await applyObjects(transaction, await changedObjects(transaction, [grants]));
    return granted.length > 0;
  });
}

/**
 * Brings the database to the schema of the files. Harmless when done twice or by two at once; where nothing is to be
 * done nothing is asked of the role but to read.
 * Throws a Refusal when the database is of a newer spyhop, a migration that was applied has been changed since, or
 * the role may not change the schema.
 * @param reapply applies every object again, also one whose text did not change: that undoes changes made by hand
 * @param leaveRoles makes and mends no role of the server
 */
export async function migrate(
  db: Database,
  schema: SchemaFiles = readSchema(),
  { reapply = false, leaveRoles = false }: { readonly reapply?: boolean; readonly leaveRoles?: boolean } = {},
): Promise<MigrationReport> {
  if (isDone(await planMigration(db, schema)) && !reapply) {
    return { migrations: [], objects: [], grants: false };
  }
  try {
    const migrations: string[] = [];
    await locked(db, ({ client }) => client.query(BOOKS));
    for (;;) {
      const name = await locked(db, (transaction) => applyNext(transaction, schema));
      if (name === null) break;
      migrations.push(name);
    }
    const objects = await locked(db, async (transaction) => {
      const wanted = reapply ? schema.objects : await changedObjects(transaction, schema.objects);
      if (wanted.length > 0) await forgetGrants(transaction, schema);
      return applyObjects(transaction, wanted);
    });
    return { migrations, objects, grants: await grant(db, schema, leaveRoles) };
  } catch (error) {
    if (codeOf(error) !== SQLSTATE.noPrivilege) throw error;
    const said = (error as Error).message;
    const fix = 'let its owner run spyhop db migrate, or grant it the right';
    throw new Refusal(`the role of the database may not change the schema (${said}): ${fix}`, {
      cause: error,
    });
  }
}
