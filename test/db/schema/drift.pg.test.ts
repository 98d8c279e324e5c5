// Changes made by hand in a real database, one of each kind: each is named, and nothing else is.
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { readCatalog } from '../../../src/db/schema/catalog.ts';
import { compareCatalogs, sentenceOf } from '../../../src/db/schema/drift.ts';
import { findDrift } from '../../../src/db/schema/expected.ts';
import { setPassword } from '../../../src/db/roles.ts';
import { start } from '../../support/command-line.ts';
import { cloneDatabase, open, type TestDatabase } from '../../support/database.ts';
import { HAND_CHANGES } from './hand-changes.ts';

let clone: TestDatabase;
beforeAll(async () => {
  clone = await cloneDatabase();
});
afterAll(() => clone[Symbol.asyncDispose]());

/** Makes the change in a transaction that is undone, and compares what it sees with what was there before. */
async function differencesAfter(sql: string): Promise<string[]> {
  const expected = await readCatalog(clone.db);
  const undo = new Error('undo');
  let sentences: string[] = [];
  await clone.db
    .transaction(async (transaction) => {
      await transaction.client.query(sql);
      const within = {
        ...clone.db,
        transaction: async (work: never) => (work as (t: unknown) => unknown)(transaction),
      };
      const actual = await readCatalog(within as typeof clone.db);
      sentences = compareCatalogs(expected, actual).map(sentenceOf);
      throw undo;
    })
    .catch((error: unknown) => {
      if (error !== undo) throw error;
    });
  return sentences;
}

test.each(HAND_CHANGES)('%s is named, and nothing else', async (_what, sql, sentences) => {
  const found = await differencesAfter(sql);
  expect(found).toEqual(
    sentences.map((sentence) => (typeof sentence === 'string' ? sentence : expect.stringMatching(sentence))),
  );
});

describe('drift against the files', () => {
  it('finds none in a fresh database, nor in one with days, some of them sealed', async () => {
    await using used = await cloneDatabase();
    for (const day of ['2026-11-19', '2026-11-20'])
      await used.db.rows('select spyhop.make_day($1::date)', [day]);
    expect((await findDrift(used.db, used.url)).differences).toEqual([]);
  });

  it('sees a trigger that was switched off', async () => {
    const switched = [
      `create trigger mine before update on spyhop.setting for each row
       execute function suppress_redundant_updates_trigger()`,
      'alter table spyhop.setting disable trigger mine',
    ];
    await using used = await cloneDatabase();
    await used.db.change(switched[0]!);
    const on = await readCatalog(used.db);
    await used.db.change(switched[1]!);
    expect(compareCatalogs(on, await readCatalog(used.db)).map(sentenceOf)).toEqual([
      'trigger spyhop.setting.mine: enabled is no, the files have yes',
    ]);
  });

  it('is told by the command: exit code 1, a line for each, and the lines of a body that differ', async () => {
    await using used = await cloneDatabase();
    const env = { DATABASE_URL: used.url };
    expect(await start(['db', 'drift'], { env })).toMatchObject({ code: 0, out: '' });
    await used.db.change('drop index spyhop.alert_osi');
    await used.db.change(`create or replace function spyhop.session_midnight(day date) returns timestamptz
      language sql immutable parallel safe return day::timestamp at time zone 'UTC'`);
    const told = await start(['db', 'drift'], { env });
    expect(told.code).toBe(1);
    expect(told.out).toContain('index spyhop.alert_osi is missing\n');
    expect(told.out).toMatch(/files: {4}RETURN .*New_York.*\n {2}database: RETURN .*UTC/);
    expect(told.err).toMatch(/^2 differences, \d+ objects compared\n$/);
    const json = await start(['db', 'drift', '--json'], { env });
    expect(
      json.out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toMatchObject([
      {
        kind: 'function',
        name: 'spyhop.session_midnight(day date)',
        change: 'different',
        attribute: 'definition',
      },
      { kind: 'index', name: 'spyhop.alert_osi', change: 'missing' },
    ]);
    const left = await used.db.rows("select datname from pg_database where datname like 'spyhop_scratch_%'");
    expect(left).toEqual([]);
    await start(['db', 'migrate', '--reapply'], { env });
    expect((await start(['db', 'drift'], { env })).out).toBe('index spyhop.alert_osi is missing\n');
  });

  it('is refused in a sentence where no database may be made', async () => {
    await using used = await cloneDatabase();
    const address = new URL(used.url);
    await used.db.change('create role drift_without_rights login');
    await setPassword(used.db, 'drift_without_rights', 'sesame');
    [address.username, address.password] = ['drift_without_rights', 'sesame'];
    const db = open(address.toString());
    await expect(findDrift(db, address.toString())).rejects.toThrow(/this role may not create one: let it/);
    await db.close();
    await used.db.change('drop role drift_without_rights');
  });
});
