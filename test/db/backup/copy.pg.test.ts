// A copy made of a used database and restored: the same rows, or nothing at all when the copy is not whole.
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { writeCopy } from '../../../src/db/backup/export.ts';
import { restoreCopy } from '../../../src/db/backup/import.ts';
import { copiedTables } from '../../../src/db/backup/tables.ts';
import { migrate } from '../../../src/db/migrate.ts';
import type { Database } from '../../../src/db/pool.ts';
import { readSchema } from '../../../src/db/schema/files.ts';
import { start } from '../../support/command-line.ts';
import { cloneDatabase, type TestDatabase } from '../../support/database.ts';

const BODY = '{"id":"a1","note":"tab\\t, \\"quotes\\", back\\\\slash, é, \\u0007",  "spaces":  "kept"}';

let source: TestDatabase;
let folder: string;
let copy: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spyhop-copy-'));
  copy = join(folder, 'copy.ndjson.gz');
  source = await cloneDatabase();
  await fill(source.db);
  await writeCopy(source.db, copy, Date.UTC(2026, 10, 20));
});
afterAll(async () => {
  await source[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

async function fill(db: Database): Promise<void> {
  await db.change("insert into spyhop.underlying (symbol) values ('SPY')");
  await db.change(`insert into spyhop.contract
    (osi, underlying, root, expiry_date, option_right, strike_mills, multiplier, adjusted, underlying_id)
    select 'O:SPY261218C' || lpad(n::text, 8, '0'), 'SPY', 'SPY', '2026-12-18', 'call', n, 100, false, 1
    from generate_series(1, 12000) as n`);
  await db.change(
    `insert into spyhop.alert (alert_id, at, session_date, detector, kind, underlying, osi, severity, side, direction,
       premium_cents, body)
     select 'a' || n, '2026-11-20 15:00:00.123+00', '2026-11-20', 'threshold', 'volume', 'SPY', 'O:SPY261218C00000001',
       'high', 'buy', 'bullish', 9007199254740993, $1::json from generate_series(1, 3) as n`,
    [BODY],
  );
  await db.change(`insert into spyhop.baseline_run (as_of, dates, fingerprint, contracts, built_at)
    values ('2026-11-20', '{2026-11-18,2026-11-19}', 'f', 2, now())`);
  await db.change(
    'insert into spyhop.baseline_value select 1, contract_id, contract_id * 3 from spyhop.contract',
  );
  await db.change('insert into spyhop.baseline_current (run) values (1)');
  await db.change(`insert into spyhop.feed_gap (feed, session_date, began_at, ended_at, reason)
    values ('massive', '2026-11-20', '2026-11-20 15:00Z', null, E'it''s \\\\ gone\\n')`);
  await db.change("insert into spyhop.setting values ('budget', '{ \"a\" : 1 }')");
  await db.change(`insert into spyhop.imported_file (checksum, name, kind, session_date, bytes, row_count,
      rejected_count, prints_kept, imported_at, is_current)
    values ('c', '2026-11-19.csv.gz', 'trades', '2026-11-19', 5, 6, 0, true, now(), true)`);
}

/** All rows of all tables that are copied, as text; whether a file is loaded is what may differ. */
async function contentOf(db: Database): Promise<Record<string, unknown>> {
  const tables: Record<string, unknown> = {};
  for (const { name, key } of await copiedTables(db)) {
    const rows = await db.rows(`select * from spyhop.${name} order by ${key.join(', ')}`);
    tables[name] = rows.map((row) => ({ ...row, is_current: null }));
  }
  return tables;
}

describe('a copy', () => {
  it('restores every row, exactly, and numbers go on behind it', async () => {
    await using target = await cloneDatabase({ migrated: false });
    const report = await restoreCopy(target.db, copy);
    expect(report.head.schema).toBe(readSchema().migrations.at(-1)!.name);
    expect(report.tables).toMatchObject({ contract: 12_000, baseline_value: 12_000, alert: 3, feed_gap: 1 });
    expect(await contentOf(target.db)).toEqual(await contentOf(source.db));
    const [alert] = await target.db.rows<{ text: string; cents: string }>(
      'select body::text as text, premium_cents::text as cents from spyhop.alert limit 1',
    );
    expect(alert).toEqual({ text: BODY, cents: '9007199254740993' });
    const [next] = await target.db.rows(
      "insert into spyhop.underlying (symbol) values ('QQQ') returning underlying_id",
    );
    expect(next).toEqual({ underlying_id: 2 });
    // Its prints are not in the copy, so the file can be loaded again.
    expect(await target.db.rows('select is_current from spyhop.imported_file')).toEqual([
      { is_current: false },
    ]);
  });

  it('is the same for the same content, and readable by its owner alone', async () => {
    const again = join(folder, 'again.ndjson');
    await writeCopy(source.db, again, Date.UTC(2026, 10, 20));
    expect(readFileSync(again).equals(gunzipSync(readFileSync(copy)))).toBe(true);
    expect(statSync(again).mode & 0o777).toBe(0o600);
    await expect(writeCopy(source.db, again, 0)).rejects.toThrow(/again\.ndjson exists already/);
    await expect(writeCopy(source.db, join(folder, 'no/where'), 0)).rejects.toThrow(/does not exist/);
    expect(existsSync(`${again}.part`)).toBe(false);
  });

  it('of an older schema is restored under it, and migrated then', async () => {
    await using old = await cloneDatabase({ migrated: false });
    const schema = readSchema();
    await migrate(old.db, { ...schema, migrations: schema.migrations.slice(0, 1), objects: [] });
    const oldCopy = join(folder, 'old.ndjson');
    await old.db.change(`insert into spyhop.contract
      (osi, underlying, root, expiry_date, option_right, strike_mills, multiplier, adjusted)
      values ('O:SPY261218C00650000', 'SPY', 'SPY', '2026-12-18', 'call', 650000, 100, false)`);
    await writeCopy(old.db, oldCopy, 0, () => {}, {
      ...schema,
      migrations: schema.migrations.slice(0, 1),
      objects: [],
    });
    await using target = await cloneDatabase({ migrated: false });
    await restoreCopy(target.db, oldCopy);
    expect(
      await target.db.rows(
        'select osi, symbol from spyhop.contract join spyhop.underlying using (underlying_id)',
      ),
    ).toEqual([{ osi: 'O:SPY261218C00650000', symbol: 'SPY' }]);
    await using newer = await cloneDatabase();
    await expect(restoreCopy(newer.db, oldCopy)).rejects.toThrow(/restore it into a new database/);
  });
});

describe('a copy that is not whole', () => {
  const text = (): string => gunzipSync(readFileSync(copy)).toString();
  const lines = (): string[] => text().trimEnd().split('\n');
  const damages: Readonly<Record<string, () => Buffer | string>> = {
    'cut off in its compressed bytes': () => readFileSync(copy).subarray(0, statSync(copy).size >> 1),
    'cut off between two rows': () => gzipSync(`${lines().slice(0, 9000).join('\n')}\n`),
    'cut off in a row': () => gzipSync(text().slice(0, 100_000)),
    'without its end': () => gzipSync(`${lines().slice(0, -1).join('\n')}\n`),
    'with a number changed': () => gzipSync(text().replace('9007199254740993', '9007199254740992')),
    'with a row taken out': () =>
      gzipSync(
        lines()
          .filter((_line, at) => at !== 500)
          .join('\n'),
      ),
    'with a row twice': () =>
      gzipSync(
        lines()
          .flatMap((line, at) => (at === 500 ? [line, line] : [line]))
          .join('\n'),
      ),
    'with something behind its end': () => gzipSync(`${text()}["1"]\n`),
    'with a bit flipped in its compressed bytes': () => {
      const bytes = readFileSync(copy);
      bytes[bytes.length >> 1]! ^= 8;
      return bytes;
    },
    'of a later version': () => gzipSync(text().replace('"version":1', '"version":2')),
    'that is something else': () => gzipSync('Dear diary,\n'),
    'that is empty': () => '',
  };

  test.each(Object.entries(damages))('%s is refused, and nothing is written', async (_what, damage) => {
    const damaged = join(folder, 'damaged.ndjson.gz');
    writeFileSync(damaged, damage());
    await using target = await cloneDatabase();
    await expect(restoreCopy(target.db, damaged)).rejects.toMatchObject({ name: 'Refusal' });
    expect(await target.db.rows('select count(*) as rows from spyhop.contract')).toEqual([{ rows: 0 }]);
  });
});

describe('the commands', () => {
  it('write a copy and restore it, and refuse a database that is in use', async () => {
    const file = join(folder, 'told.ndjson.gz');
    const made = await start(['db', 'export', file, '--json'], { env: { DATABASE_URL: source.url } });
    expect(JSON.parse(made.out)).toMatchObject({ file, rows: 24_009, tables: { alert: 3 } });
    await using target = await cloneDatabase({ migrated: false });
    const env = { DATABASE_URL: target.url };
    const restored = await start(['db', 'import', file], { env });
    expect(restored.out).toMatch(/^restored 24,009 rows of \d{4}-\d\d-\d\d \d\d:\d\d UTC, schema 00/);
    const again = await start(['db', 'import', file], { env });
    expect(again).toMatchObject({ code: 1, out: '' });
    expect(again.err).toMatch(
      /has rows already, and a copy is not mixed with them: restore into an empty database/,
    );
    expect(await contentOf(target.db)).toEqual(await contentOf(source.db));
  });
});
