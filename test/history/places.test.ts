// The names of history files, and what is cleared away: only what nobody points to, reads or writes.
import { existsSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { historyName, sweepHistory } from '../../src/history/places.ts';
import { Folder } from '../support/flat-files.ts';

const DAY = '2026-11-20';
const NOON_MS = Date.parse('2026-11-21T12:00:00Z');

describe('the files of history', () => {
  it('have a name of their own for every version of a day', () => {
    const [first, second] = [
      historyName('prints', DAY, 'a'.repeat(64)),
      historyName('prints', DAY, 'b'.repeat(64)),
    ];
    expect(first).toBe('prints/2026/2026-11-20.1-aaaaaaaaaaaa.parquet');
    expect(second).not.toBe(first);
    expect(historyName('summaries', DAY, 'a'.repeat(64))).toMatch(/^summaries\/2026\//);
  });

  it('are cleared when nothing points to them and no question can still read them', async () => {
    using folder = new Folder();
    const write = (name: string, ageMs: number): string => {
      const path = folder.write(name, 'x');
      utimesSync(path, new Date(NOON_MS - ageMs), new Date(NOON_MS - ageMs));
      return path;
    };
    const current = 'prints/2026/2026-11-20.1-bbbbbbbbbbbb.parquet';
    const kept = [
      write(current, 3_600_000),
      write('prints/2026/2026-11-20.1-cccccccccccc.parquet', 60_000),
      write(`prints/2026/2026-11-21.1-dddddddddddd.parquet.${process.pid}.tmp`, 3_600_000),
      write('prints/2026/notes.txt', 3_600_000),
    ];
    const gone = [
      write('prints/2026/2026-11-20.1-aaaaaaaaaaaa.parquet', 3_600_000),
      // No process has this number: it is beyond what a system gives.
      write('summaries/2026/2026-11-20.1-aaaaaaaaaaaa.parquet.99999999.tmp', 1_000),
    ];
    expect(await sweepHistory(folder.path, new Set([current]), NOON_MS)).toBe(2);
    expect(kept.map((path) => existsSync(path))).toEqual([true, true, true, true]);
    expect(gone.map((path) => existsSync(path))).toEqual([false, false]);
  });

  it('need no folder to be cleared', async () => {
    using folder = new Folder();
    expect(await sweepHistory(join(folder.path, 'none'), new Set(), NOON_MS)).toBe(0);
  });
});
