// bin/spyhop.js: it starts main.ts on the pinned Node, hands everything through, and says what is missing.
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');

/** A main.ts that shows what reached it; the type annotation fails on a Node that does not strip types. */
const STAND_IN = `const [what, ...rest]: string[] = process.argv.slice(2);
if (what === 'wait') {
  let count = 0;
  process.on('SIGINT', () => {
    count += 1;
  });
  process.on('SIGTERM', () => process.exit(count));
  setInterval(() => {}, 1_000);
  process.stdout.write('up');
} else if (what === 'die') process.kill(process.pid, 'SIGKILL');
else {
  process.stdout.write(JSON.stringify({ what, rest, word: process.env['WORD'] }));
  process.exitCode = 7;
}
`;

let house: string;

beforeAll(() => {
  house = mkdtempSync(join(tmpdir(), 'spyhop-start-'));
  cpSync(join(ROOT, 'bin'), join(house, 'bin'), { recursive: true });
  mkdirSync(join(house, 'src'));
  writeFileSync(join(house, 'src/main.ts'), STAND_IN);
  writeFileSync(join(house, 'package.json'), '{ "type": "module" }\n');
  symlinkSync(join(ROOT, 'node_modules'), join(house, 'node_modules'), 'dir');
  const versions = `{ ...process.versions, node: '20.0.0' }`;
  writeFileSync(
    join(house, 'old.mjs'),
    `Object.defineProperty(process, 'versions', { value: ${versions} });\n`,
  );
  mkdirSync(join(house, 'bare'));
  cpSync(join(ROOT, 'bin'), join(house, 'bare/bin'), { recursive: true });
});

afterAll(() => {
  rmSync(house, { recursive: true, force: true });
});

interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the starter, as if on Node 20 when `old`, and lets `during` act once the stand-in has said "up". */
async function start(
  args: readonly string[],
  { old = true, folder = house, during = (_pid: number): void => {} } = {},
): Promise<Outcome> {
  const preload = old ? ['--import', join(house, 'old.mjs')] : [];
  const child = spawn(process.execPath, [...preload, join(folder, 'bin/spyhop.js'), ...args], {
    env: { ...process.env, WORD: 'handed on' },
  });
  let out = '';
  let err = '';
  child.stderr.on('data', (text: Buffer) => (err += text.toString()));
  child.stdout.on('data', (text: Buffer) => {
    out += text.toString();
    if (out === 'up' && child.pid !== undefined) during(child.pid);
  });
  const { promise, resolve: done } = Promise.withResolvers<Outcome>();
  child.on('close', (code, signal) => {
    done({ code, signal, out, err });
  });
  return promise;
}

describe.each([
  ['an older Node', true],
  ['a new enough Node', false],
])('on %s', (_title, old) => {
  test('arguments, environment and exit code pass through', async () => {
    const { code, out } = await start(['import', 'a b', '--json'], { old });
    expect(JSON.parse(out)).toEqual({ what: 'import', rest: ['a b', '--json'], word: 'handed on' });
    expect(code).toBe(7);
  });

  test('the signal that ended it ends the starter', async () => {
    expect(await start(['die'], { old })).toMatchObject({ code: null, signal: 'SIGKILL' });
  });

  test('one SIGINT arrives as one', async () => {
    const during = (pid: number): void => {
      process.kill(pid, 'SIGINT');
      setTimeout(() => process.kill(pid, 'SIGTERM'), 300);
    };
    expect(await start(['wait'], { old, during })).toMatchObject({ code: 1, err: '' });
  });
});

test('without the pinned Node it names the fix in one sentence', async () => {
  const { code, err } = await start([], { folder: join(house, 'bare') });
  expect(err).toMatch(/^spyhop: this is Node 20\.0\.0 and spyhop needs Node 26; .*run `npm ci` in .*\.\n$/);
  expect(code).toBe(1);
});
