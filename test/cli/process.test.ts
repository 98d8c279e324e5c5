// The program in a process of its own: exit codes, stacks, colours, readers that hang up, and any clock on the wall.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { run, start } from '../support/command-line.ts';
import { Folder, lines, MONDAY, SPY, TRADES, TUESDAY, tradeRow } from '../support/flat-files.ts';

const folder = new Folder();
let replayTwoDays: readonly string[];

beforeAll(() => {
  const contracts = Array.from(
    { length: 400 },
    (_, i) => `O:SPY251219C${String(650_000 + i * 500).padStart(8, '0')}`,
  );
  const bursts = contracts.map((ticker) => tradeRow('10:00', { ticker, size: '600', date: TUESDAY }));
  folder.gzip(`${MONDAY}.csv.gz`, lines(TRADES, tradeRow('10:00', { ticker: SPY, size: '81' })));
  folder.gzip(`${TUESDAY}.csv.gz`, lines(TRADES, ...bursts));
  replayTwoDays = ['replay', folder.path];
});
afterAll(() => {
  folder[Symbol.dispose]();
});

describe('exit codes and stacks', () => {
  test('done is 0, failed 1, asked wrongly 2, each in a sentence at most', async () => {
    const [done, failed, wrong] = await Promise.all([
      start(['--version']),
      start(['replay', '/no/such.csv']),
      start(['nonsense']),
    ]);
    expect(done).toEqual({ code: 0, out: `${packageJson.version}\n`, err: '' });
    expect(failed).toEqual({
      code: 1,
      out: '',
      err: 'spyhop: /no/such.csv does not exist: check the path\n',
    });
    expect(wrong.code).toBe(2);
    expect(wrong.err).toMatch(/^spyhop: spyhop has no command "nonsense": [^\n]+\n$/);
  });

  test('--debug, or its variable, adds the stack to the sentence', async () => {
    const args = ['replay', '/no/such.csv'];
    const outcomes = [await start([...args, '--debug']), await run(args, { SPYHOP_DEBUG: 'true' })];
    for (const { code, err } of outcomes) {
      expect(code).toBe(1);
      expect(err).toMatch(/^spyhop: \/no\/such\.csv does not exist: check the path\nRefusal: [^\n]+\n\s+at /);
    }
  });
});

describe('results and readers', () => {
  test('alerts are lines of JSON on stdout, the same bytes under any time zone and locale', async () => {
    const args = [...replayTwoDays, '--json'];
    const [here, ...elsewhere] = await Promise.all(
      ['', 'Pacific/Kiritimati', 'America/St_Johns'].map((TZ) =>
        start(args, { env: TZ === '' ? {} : { TZ, LANG: 'de_DE.UTF-8', LC_ALL: 'tr_TR.UTF-8' } }),
      ),
    );
    expect(
      here!.out
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { observed: number }).observed),
    ).toEqual(Array.from({ length: 400 }, () => 600));
    for (const other of elsewhere) expect(other.out).toBe(here!.out);
  });

  test('without --json they are lines for people, coloured for terminals and for those who insist', async () => {
    const [plain, forced] = await Promise.all([
      start(replayTwoDays, { env: { TZ: 'Asia/Tokyo', LANG: 'de_DE.UTF-8', NO_COLOR: '1' } }),
      start(replayTwoDays, { env: { FORCE_COLOR: '1' } }),
    ]);
    expect(plain.out.split('\n')[0]).toBe(
      '10:00:00 SPY 19 Dec 25 650 call · 600 contracts in 5 min, normal 1.0 · $972K · 1 order · side unknown',
    );
    expect(plain.out + plain.err).not.toContain('\x1b[');
    expect(forced.out).toContain('\x1b[');
    expect(forced.err).toContain('\x1b[');
    expect(stripVTControlCharacters(forced.out)).toBe(plain.out);
  });

  test.each([
    ['of results', '| head -1'],
    ['of both', '2>&1 | head -1'],
  ])('a reader %s that has seen enough ends it quietly', async (_title, pipe) => {
    const main = resolve(import.meta.dirname, '../../src/main.ts');
    const quoted = [process.execPath, main, ...replayTwoDays].map((word) => `'${word}'`).join(' ');
    const script = `set -o pipefail; ${quoted} ${pipe}`;
    const child = spawn('bash', ['-c', script], { env: { PATH: process.env['PATH'] }, timeout: 90_000 });
    let [out, err] = ['', ''];
    child.stdout.on('data', (text: Buffer) => (out += text.toString()));
    child.stderr.on('data', (text: Buffer) => (err += text.toString()));
    const { promise, resolve: done } = Promise.withResolvers<number | null>();
    child.on('close', done);
    expect(await promise).toBe(0);
    expect(out.split('\n')).toHaveLength(2);
    expect(err).not.toMatch(/EPIPE|\n\s+at /);
  });

  test('a day that breaks off has no alert on stdout, and ends with 1', async () => {
    using other = new Folder();
    const [first, second] = [MONDAY, TUESDAY].map((date) => join(folder.path, `${date}.csv.gz`));
    const whole = readFileSync(second!);
    const cut = other.write(`${TUESDAY}.csv.gz`, whole.subarray(0, whole.length - 5));
    const { code, out, err } = await run(['replay', first!, cut]);
    expect([code, out]).toEqual([1, '']);
    expect(err.trimEnd().split('\n').at(-1)).toBe(`spyhop: ${cut} is cut off in the middle: fetch it again`);
  });
});
