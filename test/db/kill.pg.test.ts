// Deaths in the middle of a batch: of the writing process and of the server. Afterwards every print is there, once.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Writer } from '../../src/actors/writer.ts';
import type { WriterState } from '../../src/actors/writer-words.ts';
import { storeAlerts } from '../../src/db/alerts.ts';
import { startEmbedded } from '../../src/db/embedded.ts';
import { storedRows } from '../../src/db/journal-position.ts';
import { migrate } from '../../src/db/migrate.ts';
import type { Database } from '../../src/db/pool.ts';
import { createPrintWriter } from '../../src/db/print-writer.ts';
import { sumPrints } from '../../src/db/print-sums.ts';
import { isPassing } from '../../src/db/sqlstate.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { Random } from '../../src/lib/random.ts';
import { cloneDatabase, open } from '../support/database.ts';
import { alertsAmong, BATCH_ROWS, SOAK_SESSION, soakBatch, soakTable } from '../support/soak-tape.ts';

const CHILD = new URL('../support/writer-child.ts', import.meta.url).pathname;
const ROWS = 150_000;

/** What the store must hold of so many rows, whatever happened on the way. */
async function expectWhole(db: Database, rows: number): Promise<void> {
  const volume = Array.from({ length: rows }, (_size, row) => (row % 1000) + 1).reduce((a, b) => a + b, 0);
  const [prints] = await db.rows(
    `select count(*)::int as rows, count(distinct tape_row)::int as tape_rows, min(tape_row) as first,
       max(tape_row) as last, sum(size)::int as volume from spyhop.print`,
  );
  expect(prints).toEqual({ rows, tape_rows: rows, first: 0, last: rows - 1, volume });
  for (const table of ['bar', 'flow', 'day_summary', 'market_flow', 'underlying_day']) {
    expect(
      await db.rows(`select sum(prints)::int as prints, sum(volume)::int as volume from spyhop.${table}`),
    ).toEqual([{ prints: rows, volume }]);
  }
  expect(await storedRows(db, SOAK_SESSION.date)).toBe(rows);
}

describe('a writer that is killed', () => {
  it('loses and doubles nothing at any point of a batch, nor at random moments', async () => {
    await using clone = await cloneDatabase();
    const random = new Random('moments to die');
    const faults = ['copy:1', 'position:1', 'commit:1', 'copy:2', 'commit:2', null, null, null];
    for (const fault of faults) {
      const before = await storedRows(clone.db, SOAK_SESSION.date);
      const child = spawn(process.execPath, [CHILD, clone.url, String(ROWS), fault ?? ''], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const died = once(child, 'exit');
      if (fault === null) {
        await once(child.stdout, 'data');
        await new Promise((done) => setTimeout(done, 20 + random.below(250)));
        child.kill('SIGKILL');
      } else {
        child.stdout.resume();
      }
      await died;
      expect(await storedRows(clone.db, SOAK_SESSION.date)).toBeGreaterThanOrEqual(before);
    }
    const last = spawn(process.execPath, [CHILD, clone.url, String(ROWS)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    last.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()));
    await once(last, 'exit');
    const { left, counts } = JSON.parse(said.split('\n')[1] ?? '') as {
      left: object;
      counts: ReturnType<Writer['counts']>;
    };
    expect(left).toEqual({ prints: 0, alerts: 0 });
    expect(counts.stored + counts.duplicate).toBe(ROWS);
    await expectWhole(clone.db, ROWS);
    expect(await clone.db.rows('select count(*)::int as alerts from spyhop.alert')).toEqual([
      { alerts: alertsAmong(ROWS) },
    ]);
  });
});

describe('a server that is killed under a writer', () => {
  it('is waited for, and then has everything once', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'spyhop-killed-'));
    const clock = systemClock();
    const states: WriterState[] = [];
    let server = await startEmbedded(folder, clock);
    const db = open(server.url);
    await migrate(db);
    const prints = createPrintWriter(db, soakTable());
    const writer = new Writer(
      {
        store: (piece) => prints.store(piece),
        storeAlerts: (alerts) => storeAlerts(db, alerts),
        sumUp: () => sumPrints(db),
        mayPass: isPassing,
        clock,
        chance: () => 0.5,
        onState: (state) => states.push(state),
      },
      { gatherMs: 5, pauseMs: 20, pauseMsMax: 100 },
    );
    const rows = 60 * BATCH_ROWS;
    for (let firstRow = 0; firstRow < rows; firstRow += BATCH_ROWS) {
      writer.accept(soakBatch(firstRow, BATCH_ROWS));
      await new Promise((done) => setTimeout(done, 5));
      if (firstRow === 20 * BATCH_ROWS) {
        const pidFile = readFileSync(join(folder, 'postgres/postmaster.pid'), 'utf8');
        process.kill(Number(pidFile.split('\n')[0]), 'SIGKILL');
      }
      if (firstRow === 40 * BATCH_ROWS) server = await startEmbedded(folder, clock);
    }
    expect(await writer.drain(30_000)).toEqual({ prints: 0, alerts: 0 });
    expect(states).toContain('away');
    expect(writer.counts()).toMatchObject({ received: rows, stored: rows, duplicate: 0 });
    await expectWhole(db, rows);
    await db.close();
    await server.stop();
    rmSync(folder, { recursive: true });
  });
});
