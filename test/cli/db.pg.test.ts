// The command `db` as an operator meets it: an empty database, one that is up to date, one changed by hand.
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createPrintWriter } from '../../src/db/print-writer.ts';
import { readSchema } from '../../src/db/schema/files.ts';
import { requireSession } from '../../src/domain/session.ts';
import { batchOf } from '../../src/domain/trade.ts';
import { start } from '../support/command-line.ts';
import { cloneDatabase } from '../support/database.ts';
import { tableOf } from '../support/tape.ts';

const folder = mkdtempSync(join(tmpdir(), 'spyhop-db-command-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function lines(out: string): Record<string, unknown>[] {
  return out
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('spyhop db', () => {
  it('shows on an empty database what is to be done, does it, and then has nothing to do', async () => {
    await using empty = await cloneDatabase({ migrated: false });
    const env = { DATABASE_URL: empty.url };
    const { migrations, objects } = readSchema();
    const before = await start(['db', 'status', '--json'], { env });
    expect(before.code).toBe(1);
    expect(lines(before.out)).toMatchObject([{ newest: null, upToDate: false, embedded: false }]);
    expect(before.out).not.toContain(new URL(empty.url).password);

    const plan = await start(['db', 'plan', '--json'], { env });
    const steps = [
      ...migrations.map(({ name }) => `migrations/${name}`),
      ...objects.map(({ name }) => `objects/${name}`),
      'roles/grants',
    ];
    expect(lines(plan.out).map(({ name }) => name)).toEqual(steps);
    expect(await empty.db.rows("select to_regnamespace('spyhop') as there")).toEqual([{ there: null }]);

    const done = await start(['db', 'migrate', '--json'], { env });
    expect(lines(done.out).map(({ name }) => name)).toEqual(steps);
    expect(await start(['db', 'migrate'], { env })).toEqual({ code: 0, out: '', err: 'nothing to do\n' });
    const after = await start(['db', 'status'], { env });
    expect(after.code).toBe(0);
    expect(after.out).toContain(`at ${migrations.at(-1)!.name}, up to date`);
  });

  it('takes the address from a file, and refuses two addresses', async () => {
    await using clone = await cloneDatabase();
    const file = join(folder, 'address');
    writeFileSync(file, `${clone.url}\n`, { mode: 0o600 });
    expect((await start(['db', 'status'], { env: { DATABASE_URL_FILE: file } })).code).toBe(0);
    const both = await start(['db', 'status'], { env: { DATABASE_URL: clone.url, DATABASE_URL_FILE: file } });
    expect(both.err).toBe('spyhop: DATABASE_URL and DATABASE_URL_FILE are both set: unset one\n');
  });

  it('makes no embedded database to look at, and says how to make one', async () => {
    const status = await start(['db', 'status', '--data-dir', join(folder, 'nothing')]);
    expect(status.code).toBe(1);
    expect(status.err).toMatch(
      /^spyhop: there is no database in .*nothing yet: make it with spyhop db migrate\n$/,
    );
  });

  it('seals the sessions that are over, and then says that they are; one to come it refuses', async () => {
    await using clone = await cloneDatabase();
    const env = { DATABASE_URL: clone.url };
    const session = requireSession('2024-11-20');
    const writer = createPrintWriter(clone.db, tableOf(['O:SPY241220C00600000']));
    const [priceE4, condition, exchange] = [12_500, 209, 302];
    const print = { contract: 0, atMs: session.openMs, priceE4, size: 7, condition, exchange };
    await writer.store(batchOf(session, [print, { ...print, size: 9 }]));

    const sealed = await start(['db', 'seal'], { env });
    expect(sealed).toMatchObject({ code: 0, out: expect.stringMatching(/^2024-11-20 {2}sealed, 2 prints/) });
    const again = await start(['db', 'seal'], { env });
    expect(again).toEqual({ code: 0, out: 'every session that is over is sealed\n', err: '' });
    const named = await start(['db', 'seal', '--date', '2024-11-20'], { env });
    expect(named).toMatchObject({ code: 0, out: expect.stringContaining('nothing to seal') });
    const toCome = await start(['db', 'seal', '--date', '2030-12-30'], { env });
    expect(toCome.err).toBe('spyhop: --date: session 2030-12-30 is not over yet: seal it after its close\n');
    expect(toCome.code).toBe(2);
  });

  it('refuses what it cannot do, with the nearest that it can', async () => {
    const words = [
      [['db'], 'spyhop db needs a deed: status, plan, migrate'],
      [['db', 'migrat'], 'spyhop db has no deed "migrat": did you mean migrate'],
      [['db', 'plan', 'now'], 'spyhop db plan takes no argument: leave out "now"'],
    ] as const;
    for (const [args, sentence] of words) {
      const { code, err } = await start(args);
      expect([code, err]).toEqual([2, expect.stringContaining(sentence)]);
    }
  });
});
