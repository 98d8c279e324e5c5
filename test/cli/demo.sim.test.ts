// The demo as a newcomer meets it, in a process of its own: it plays, dies, comes back, and leaves nothing behind.
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { start } from '../support/command-line.ts';
import { eventually } from '../support/eventually.ts';
import { killServerOf, serverOf } from '../support/processes.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spyhop-demo-'));
});
afterEach(async () => {
  killServerOf(dataDir());
  await eventually('the servers to end', () => serverOf(dataDir()) === null);
  rmSync(folder, { recursive: true, force: true });
});

const dataDir = (): string => join(folder, 'demo-t');
function demo(...rest: readonly string[]): string[] {
  return ['demo', '--seed', 't', '--port', '0', '--data-dir', folder, ...rest];
}
/** Ids of the alerts on stdout, as `--json` prints them. */
function idsIn(out: string): string[] {
  return out
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { readonly id: string }).id);
}

describe('the demo', () => {
  test('survives kill -9, adopts the server left behind, goes on, tells nothing twice, and ends with 0', async () => {
    const killed = await start(demo('--json'), {
      onOut: (out, child) => out.includes('\n') && child.kill('SIGKILL'),
    });
    expect(killed.code).toBe(null);
    expect(idsIn(killed.out).length).toBeGreaterThan(0);
    for (const page of ['/v1/alerts', '/docs', '/metrics']) {
      expect(killed.err).toMatch(new RegExp(`http://127.0.0.1:\\d+${page}`));
    }
    const left = serverOf(dataDir());
    expect(left).not.toBe(null);

    let second = '';
    const again = await start(demo('--for', '6s', '--json'), {
      onStart: (child) => void child.stderr!.on('data', () => (second ||= String(serverOf(dataDir())))),
    });
    expect(again.code).toBe(0);
    expect(second).toBe(String(left));
    expect(again.err).toMatch(/resumed at \d\d:\d\d:\d\d with \d+ prints from the journal/);
    expect(again.err).toMatch(/time is up: \d+ alerts? told, [\d,]+ prints? played/);
    const all = [...idsIn(killed.out), ...idsIn(again.out)];
    expect(new Set(all).size).toBe(all.length);
    expect(all.length).toBeGreaterThan(idsIn(killed.out).length);
    expect(serverOf(dataDir())).toBe(null);
  });

  test('ends with 0 and without a server left when Ctrl-C comes while it prepares', async () => {
    let child: ChildProcess | null = null;
    const ending = start(demo(), { onStart: (started) => (child = started) });
    await eventually('the server', () => serverOf(dataDir()) !== null);
    child!.kill('SIGINT');
    const { code, err } = await ending;
    expect(err).not.toContain('spyhop:');
    expect(code).toBe(0);
    expect(serverOf(dataDir())).toBe(null);
  });
});
