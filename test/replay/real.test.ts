// Real days through the engine: what it says of them is what a slow and obvious computation says.
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { Decimal } from 'decimal.js';
import { expect, test } from 'vitest';
import type { Alert } from '../../src/domain/alert.ts';
import { requireSession } from '../../src/domain/session.ts';
import type { Print } from '../../src/domain/trade.ts';
import { planReplay } from '../../src/replay/plan.ts';
import { replay, type ReplayedDay } from '../../src/replay/run.ts';
import { describeWithSharedData } from '../support/shared-data.ts';
import { slowThreshold } from '../support/slow-threshold.ts';
import type { Market } from '../support/tape.ts';

interface Bar {
  readonly ticker: string;
  readonly volume: number;
  readonly closeE4: number;
  readonly startMs: number;
}

/** Bars of a file, read as simply as can be, in the order of time, ticker and row. */
async function barsOf(path: string): Promise<Bar[]> {
  const [header = '', ...lines] = gunzipSync(await readFile(path))
    .toString('utf8')
    .trimEnd()
    .split('\n');
  const names = header.split(',');
  const bars = lines.map((line) => {
    const value = (name: string): string => line.split(',')[names.indexOf(name)]!;
    return {
      ticker: value('ticker'),
      volume: Number(value('volume')),
      closeE4: new Decimal(value('close')).times(10_000).toNumber(),
      startMs: Number(value('window_start').slice(0, 13)),
    };
  });
  return bars.toSorted(
    (a, b) => a.startMs - b.startMs || (a.ticker < b.ticker ? -1 : a.ticker > b.ticker ? 1 : 0),
  );
}

describeWithSharedData(
  'GOOG on the 24th of December 2015, a half day, by what it traded on the 23rd',
  ['real/goog-20151223-minute_aggs.csv.gz', 'real/goog-20151224-minute_aggs.csv.gz'],
  (before, path) => {
    const factor = '10';
    const floor = 20;

    async function replayed(): Promise<{ alerts: Alert[]; days: ReplayedDay[] }> {
      const [alerts, days]: [Alert[], ReplayedDay[]] = [[], []];
      const { plan } = await planReplay([path], [before]);
      await replay(
        plan,
        { threshold: { factor: new Decimal(factor), floor } },
        {
          onProgress: () => {},
          onAlert: (alert) => alerts.push(alert),
          onHistory: () => {},
          onDay: (day) => days.push(day),
          onFailure: ({ error }) => {
            throw error;
          },
        },
      );
      return { alerts, days };
    }

    test('the alerts are those of a slow recomputation from the rows', async () => {
      const session = requireSession('2015-12-24');
      const [earlier, bars] = [await barsOf(before), await barsOf(path)];
      const tickers = [...new Set(bars.map(({ ticker }) => ticker))];
      const numbers = new Map(tickers.map((ticker, number) => [ticker, number]));
      const sums = Map.groupBy(earlier, ({ ticker }) => ticker);
      const market: Market = {
        session,
        tickers,
        sessions: 1,
        volumeSums: tickers.map((ticker) =>
          (sums.get(ticker) ?? []).reduce((sum, { volume }) => sum + volume, 0),
        ),
        factor,
        floor,
      };
      const prints: Print[] = bars.map(({ ticker, volume, closeE4, startMs }) => ({
        contract: numbers.get(ticker)!,
        atMs: startMs + 59_999 - session.midnightMs,
        size: volume,
        priceE4: closeE4,
        condition: 0,
        exchange: 0,
      }));
      const slow = slowThreshold(
        market,
        prints,
        prints.map((_, row) => row),
      );
      const { alerts, days } = await replayed();
      expect(alerts.map(({ contract, at, observed }) => [contract, at, observed])).toEqual(
        slow.map(({ contract, atMs, volume }) => [
          tickers[contract],
          new Date(session.midnightMs + atMs).toISOString(),
          volume,
        ]),
      );
      expect(days).toMatchObject([
        { tape: 'minutes', baselineSessions: 1, summary: { received: bars.length, lost: 0 } },
      ]);
    });

    test('the counts are what they were', async () => {
      const { alerts, days } = await replayed();
      const { received, prints, contracts, underlyings } = days[0]!.summary;
      expect({ alerts: alerts.length, received, prints, contracts, underlyings }).toMatchInlineSnapshot(`
        {
          "alerts": 55,
          "contracts": 241,
          "prints": {
            "apart": 0,
            "cancels": 0,
            "detected": 958,
            "outsideHours": 0,
          },
          "received": 958,
          "underlyings": 1,
        }
      `);
      expect(alerts.every(({ flags }) => flags.includes('minute aggregates'))).toBe(true);
    });
  },
);
