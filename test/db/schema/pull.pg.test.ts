// The round trip of a change made by hand: seen, pulled into the files, and then the same in a database made of them.
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrate } from '../../../src/db/migrate.ts';
import { sentenceOf } from '../../../src/db/schema/drift.ts';
import { findDrift } from '../../../src/db/schema/expected.ts';
import { readSchema, SQL_FOLDER } from '../../../src/db/schema/files.ts';
import { pull } from '../../../src/db/schema/pull.ts';
import { cloneDatabase } from '../../support/database.ts';

describe('pull', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spyhop-pull-'));
    cpSync(SQL_FOLDER, folder, { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const read = (file: string): string => readFileSync(join(folder, 'objects', `${file}.sql`), 'utf8');

  it('takes over functions, views and triggers, changed and new, and then nothing differs', async () => {
    await using tampered = await cloneDatabase();
    const { db, url } = tampered;
    const [make] = await db.rows<{ text: string }>(
      "select pg_get_functiondef('spyhop.make_day(date)'::regprocedure) as text",
    );
    await db.change(make!.text.replace('made := made + 1;', 'made := made + 1; -- one; more'));
    await db.change("comment on function spyhop.make_day(date) is 'Makes what isn''t there.'");
    await db.change(`create or replace view spyhop.flows as select session_date,
      spyhop.session_midnight(session_date) as start_at, underlying, prints, volume,
      call_cents * 0.01 as call_premium, put_cents * 0.01 as put_premium, 'x;y' as mark from spyhop.flow`);
    await db.change(`create function spyhop.touch() returns trigger language plpgsql as
      $$begin new.value := new.value; return new; end$$`);
    await db.change("comment on function spyhop.touch() is 'Touches.'");
    await db.change(`create trigger touching before update on spyhop.setting for each row
      execute function spyhop.touch()`);
    await db.change('create view spyhop.settings as select name from spyhop.setting');
    await db.change('create index mine on spyhop.alert (severity)');
    const kept = read('functions/make_day');

    const { written, left } = await pull(db, url, folder);
    expect(written.map(({ file }) => file).toSorted()).toEqual([
      'functions/make_day',
      'functions/touch',
      'triggers/touching',
      'views/dollars',
      'views/settings',
    ]);
    expect(left.map(sentenceOf).filter((sentence) => !sentence.startsWith('grant'))).toEqual([
      'index spyhop.mine is not in the files',
    ]);

    // Only the line that changed is another; head, tags and comments of the file stay.
    expect(read('functions/make_day')).toBe(
      kept
        .replace('made := made + 1;', 'made := made + 1; -- one; more')
        .replace(
          /comment on function spyhop.make_day[^;]*;/,
          `comment on function spyhop.make_day(day date) is 'Makes what isn''t there.';`,
        ),
    );
    await using made = await cloneDatabase({ migrated: false });
    await migrate(made.db, readSchema(folder));
    const rest = (await findDrift(db, url, readSchema(folder))).differences;
    expect(rest.map(sentenceOf).filter((sentence) => !sentence.startsWith('grant'))).toEqual([
      'index spyhop.mine is not in the files',
    ]);
    expect(await made.db.rows("select tgname from pg_trigger where tgname = 'touching'")).toHaveLength(1);
    expect((await pull(db, url, folder)).written).toEqual([]);
  });

  it('leaves what was dropped, and every file, when there is nothing to pull', async () => {
    await using tampered = await cloneDatabase();
    await tampered.db.change('drop view spyhop.normals');
    const { written, left } = await pull(tampered.db, tampered.url, folder);
    expect(written).toEqual([]);
    expect(left.map(sentenceOf)).toEqual(['view spyhop.normals is missing']);
    expect(readSchema(folder)).toEqual(readSchema());
  });
});
