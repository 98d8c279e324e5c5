// Real files: what they hold, and that nothing of it is lost on the way.
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { ContractTable } from '../../../src/domain/contract-table.ts';
import type { TradeBatch } from '../../../src/domain/trade.ts';
import { openFlatFile } from '../../../src/feeds/flat-file/open.ts';
import { readQuotes, readTape, readVolumes } from '../../../src/feeds/flat-file/read.ts';
import { describeWithSharedData } from '../../support/shared-data.ts';

/** The rows of a gzipped file as the simplest reader has them: split at commas. */
async function naiveRows(path: string): Promise<string[][]> {
  const text = gunzipSync(await readFile(path))
    .toString('utf8')
    .trimEnd();
  return text
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));
}

describeWithSharedData(
  'one contract of SPY on 13 March 2023',
  ['real/spy-one-contract-2023-03-13.trades.csv.gz', 'real/spy-one-contract.quotes.csv.gz'],
  (trades, quotes) => {
    test('its prints make the day bar that the provider published', async () => {
      const table = new ContractTable();
      const { tape, report } = await readTape(await openFlatFile(trades), table);
      const [batch] = Array.from(tape.batches()) as [TradeBatch];
      const prices = batch.priceE4.subarray(0, batch.length);
      expect(report).toMatchObject({ rows: 62, rejected: [] });
      expect(table.ticker(batch.contract[0]!)).toBe('O:SPY230327P00390000');
      expect({
        date: tape.session.date,
        volume: batch.size.subarray(0, batch.length).reduce((sum, size) => sum + size, 0),
        transactions: batch.length,
        open: prices[0]! / 10_000,
        close: prices.at(-1)! / 10_000,
        high: Math.max(...prices) / 10_000,
        low: Math.min(...prices) / 10_000,
      }).toEqual({
        date: '2023-03-13',
        volume: 200,
        transactions: 62,
        open: 11.82,
        close: 9.83,
        high: 11.82,
        low: 8.09,
      });
    });

    test('its day volume is that of the bar', async () => {
      const { volumes } = await readVolumes(await openFlatFile(trades), new ContractTable());
      expect([...volumes.volume]).toEqual([200]);
    });

    test('its quotes are all read', async () => {
      const read = await readQuotes(await openFlatFile(quotes), new ContractTable());
      expect(read.report).toMatchObject({ rows: 99, rejected: [] });
    });
  },
);

describeWithSharedData(
  'the chain of AAPL on 6 June 2014',
  ['real/aapl-20140606-minute_aggs.csv.gz'],
  (path) => {
    test('every active minute is read, and the volume is the sum of the column', async () => {
      const table = new ContractTable();
      const file = await openFlatFile(path);
      const { tape, report } = await readTape(file, table);
      const { volumes } = await readVolumes(file, table);
      const rows = await naiveRows(path);
      const naive = rows.reduce((sum, row) => sum + Number(row[1]), 0);
      expect(report).toMatchObject({ rows: 22_067, rejected: [] });
      expect([file.kind, tape.length, table.count, table.underlyingCount]).toEqual([
        'minute aggregates',
        22_067,
        1_185,
        1,
      ]);
      expect(volumes.volume.reduce((sum, volume) => sum + volume, 0)).toBe(naive);
      const [batch] = Array.from(tape.batches()) as [TradeBatch];
      expect(batch.size.subarray(0, batch.length).reduce((sum, size) => sum + size, 0)).toBe(naive);
      expect(batch.atMs.subarray(0, batch.length).every((ms, i, all) => i === 0 || ms >= all[i - 1]!)).toBe(
        true,
      );
    });
  },
);
