// Folders are made with those above them, and what stands in the way is said as the system says it.
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeFolder } from '../../src/lib/make-folder.ts';

const root = mkdtempSync(join(tmpdir(), 'spyhop-folder-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('makes what is missing, and twice is once', () => {
  const path = join(root, 'a', 'b', 'c');
  makeFolder(path);
  makeFolder(path);
  expect(statSync(path).isDirectory()).toBe(true);
});

test('is refused by a file in its place, and by one above it', () => {
  writeFileSync(join(root, 'file'), '');
  expect(() => makeFolder(join(root, 'file'))).toThrow('EEXIST');
  expect(() => makeFolder(join(root, 'file', 'x', 'y'))).toThrow('ENOTDIR');
});

test('ends where no folder can be made', () => {
  // Where there is no /proc, root alone may make it; nobody can make one in a file that is a device.
  expect(() => makeFolder(process.platform === 'linux' ? '/proc/spyhop/x' : '/dev/null/x')).toThrow(
    /ENOENT|ENOTDIR/,
  );
});
