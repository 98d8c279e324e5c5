// The command `import` as a user meets it: planned, fetched from S3, and killed in the middle.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listHistoryDays } from '../../src/db/history-days.ts';
import { openDuck, rowsOf } from '../../src/history/duck.ts';
import { Random } from '../../src/lib/random.ts';
import { start } from '../support/command-line.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { ACCOUNT, BUCKET, S3Server } from '../support/s3-server.ts';

const DATES = ['2026-11-18', '2026-11-19', '2026-11-20'];
const KILLS = 6;

/** Prints that a Parquet file has; it throws when the file is not whole. */
async function rowsIn(path: string): Promise<number> {
  using duck = await openDuck({ threads: 1, memoryMbMax: 256, spillDir: null });
  const [row] = await rowsOf<{ rows: number }>(duck.connection, `select count(osi) as rows from '${path}'`);
  return row!.rows;
}

function filesUnder(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

describe('spyhop import', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spyhop-import-'));
  const tape = join(folder, 'tape');
  let clone: TestDatabase;
  beforeAll(async () => {
    clone = await cloneDatabase();
    const days = ['--days', '3', '--until', '2026-11-20', '--underlyings', '5', '--trades-per-day', '4000'];
    await start(['simulate', '--out', tape, ...days]);
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await clone[Symbol.asyncDispose]();
  });

  it('says first what it will take, and does nothing', async () => {
    const dir = join(folder, 'none');
    const { code, out } = await start(['import', tape, '--plan', '--data-dir', dir]);
    expect(code).toBe(0);
    expect(out).toMatch(/^files +3 files, 2026-11-18 to 2026-11-20, /);
    for (const word of ['prints', 'disk', 'free', 'memory', 'time'])
      expect(out).toMatch(new RegExp(`^${word} `, 'm'));
    const { out: json } = await start(['import', tape, '--plan', '--data-dir', dir, '--json']);
    expect(JSON.parse(json)).toMatchObject({ files: 3, firstDate: '2026-11-18', lastDate: '2026-11-20' });
    expect(existsSync(dir)).toBe(false);
  });

  it('killed at any moment leaves no half day, and finishes when it is called again', async () => {
    const dir = join(folder, 'killed');
    const env = { DATABASE_URL: clone.url };
    const random = new Random('kills');
    for (let kill = 0; kill < KILLS; kill++) {
      const outcome = await start(['import', tape, '--data-dir', dir], {
        env,
        onStart: (child) =>
          setTimeout(() => child.kill('SIGKILL'), 400 + 250 * kill + 200 * random.uniform()),
      });
      const known = new Set<string>();
      for (const day of await listHistoryDays(clone.db)) {
        known.add(day.printsName!).add(day.summariesName);
        expect(await rowsIn(join(dir, 'history', day.printsName!))).toBe(day.prints);
        expect(await rowsIn(join(dir, 'history', day.summariesName))).toBe(day.contracts);
      }
      // A file that nothing points to yet is whole too.
      for (const file of filesUnder(join(dir, 'history')).filter((path) => path.endsWith('.parquet'))) {
        expect(await rowsIn(file)).toBeGreaterThan(0);
      }
      if (outcome.code === 0) break;
    }
    const { code } = await start(['import', tape, '--data-dir', dir], { env });
    expect(code).toBe(0);
    const days = await listHistoryDays(clone.db);
    expect(days.map(({ sessionDate }) => sessionDate)).toEqual(DATES);
    // What the kills left behind is cleared away.
    const names = days.flatMap(({ printsName, summariesName }) => [printsName!, summariesName]);
    expect(filesUnder(join(dir, 'history')).toSorted()).toEqual(
      names.map((name) => join(dir, 'history', name)).toSorted(),
    );
    const [sums] = await clone.db.rows<{ days: number; volume: number }>(
      'select count(distinct session_date) as days, sum(volume) as volume from spyhop.day_summary',
    );
    using duck = await openDuck({ threads: 1, memoryMbMax: 256, spillDir: null });
    const files = days.map(({ summariesName }) => `'${join(dir, 'history', summariesName)}'`);
    const [deep] = await rowsOf<{ volume: number }>(
      duck.connection,
      `select sum(volume)::bigint as volume from read_parquet([${files.join()}])`,
    );
    expect(sums).toEqual({ days: 3, volume: String(deep!.volume) });
  });

  it('fetches sessions from S3 and imports each, the second time none', async () => {
    await using other = await cloneDatabase();
    await using s3 = await S3Server.start();
    for (const date of DATES.slice(0, 2)) {
      const key = `us_options_opra/trades_v1/${date.slice(0, 4)}/${date.slice(5, 7)}/${date}.csv.gz`;
      await s3.put(key, readFileSync(join(tape, `${date}.csv.gz`)));
    }
    const env = {
      DATABASE_URL: other.url,
      MASSIVE_S3_KEY_ID: ACCOUNT.keyId,
      MASSIVE_S3_SECRET: ACCOUNT.secret,
      SPYHOP_S3_ENDPOINT: s3.endpoint,
      SPYHOP_S3_BUCKET: BUCKET,
      SPYHOP_DATA_DIR: join(folder, 'fetched'),
    };
    // From a Sunday to a day that is not published yet.
    const command = ['import', 's3', '--from', '2026-11-15', '--to', '2026-11-19'];
    const planned = await start([...command, '--plan'], { env });
    expect(planned.out).toMatch(/^to fetch +2 files, .*\nnot there 2026-11-16, 2026-11-17$/m);
    const first = await start(command, { env });
    expect(first.out).toMatch(/^2026-11-18 [\d,]+ rows of trades.*\n2026-11-19 [\d,]+ rows of trades/);
    expect(first.err).toContain('not there:');
    expect(first.code).toBe(1);
    const known = ['import', 's3', '--from', '2026-11-18', '--to', '2026-11-19', '--json'];
    const second = await start(known, { env });
    expect(
      second.out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).result),
    ).toEqual(['unchanged', 'unchanged']);
    expect(second.code).toBe(0);
  });

  it('without a key for S3 says which, and with dates that are none says so', async () => {
    const without = await start(['import', 's3', '--from', '2026-11-18', '--to', '2026-11-19']);
    expect(without).toMatchObject({ code: 2 });
    expect(without.err).toContain('set MASSIVE_S3_KEY_ID and MASSIVE_S3_SECRET');
    const env = { MASSIVE_S3_KEY_ID: 'a', MASSIVE_S3_SECRET: 'b' };
    expect((await start(['import', 's3', '--from', '2026-11-18'], { env })).err).toContain(
      'needs --from DATE and --to',
    );
    const weekend = ['import', 's3', '--from', '2026-11-21', '--to', '2026-11-22'];
    expect(await start(weekend, { env })).toMatchObject({ code: 2 });
  });
});
