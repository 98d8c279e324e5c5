// The roles on a real server: what each of them may not do, whatever it tries, and what the store does without them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressWithoutPassword } from '../../src/db/external.ts';
import { openStore } from '../../src/db/open-store.ts';
import { type Database, openDatabase } from '../../src/db/pool.ts';
import { lookAtRoles, ROLES, setPassword } from '../../src/db/roles.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { cloneDatabase, open, type TestDatabase } from '../support/database.ts';

const DENIED = /permission denied|must be owner|read-only transaction/;

let clone: TestDatabase;
let tables: string[];
beforeAll(async () => {
  clone = await cloneDatabase();
  await clone.db.rows("select spyhop.make_day('2026-11-20')");
  const rows = await clone.db.rows<{ name: string }>(
    `select quote_ident(relname) as name from pg_class
     where relnamespace = 'spyhop'::regnamespace and relkind in ('r', 'p') order by relname`,
  );
  tables = rows.map(({ name }) => `spyhop.${name}`);
});
afterAll(() => clone[Symbol.asyncDispose]());

/** Tries statements one by one; those that were not denied come back. */
async function allowed(db: Database, statements: readonly string[]): Promise<string[]> {
  const done: string[] = [];
  for (const statement of statements) {
    const outcome = await db.rows(statement).catch((error: Error) => error.message);
    if (typeof outcome !== 'string' || !DENIED.test(outcome))
      done.push(`${statement}: ${JSON.stringify(outcome)}`);
  }
  return done;
}

describe.each(['spyhop_reader', 'spyhop_grafana'] as const)('%s', (role) => {
  let db: Database;
  beforeAll(() => {
    db = open(clone.urlAs(role));
  });
  afterAll(() => db.close());

  it('reads every table and view', async () => {
    const views = [
      'prints',
      'bars',
      'flows',
      'days',
      'alerts',
      'normals',
      'market_flows',
      'underlying_days',
      'alert_numbers',
    ].map((name) => `spyhop.${name}`);
    for (const name of [...tables, ...views]) {
      expect(await db.rows(`select count(*) as rows from ${name}`)).toHaveLength(1);
    }
  });

  it('writes nothing, also when it says that it wants to', async () => {
    expect(tables.length).toBeGreaterThan(15);
    const writes = [
      ...tables.flatMap((table) => [
        `delete from ${table}`,
        `insert into ${table} select from ${table}`,
        `truncate ${table}`,
        `drop table ${table}`,
      ]),
      "update spyhop.setting set value = '1'",
      "select nextval('spyhop.alert_insertion_seq')",
      "select spyhop.make_day('2026-11-23')",
      "select spyhop.drop_days_before('print', '2030-01-01')",
      'create table spyhop.mine ()',
      'create table public.mine ()',
      'create schema mine',
      'create role mine',
    ];
    expect(await allowed(db, writes)).toEqual([]);
    const insisting = await db.transaction(async (transaction) => {
      await transaction.rows('set transaction read write');
      return transaction.rows("insert into spyhop.setting values ('x', '1')").catch((error: Error) => error);
    });
    expect(insisting).toMatchObject({ message: 'permission denied for table setting' });
  });
});

describe('spyhop_grafana', () => {
  it('is bound in time and in number', async () => {
    await using own = await cloneDatabase();
    const db = openDatabase({ url: own.urlAs('spyhop_grafana'), connectionsMax: 1, statementMsMax: 30_000 });
    const show = async (name: string): Promise<unknown> => (await db.rows(`show ${name}`))[0];
    expect(await show('statement_timeout')).toEqual({ statement_timeout: '15s' });
    expect(await show('default_transaction_read_only')).toEqual({ default_transaction_read_only: 'on' });
    expect(await show('search_path')).toEqual({ search_path: 'pg_catalog, spyhop, public, pg_temp' });
    await db.close();
    // The same bound, shorter, so that nobody waits for it.
    const database = new URL(own.url).pathname.slice(1);
    await own.db.change(`alter role spyhop_grafana in database ${database} set statement_timeout = '100ms'`);
    const hasty = openDatabase({
      url: own.urlAs('spyhop_grafana'),
      connectionsMax: 1,
      statementMsMax: 30_000,
    });
    await expect(hasty.rows('select pg_sleep(25)')).rejects.toThrow(/statement timeout/);
    await hasty.close();
  });
});

describe('spyhop_writer', () => {
  it('writes rows and makes days, and can neither make, change nor drop a table', async () => {
    const db = open(clone.urlAs('spyhop_writer'));
    expect(await db.rows("select spyhop.make_day('2026-11-24') as made")).toEqual([{ made: 4 }]);
    expect(await db.change("insert into spyhop.setting values ('x', '1')")).toBe(1);
    expect(await db.change("delete from spyhop.setting where name = 'x'")).toBe(1);
    const statements = [
      ...tables.flatMap((table) => [
        `drop table ${table}`,
        `alter table ${table} add column mine int`,
        `create index on ${table} ((1))`,
      ]),
      'create table spyhop.mine ()',
      'create table public.mine ()',
      'create schema mine',
      "insert into spyhop.schema_migration values (99, 'mine', 'x')",
      'create function spyhop.mine() returns int language sql return 1',
    ];
    expect(await allowed(db, statements)).toEqual([]);
    await db.close();
  });
});

describe('a pool that takes a role', () => {
  it('takes it for each transaction and query, and for no longer', async () => {
    const db = openDatabase({
      url: clone.url,
      connectionsMax: 1,
      statementMsMax: 5000,
      role: 'spyhop_reader',
    });
    const asked = 'select current_user::text as "user"';
    expect(await db.rows(asked)).toEqual([{ user: 'spyhop_reader' }]);
    expect(await db.transaction((within) => within.rows(asked))).toEqual([{ user: 'spyhop_reader' }]);
    await expect(db.change("insert into spyhop.setting values ('x', '1')")).rejects.toThrow(DENIED);
    await db.close();
  });
});

describe('an external database whose role may not create roles', () => {
  it('is used as that role until an administrator has made them, and as writer and reader then', async () => {
    await using empty = await cloneDatabase({ migrated: false });
    const address = new URL(empty.url);
    const database = address.pathname.slice(1);
    await empty.db.change(`create role plain_${database} login`);
    await setPassword(empty.db, `plain_${database}`, 'sesame');
    await empty.db.change(`alter database ${database} owner to plain_${database}`);
    [address.username, address.password] = [`plain_${database}`, 'sesame'];
    const settings = { dataDir: '/nowhere', databaseUrl: address.toString(), clock: systemClock() };
    const asked = 'select current_user::text as "user"';

    const before = await openStore(settings);
    expect(before.roles.faults).toEqual([
      'this connection may not take the role spyhop_writer',
      'this connection may not take the role spyhop_reader',
    ]);
    expect(await before.db.rows(asked)).toEqual([{ user: `plain_${database}` }]);
    await expect(before.reader.change("insert into spyhop.setting values ('x', '1')")).rejects.toThrow(
      /read-only transaction/,
    );
    await before.close();

    await empty.db.change(`grant spyhop_writer, spyhop_reader to plain_${database}`);
    const after = await openStore(settings);
    expect(after.roles.faults).toEqual([]);
    expect(await after.db.rows(asked)).toEqual([{ user: 'spyhop_writer' }]);
    expect(await after.reader.rows(asked)).toEqual([{ user: 'spyhop_reader' }]);
    await expect(after.db.change('create table spyhop.mine ()')).rejects.toThrow(DENIED);
    await after.close();
    expect(addressWithoutPassword(settings.databaseUrl)).not.toContain('sesame');
    await empty.db.change(`revoke spyhop_writer, spyhop_reader from plain_${database}`);
    await empty.db.change(`reassign owned by plain_${database} to current_user`);
    await empty.db.change(`drop owned by plain_${database}`);
    await empty.db.change(`drop role plain_${database}`);
  });
});

describe('the roles', () => {
  it('are as they should be once they are made', async () => {
    const report = await lookAtRoles(clone.db);
    expect(report).toMatchObject({ faults: [], complete: true, mayCreate: true });
    expect([...report.usable].toSorted()).toEqual([...ROLES].toSorted());
  });
});
