// A day's tape in the engine's order: by time, then ticker, then row of the file, in batches of any size.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { requireSession } from '../../../src/domain/session.ts';
import { openFlatFile } from '../../../src/feeds/flat-file/open.ts';
import { readTape } from '../../../src/feeds/flat-file/read.ts';
import type { DayTape } from '../../../src/feeds/flat-file/tape.ts';
import { timeOrder } from '../../../src/feeds/flat-file/time-order.ts';
import { ContractTable } from '../../../src/domain/contract-table.ts';
import { at, tableOf } from '../../support/tape.ts';
import { AGGREGATES, barRow, Folder, MONDAY, QQQ, SPY, TRADES, tradeRow } from '../../support/flat-files.ts';
import { assertProperty } from '../../support/properties.ts';

/** Tickers whose numbers do not rise with their names. */
const TICKERS = [SPY, QQQ, 'O:SPXW251128P06800000', 'O:SPX251219C06800000', 'O:A260618C00100000'];

interface Row {
  readonly contract: number;
  readonly atMs: number;
}

function segmentsOf(rows: readonly Row[], bits: number): Array<{ contract: Int32Array; atMs: Int32Array }> {
  const size = 1 << bits;
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, segment) => {
    const part = rows.slice(segment * size, (segment + 1) * size);
    const columns = { contract: new Int32Array(size), atMs: new Int32Array(size) };
    part.forEach((row, i) => {
      columns.contract[i] = row.contract;
      columns.atMs[i] = row.atMs;
    });
    return columns;
  });
}

const slowOrder = (rows: readonly Row[]): number[] =>
  rows
    .map((_, row) => row)
    .toSorted((a, b) => {
      const [one, other] = [rows[a]!, rows[b]!];
      const [ticker, otherTicker] = [TICKERS[one.contract]!, TICKERS[other.contract]!];
      return one.atMs - other.atMs || (ticker < otherTicker ? -1 : ticker > otherTicker ? 1 : 0) || a - b;
    });

describe('time order', () => {
  const atMs = fc.oneof(
    fc.constantFrom(-21_600_000, -1, 0, 1, 16_383, 16_384, 16_385, 34_200_000, 86_459_998),
    fc.integer({ min: -21_600_000, max: 86_459_999 }),
    fc.integer({ min: 34_200_000, max: 34_200_010 }),
  );
  const tape = fc.array(fc.record({ contract: fc.nat(TICKERS.length - 1), atMs }), { maxLength: 200 });
  const table = tableOf(TICKERS);

  test('it is that of a slow and stable sort by time, ticker and row', () => {
    assertProperty(
      fc.property(tape, fc.integer({ min: 0, max: 6 }), fc.boolean(), (rows, bits, sorted) => {
        const given = sorted ? rows.toSorted((a, b) => a.atMs - b.atMs) : rows;
        const slow = slowOrder(given);
        const order = timeOrder(segmentsOf(given, bits), bits, given.length, table);
        expect(order === null ? given.map((_, row) => row) : [...order]).toEqual(slow);
      }),
      1_000,
    );
  });

  test('rows that stand in it already are left where they are', () => {
    assertProperty(
      fc.property(tape, fc.integer({ min: 0, max: 6 }), (rows, bits) => {
        const given = slowOrder(rows).map((row) => rows[row]!);
        expect(timeOrder(segmentsOf(given, bits), bits, given.length, table)).toBeNull();
      }),
    );
  });
});

async function tapeOf(
  rows: readonly string[],
  header = TRADES,
): Promise<{ tape: DayTape; table: ContractTable }> {
  using folder = new Folder();
  const table = new ContractTable();
  const file = await openFlatFile(folder.write(`${MONDAY}.csv`, `${[header, ...rows].join('\n')}\n`));
  const { tape } = await readTape(file, table);
  return { tape, table };
}

/** Every print of a tape as text, its batches cut at `batchRows`. */
function printsOf(tape: DayTape, table: ContractTable, batchRows?: number): string[] {
  const prints: string[] = [];
  for (const batch of tape.batches(batchRows)) {
    expect(batch.firstRow).toBe(prints.length);
    expect(batch.length).toBeLessThanOrEqual(batchRows ?? Infinity);
    for (let row = 0; row < batch.length; row++) {
      const { contract, atMs, priceE4, size, condition, exchange } = batch;
      const values = [atMs[row], priceE4[row], size[row], condition[row], exchange[row]];
      prints.push([table.ticker(contract[row]!), ...values].join(' '));
    }
  }
  return prints;
}

describe('the tape of a file', () => {
  const byTime = Array.from({ length: 60 }, (_, i) =>
    tradeRow(`10:00:${10 + (i >> 1)}`, { ticker: i % 2 === 0 ? QQQ : SPY, size: String(i + 1) }),
  );
  const byTicker = byTime.toSorted();

  test('a file sorted by ticker gives the tape of the file sorted by time, in batches of any size', async () => {
    const whole = await tapeOf(byTime);
    const prints = printsOf(whole.tape, whole.table);
    expect(prints).toHaveLength(60);
    for (const batchRows of [1, 7, 59, 60, 61, 1_000]) {
      const one = await tapeOf(byTime);
      const other = await tapeOf(byTicker);
      expect(printsOf(one.tape, one.table, batchRows)).toEqual(prints);
      expect(printsOf(other.tape, other.table, batchRows)).toEqual(prints);
    }
  });

  test('equal rows are separate prints and keep the order of the file', async () => {
    const rows = [SPY, SPY, SPY].map((ticker) => tradeRow('10:00', { ticker }));
    const { tape, table } = await tapeOf([...rows, tradeRow('09:59', { size: '2' })]);
    expect(printsOf(tape, table)).toEqual([
      `${SPY} ${at('09:59')} 162000 2 209 312`,
      ...rows.map(() => `${SPY} ${at('10:00')} 162000 1 209 312`),
    ]);
  });

  test('prints of the evening before come first, with a time below midnight', async () => {
    const evening = tradeRow('10:00').replace(
      /\d{19}/,
      `${requireSession(MONDAY).midnightMs - 13_500_000}000000`,
    );
    const { tape, table } = await tapeOf([tradeRow('03:00', { size: '2' }), evening]);
    expect(printsOf(tape, table).map((print) => print.split(' ')[1])).toEqual([
      '-13500000',
      String(at('03:00')),
    ]);
  });

  test('a minute counts at its last millisecond, when all of it is known', async () => {
    const { tape, table } = await tapeOf([barRow('15:59'), barRow('09:30')], AGGREGATES);
    expect(tape.kind).toBe('minutes');
    expect(printsOf(tape, table)).toEqual([
      `${SPY} ${at('09:30:59.999')} 15000 10 0 0`,
      `${SPY} ${at('15:59:59.999')} 15000 10 0 0`,
    ]);
  });

  test('it knows what will be cancelled before it is replayed', async () => {
    const { tape, table } = await tapeOf([
      tradeRow('10:00', { ticker: QQQ }),
      tradeRow('10:00', { condition: '201', size: '3' }),
      tradeRow('10:00', { ticker: TICKERS[2]!, condition: '248' }),
    ]);
    const told = tape.cancels.map(({ contract, ...rest }) => ({ ticker: table.ticker(contract), ...rest }));
    expect(told).toEqual([{ ticker: SPY, priceE4: 162_000, size: 3, exchange: 312 }]);
  });

  test('a tape of several batches keeps its order at their borders, and is there until it is freed', async () => {
    const row = tradeRow('10:00', { size: '' });
    const rows = Array.from({ length: 262_150 }, (_, i) => `${row}${i + 1}`);
    const { tape } = await tapeOf([...rows, tradeRow('09:59:59', { size: '9000000' })]);
    const lengths = tape.batches(100_000).map(({ length }) => length);
    expect(lengths.toArray()).toEqual([100_000, 100_000, 62_151]);
    const batches = Array.from(tape.batches(), ({ length, firstRow, size }) => ({
      firstRow,
      sizes: [...size.subarray(0, length)],
    }));
    expect(batches.map(({ firstRow, sizes }) => [firstRow, sizes.length])).toEqual([
      [0, 262_144],
      [262_144, 7],
    ]);
    const sizes = batches.flatMap((batch) => batch.sizes);
    tape.free();
    expect(tape.batches().next().done).toBe(true);
    expect(tape.length).toBe(262_151);
    expect(sizes[0]).toBe(9_000_000);
    expect(sizes.slice(1).every((size, i) => size === i + 1)).toBe(true);
  });
});
