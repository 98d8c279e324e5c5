// A file read whole: no row lost, rows of other days refused, day volumes, quotes up to the prints that may know them.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ContractTable } from '../../../src/domain/contract-table.ts';
import { openFlatFile } from '../../../src/feeds/flat-file/open.ts';
import { readQuotes, type ReadReport, readTape, readVolumes } from '../../../src/feeds/flat-file/read.ts';
import {
  AGGREGATES,
  barRow,
  Folder,
  lines,
  MONDAY,
  nanoseconds,
  QQQ,
  QUOTES,
  SPY,
  TRADES,
  tradeRow,
  TUESDAY,
} from '../../support/flat-files.ts';
import { assertAsyncProperty } from '../../support/properties.ts';
import { at } from '../../support/tape.ts';

async function report(...rows: readonly string[]): Promise<ReadReport & { readonly prints: number }> {
  using folder = new Folder();
  const path = folder.write(`${MONDAY}.csv`, lines(TRADES, ...rows));
  const read = await readTape(await openFlatFile(path), new ContractTable());
  return { ...read.report, prints: read.tape.length };
}

describe('rows and rejected rows', () => {
  test('together they are the lines, the header and blank lines left out', async () => {
    const good = tradeRow('10:00');
    const line = fc.constantFrom(
      good,
      tradeRow('10:00', { ticker: 'SPY' }),
      tradeRow('10:00', { date: TUESDAY }),
      'junk',
      '',
      '  ',
    );
    await assertAsyncProperty(
      fc.asyncProperty(fc.array(line, { maxLength: 25 }), async (others) => {
        const { rows, rejected, prints } = await report(good, ...others);
        const refused = rejected.reduce((sum, reason) => sum + reason.rows, 0);
        expect(rows).toBe(prints);
        expect(rows).toBe(1 + others.filter((text) => text === good).length);
        expect(rows + refused).toBe(1 + others.filter((text) => text.trim() !== '').length);
      }),
    );
  });

  test('a row of another day is refused by its line, with its time', async () => {
    const { rows, rejected } = await report(tradeRow('10:00'), tradeRow('10:00:00.5', { date: TUESDAY }));
    expect(rows).toBe(1);
    expect(rejected).toEqual([
      { reason: 'row is of another day', rows: 1, lines: [3], sample: '2025-11-25T15:00:00.500Z' },
    ]);
  });

  test('a day holds the evening before it from six and itself to midnight', async () => {
    const midnight = BigInt(nanoseconds(MONDAY, '00:00'));
    const hour = 3_600_000_000_000n;
    const rowAt = (ns: bigint): string => tradeRow('10:00').replace(/\d{19}/, String(ns));
    const inside = [midnight - 6n * hour, midnight, midnight + 24n * hour - 1n].map(rowAt);
    const outside = [midnight - 6n * hour - 1n, midnight + 24n * hour].map(rowAt);
    const { rejected, rows } = await report(...inside, ...outside);
    expect(rows).toBe(3);
    expect(rejected).toMatchObject([{ reason: 'row is of another day', rows: 2, lines: [5, 6] }]);
  });

  test('a file named for the day before holds no row of its day', async () => {
    using folder = new Folder();
    const path = folder.write(`${MONDAY}.csv`, lines(TRADES, tradeRow('10:00', { date: TUESDAY })));
    const file = await openFlatFile(path);
    await expect(readTape(file, new ContractTable())).rejects.toThrow(
      `${path} has no usable row; the first fault is in line 2: row is of another day`,
    );
  });
});

describe('day volumes', () => {
  async function volumes(header: string, ...rows: readonly string[]): Promise<Record<string, number>> {
    using folder = new Folder();
    const table = new ContractTable();
    const path = folder.write(`${MONDAY}.csv`, lines(header, ...rows));
    const read = await readVolumes(await openFlatFile(path), table);
    expect(read.volumes.date).toBe(MONDAY);
    const { contract, volume } = read.volumes;
    return Object.fromEntries(Array.from(contract, (number, i) => [table.ticker(number), volume[i]!]));
  }

  test('of trades they are sums by contract', async () => {
    const spy = [1, 2, 300].map((size) => tradeRow('10:00', { size: String(size) }));
    expect(await volumes(TRADES, ...spy, tradeRow('10:00', { ticker: QQQ, size: '7' }))).toEqual({
      [SPY]: 303,
      [QQQ]: 7,
    });
  });

  test('cancels take back, and a contract that is left with nothing did not trade', async () => {
    const rows = [5, 4].map((size) => tradeRow('10:00', { size: String(size) }));
    const cancel = tradeRow('10:01', { size: '4', condition: '201' });
    const taken = [tradeRow('10:00', { ticker: QQQ }), tradeRow('10:00', { ticker: QQQ, condition: '207' })];
    expect(await volumes(TRADES, ...rows, cancel, ...taken)).toEqual({ [SPY]: 5 });
  });

  test('extended hours and compression are no volume of the session', async () => {
    const apart = ['247', '248'].map((condition) => tradeRow('10:00', { condition, size: '9' }));
    expect(await volumes(TRADES, tradeRow('10:00'), ...apart)).toEqual({ [SPY]: 1 });
  });

  test('minutes add up and a day stands for itself', async () => {
    expect(await volumes(AGGREGATES, barRow('09:30'), barRow('15:59', { volume: '2.0' }))).toEqual({
      [SPY]: 12,
    });
    expect(await volumes(AGGREGATES, barRow('00:00', { volume: '44' }))).toEqual({ [SPY]: 44 });
  });

  test('contracts beyond the first few thousand are counted too', async () => {
    const rows = Array.from({ length: 9_000 }, (_, i) => {
      const strike = String(1_000 + i).padStart(8, '0');
      return tradeRow('10:00', { ticker: `O:SPY251219C${strike}`, size: String(1 + (i % 5)) });
    });
    const sums = await volumes(TRADES, ...rows);
    expect(Object.keys(sums)).toHaveLength(9_000);
    expect(sums['O:SPY251219C00009999']).toBe(1 + (8_999 % 5));
  });
});

describe('quotes', () => {
  const quote = (time: string, bid: string, ticker = SPY): string =>
    `${ticker},302,9.8,24,303,${bid},17,1,${nanoseconds(MONDAY, time)}`;

  test('they are given out in time order, up to a print and with it, each once', async () => {
    using folder = new Folder();
    const table = new ContractTable();
    const rows = [
      quote('10:00:02', '2'),
      quote('10:00:01', '1'),
      quote('10:00:03', '3', QQQ),
      quote('10:00:01', '0'),
    ];
    const file = await openFlatFile(folder.write(`${MONDAY}.csv`, lines(QUOTES, ...rows)));
    const { quotes, report: said } = await readQuotes(file, table);
    expect([said.rows, quotes.length]).toEqual([4, 4]);
    const taken = (time: string): number[] | null => {
      const batch = quotes.takeUntil(at(time), 0);
      return batch === null ? null : Array.from(batch.bidE4.subarray(0, batch.length), (bid) => bid / 10_000);
    };
    expect(taken('10:00:00.999')).toBeNull();
    expect(taken('10:00:02')).toEqual([1, 0, 2]);
    expect(taken('10:00:02.999')).toBeNull();
    expect(taken('16:00')).toEqual([3]);
    expect(taken('16:00')).toBeNull();
  });

  test('a quote without a bid is a quote, one without prices is none', async () => {
    using folder = new Folder();
    const bare = `${SPY},,,,,,,1,${nanoseconds(MONDAY, '10:00')}`;
    const path = folder.write('q.csv', lines(QUOTES, quote('10:00', '0'), bare));
    const { report: said } = await readQuotes(await openFlatFile(path), new ContractTable());
    expect(said.rows).toBe(1);
    expect(said.rejected).toMatchObject([{ reason: 'ask is not a number of dollars', lines: [3] }]);
  });
});
