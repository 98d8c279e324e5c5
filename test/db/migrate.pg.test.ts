// The schema engine on a real server: twice, at once, on a changed file, and on a database of a newer version.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../src/db/migrate.ts';
import { readSchema } from '../../src/db/schema/files.ts';
import { cloneDatabase, open, type TestDatabase } from '../support/database.ts';

describe('migrate', () => {
  let empty: TestDatabase;
  beforeAll(async () => {
    empty = await cloneDatabase({ migrated: false });
  });
  afterAll(() => empty[Symbol.asyncDispose]());

  it('is done once when four start at the same moment', async () => {
    const others = Array.from({ length: 4 }, () => open(empty.url));
    const reports = await Promise.all(others.map((db) => migrate(db)));
    await Promise.all(others.map((db) => db.close()));
    const applied = reports.flatMap(({ migrations }) => migrations);
    expect(applied.toSorted()).toEqual(readSchema().migrations.map(({ name }) => name));
    expect(reports.flatMap(({ objects }) => objects)).toHaveLength(readSchema().objects.length);
    expect(reports.filter(({ grants }) => grants)).toHaveLength(1);
  });

  it('does nothing the second time', async () => {
    expect(await migrate(empty.db)).toEqual({ migrations: [], objects: [], grants: false });
  });

  it('applies an object again when its text changes, and only that', async () => {
    const schema = readSchema();
    const objects = schema.objects.map((object) =>
      object.name === 'functions/session_midnight' ? { ...object, checksum: 'changed' } : object,
    );
    const report = await migrate(empty.db, { ...schema, objects });
    expect(report.objects).toEqual(['functions/session_midnight']);
    expect((await migrate(empty.db)).objects).toEqual(['functions/session_midnight']);
  });

  it('leaves nothing of a migration that fails half-way', async () => {
    const schema = readSchema();
    const broken = {
      number: 1000,
      name: '1000_broken',
      checksum: 'x',
      text: 'create table spyhop.half (); select 1/0;',
    };
    await expect(
      migrate(empty.db, { ...schema, migrations: [...schema.migrations, broken] }),
    ).rejects.toThrow(/division by zero/);
    expect(await empty.db.rows("select to_regclass('spyhop.half') as half")).toEqual([{ half: null }]);
  });

  it('refuses a migration that was changed after it had been applied', async () => {
    const schema = readSchema();
    const migrations = schema.migrations.map((migration) => ({ ...migration, checksum: 'other' }));
    await expect(migrate(empty.db, { ...schema, migrations })).rejects.toThrow(
      /0001_\w+\.sql is not the file that was applied/,
    );
  });

  it('refuses a database that a newer version has migrated', async () => {
    await empty.db.change("insert into spyhop.schema_migration values (9999, '9999_tomorrow', 'x')");
    await expect(migrate(empty.db)).rejects.toThrow(/newer schema \(9999_tomorrow\)/);
  });

  it('says of every table and view in a comment what it is', async () => {
    await using fresh = await cloneDatabase();
    const silent = await fresh.db.rows<{ name: string }>(
      `select relname as name from pg_class
       where relnamespace = 'spyhop'::regnamespace and relkind in ('r', 'p', 'v') and not relispartition
         and obj_description(oid) is null`,
    );
    expect(silent).toEqual([]);
  });
});

describe('prints of the first schema', () => {
  it('become narrow and lose nothing', async () => {
    await using old = await cloneDatabase({ migrated: false });
    const schema = readSchema();
    await migrate(old.db, { ...schema, migrations: schema.migrations.slice(0, 1), objects: [] });
    await old.db
      .change(`insert into spyhop.contract (osi, underlying, root, expiry_date, option_right, strike_mills,
      multiplier, adjusted) values ('O:SPY261218C00650000', 'SPY', 'SPY', '2026-12-18', 'call', 650000, 100, false)`);
    await old.db.change(`create table spyhop.print_20261120 partition of spyhop.print
      for values from ('2026-11-20') to ('2026-11-21')`);
    await old.db.change(`insert into spyhop.print values
      ('2026-11-20 14:31:00.25+00', 7, '2026-11-20', 0, 1, 12050, 500, 209, 302),
      ('2026-11-20 01:15:00+00', 0, '2026-11-20', 1, 1, 10000, 3, 209, 302)`);
    await migrate(old.db);
    expect(
      await old.db.rows(
        `select osi, at::text, at_ms, price_e4, size, p.sequence from spyhop.print p
         join spyhop.prints using (session_date, tape_row, size) order by tape_row`,
      ),
    ).toEqual([
      {
        osi: 'O:SPY261218C00650000',
        at: '2026-11-20 14:31:00.25+00',
        at_ms: 34_260_250,
        price_e4: 12_050,
        size: 500,
        sequence: 7,
      },
      {
        osi: 'O:SPY261218C00650000',
        at: '2026-11-20 01:15:00+00',
        at_ms: -13_500_000,
        price_e4: 10_000,
        size: 3,
        sequence: 0,
      },
    ]);
  });
});

describe('days', () => {
  it('are made ahead, once, and dropped before a date', async () => {
    await using fresh = await cloneDatabase();
    const make = async (day: string): Promise<unknown> =>
      (await fresh.db.rows('select spyhop.make_day($1::date) as made', [day]))[0];
    expect(await make('2026-11-19')).toEqual({ made: 4 });
    expect(await make('2026-11-20')).toEqual({ made: 4 });
    expect(await make('2026-11-20')).toEqual({ made: 0 });
    expect(await fresh.db.rows("select spyhop.drop_days_before('print', '2026-11-20') as dropped")).toEqual([
      { dropped: 1 },
    ]);
    expect(await make('2026-11-19')).toEqual({ made: 1 });
  });
});
