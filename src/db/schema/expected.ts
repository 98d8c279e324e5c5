// The schema as the files would have it: built in a scratch database of the same server, read, and dropped again.
import { randomBytes } from 'node:crypto';
import { escapeIdentifier } from 'pg';
import { Refusal } from '../../lib/refusal.ts';
import { migrate } from '../migrate.ts';
import { type Database, openDatabase } from '../pool.ts';
import { lookAtRoles } from '../roles.ts';
import { codeOf, SQLSTATE } from '../sqlstate.ts';
import { type Fact, readCatalog } from './catalog.ts';
import { compareCatalogs, type Difference } from './drift.ts';
import { readSchema, type SchemaFiles } from './files.ts';

const STATEMENT_MS_MAX = 60_000;

/**
 * Runs the work on a scratch database that has the schema of the files and is dropped afterwards. Roles, which belong
 * to the server and not to it, stay as they are. Throws a Refusal where the role may not create a database.
 * @param url address of any database of the server
 */
async function withScratch<Result>(
  owner: Database,
  url: string,
  schema: SchemaFiles,
  work: (scratch: Database) => Promise<Result>,
): Promise<Result> {
  const name = `spyhop_scratch_${randomBytes(6).toString('hex')}`;
  try {
    // Outside of a transaction, where alone a database can be made.
    await owner.change(`create database ${escapeIdentifier(name)} template template0`);
  } catch (error) {
    if (codeOf(error) !== SQLSTATE.noPrivilege) throw error;
    const message =
      'the schema of the files is built in a database of its own beside yours, and this role may not create one: ' +
      'let it (alter role … createdb), or run this as a role that may';
    throw new Refusal(message, { cause: error });
  }
  const address = new URL(url);
  address.pathname = `/${name}`;
  const scratch = openDatabase({
    url: address.toString(),
    connectionsMax: 2,
    statementMsMax: STATEMENT_MS_MAX,
    onConnectionLost: () => {},
  });
  try {
    await migrate(scratch, schema, { leaveRoles: true });
    return await work(scratch);
  } finally {
    await scratch.close();
    await owner.change(`drop database ${escapeIdentifier(name)} with (force)`);
  }
}

/** Differences between the files and a database, with the facts of both. */
export interface Drift {
  readonly differences: readonly Difference[];
  readonly expected: readonly Fact[];
  readonly actual: readonly Fact[];
}

/** Compares the schema of a database, and its roles, with that of the files. */
export async function findDrift(
  db: Database,
  url: string,
  schema: SchemaFiles = readSchema(),
): Promise<Drift> {
  const actual = await readCatalog(db);
  const { faults } = await lookAtRoles(db);
  const expected = await withScratch(db, url, schema, readCatalog);
  const roles = faults.map((fault): Difference => ({
    kind: 'role',
    name: /spyhop_\w+/.exec(fault)?.[0] ?? 'spyhop',
    change: 'different',
    attribute: fault,
    expected: null,
    actual: null,
  }));
  return { differences: [...compareCatalogs(expected, actual), ...roles], expected, actual };
}
