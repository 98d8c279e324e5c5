// A day built in a thread: the same files, sums and rows as without one, and its refusals as they are.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildDayInWorker } from '../../src/jobs/build-in-worker.ts';
import { buildDay, type BuiltDay } from '../../src/jobs/built-day.ts';
import { Refusal } from '../../src/lib/refusal.ts';
import { Folder, lines, MONDAY, QQQ, SPY, TRADES, tradeRow } from '../support/flat-files.ts';

const CHECKSUM = 'c0ffee'.padEnd(64, '0');
const TAPE = lines(
  TRADES,
  tradeRow('10:00', { ticker: SPY, size: '7' }),
  tradeRow('09:31', { ticker: QQQ, size: '3' }),
  tradeRow('09:31', { ticker: 'SPY' }),
  tradeRow('10:00', { ticker: QQQ, size: '12' }),
);

/** All that the store takes of a built day. */
async function contentOf(day: BuiltDay, folder: string) {
  const rows: string[] = [];
  for await (const batch of day.batches(2)) {
    for (let row = 0; row < batch.length; row++) {
      const ticker = day.table.ticker(batch.contract[row]!);
      rows.push([batch.firstRow + row, ticker, batch.atMs[row], batch.size[row], batch.kind].join(' '));
    }
  }
  const { history, summaries, report, length } = day;
  const files = [history.printsName!, history.summariesName].map((name) => readFileSync(join(folder, name)));
  return { rows, history, summaries, rejected: report.rejected, length, files };
}

describe('a day built in a thread', () => {
  it('is the day built without one, to the byte', async () => {
    using folder = new Folder();
    const path = folder.write(`${MONDAY}.csv`, TAPE);
    const steps = new Set<string>();
    await using here = await buildDay(
      { path, checksum: CHECKSUM, historyDir: join(folder.path, 'a') },
      () => {},
    );
    const order = { path, checksum: CHECKSUM, historyDir: join(folder.path, 'b') };
    await using there = await buildDayInWorker(order, (step) => steps.add(step));
    const content = await contentOf(there, join(folder.path, 'b'));
    expect(content).toEqual(await contentOf(here, join(folder.path, 'a')));
    expect(content.rows.map((row) => row.split(' ')[1])).toEqual([QQQ, QQQ, SPY]);
    expect(content.rejected.map(({ rows }) => rows)).toEqual([1]);
    expect([...steps]).toEqual(['read', 'write']);
  });

  it('is refused as it would be without one', async () => {
    using folder = new Folder();
    const path = folder.write('nonsense.csv', 'this is not a tape\n');
    const build = buildDayInWorker({ path, checksum: CHECKSUM, historyDir: folder.path }, () => {});
    await expect(build).rejects.toThrow(Refusal);
    await expect(build).rejects.toThrow(/nonsense\.csv is not a flat file/);
  });

  it('may be left before its rows were taken', async () => {
    using folder = new Folder();
    const path = folder.write(`${MONDAY}.csv`, TAPE);
    const day = await buildDayInWorker({ path, checksum: CHECKSUM, historyDir: folder.path }, () => {});
    await day[Symbol.asyncDispose]();
    expect(day.length).toBe(3);
  });
});
