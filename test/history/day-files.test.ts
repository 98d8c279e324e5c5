// The files of a day against the day said slowly: every print to the nanosecond, in order, and every contract's sums.
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ContractTable } from '../../src/domain/contract-table.ts';
import { type DayOrders, OrderCounter, RUNGS } from '../../src/domain/ladder.ts';
import { closeMsOf } from '../../src/domain/session.ts';
import { openFlatFile } from '../../src/feeds/flat-file/open.ts';
import { readWholeDay } from '../../src/feeds/flat-file/read.ts';
import { type DayDetail, ORDER_COLUMNS, writeDay } from '../../src/history/day-files.ts';
import { openDuck, rowsOf } from '../../src/history/duck.ts';
import { readDayOrders } from '../../src/history/order-days.ts';
import {
  AGGREGATES,
  barRow,
  Folder,
  lines,
  MONDAY,
  QQQ,
  SPY,
  TRADES,
  tradeRow,
} from '../support/flat-files.ts';
import { nastyTape } from '../support/nasty-tape.ts';
import { assertAsyncProperty } from '../support/properties.ts';
import { type NamedPrint, slowContractOrder, slowDays, underlyingIn } from '../support/slow-day.ts';

interface Written {
  readonly prints: readonly Record<string, unknown>[];
  readonly days: readonly Record<string, unknown>[];
}

/** Makes the files of a flat file and reads them back, in their own order. */
async function writeAndRead(path: string, folder: string): Promise<Written> {
  const file = await openFlatFile(path);
  const table = new ContractTable();
  const { day } = await readWholeDay(file, table);
  const hasPrints = file.kind === 'trades';
  const paths = {
    prints: hasPrints ? join(folder, 'p', 'prints.parquet') : null,
    summaries: join(folder, 's', 'days.parquet'),
  };
  await writeDay(day.byContract(), table, day.cancelledContracts, file.kind as DayDetail, paths);
  using duck = await openDuck({ threads: 2, memoryMbMax: 256, spillDir: null });
  const read = (name: string, columns = '*') =>
    rowsOf<Record<string, unknown>>(
      duck.connection,
      `select ${columns} from read_parquet('${name}', file_row_number = true) order by file_row_number`,
    );
  return {
    // The nanoseconds are more than a number holds.
    prints: hasPrints ? await read(paths.prints!, '* replace (sip_ns::varchar as sip_ns)') : [],
    days: await read(paths.summaries),
  };
}

/** Exact to what a file holds: prices of four digits, sizes, and 19 digits of time. */
function rowOf({ ticker, condition, exchange, priceE4, size, atMs, nanos }: NamedPrint, midnightMs: number) {
  const ns = `${midnightMs + atMs}${String(nanos).padStart(6, '0')}`;
  return [ticker, condition, 0, exchange, priceE4 / 10_000, ns, size].join(',');
}

describe('the files of a day', () => {
  it('hold every print in order to the nanosecond, and the day of every contract', async () => {
    const nanos = fc.infiniteStream(fc.integer({ min: 0, max: 999_999 }));
    await assertAsyncProperty(
      fc.asyncProperty(nastyTape, nanos, async ({ market, prints, cuts }, randomNanos) => {
        const { session, tickers } = market;
        const named = prints.map(({ contract, ...rest }) => ({
          ...rest,
          ticker: tickers[contract]!,
          // Files of today end in milliseconds.
          nanos: cuts.length === 1 ? 0 : randomNanos.next().value,
        }));
        using folder = new Folder();
        const text = lines(TRADES, ...named.map((print) => rowOf(print, session.midnightMs)));
        const written = await writeAndRead(folder.write(`${session.date}.csv`, text), folder.path);
        expect(written.prints).toEqual(
          slowContractOrder(named).map((print, row) => ({
            underlying: underlyingIn(print.ticker),
            osi: print.ticker,
            sip_ns: `${session.midnightMs + print.atMs}${String(print.nanos).padStart(6, '0')}`,
            price_e4: print.priceE4,
            size: print.size,
            condition: print.condition,
            exchange: print.exchange,
            file_row_number: row,
          })),
        );
        expect(written.days).toEqual(
          slowDays(session, named).map((day, row) => ({
            underlying: underlyingIn(day.osi),
            osi: day.osi,
            prints: day.prints,
            volume: day.volume,
            premium_cents: day.premiumCents,
            open_e4: day.openE4,
            high_e4: day.highE4,
            low_e4: day.lowE4,
            close_e4: day.closeE4,
            ...Object.fromEntries(ORDER_COLUMNS.map((column, rung) => [column, day.orders[rung]])),
            file_row_number: row,
          })),
        );
      }),
      40,
    );
  });

  it('keep the order over many chunks and row groups', async () => {
    using folder = new Folder();
    const rows = Array.from({ length: 130_000 }, (_row, n) =>
      tradeRow(`10:${String(Math.floor(n / 100) % 60).padStart(2, '0')}:00`, {
        ticker: n % 3 === 0 ? SPY : QQQ,
        size: String((n % 97) + 1),
      }),
    );
    const path = folder.write(`${MONDAY}.csv`, `${[TRADES, ...rows].join('\n')}\n`);
    const { prints, days } = await writeAndRead(path, folder.path);
    const keys = prints.map(({ underlying, sip_ns: ns }) => `${String(underlying)} ${String(ns)}`);
    expect(keys).toEqual(keys.toSorted());
    expect(days.map(({ underlying, prints: count }) => [underlying, count])).toEqual([
      ['QQQ', 86_666],
      ['SPY', 43_334],
    ]);
  });

  it('give the parent orders that the counter of baselines finds on the tape', async () => {
    using folder = new Folder();
    using duck = await openDuck({ threads: 1, memoryMbMax: 256, spillDir: null });
    const rows = Array.from({ length: 500 }, (_row, n) => {
      const [minute, second] = [30 + Math.floor(n / 60), n % 60].map((part) => String(part).padStart(2, '0'));
      const ticker = n % 3 === 0 ? SPY : QQQ;
      return tradeRow(`09:${minute}:${second}.${n % 2}5`, { ticker, size: String(((n * 37) % 300) + 1) });
    });
    const file = await openFlatFile(folder.write(`${MONDAY}.csv`, lines(TRADES, ...rows)));
    const table = new ContractTable();
    const { day } = await readWholeDay(file, table);
    const summaries = join(folder.path, 'days.parquet');
    const paths = { prints: join(folder.path, 'prints.parquet'), summaries };
    await writeDay(day.byContract(), table, day.cancelledContracts, 'trades', paths);
    const { session } = file;
    const counter = new OrderCounter({
      openMs: session.openMs,
      closeMsOf: (contract) => closeMsOf(session, table.contract(contract)),
      clockOf: () => 0,
      clocks: 1,
      buckets: 81,
      bucketMs: 300_000,
    });
    for (const batch of day.batches(100)) counter.add(batch, batch.atMs);
    const counted = counter.take(MONDAY);
    const read = await readDayOrders(duck, summaries, MONDAY, (osi) => table.internTicker(osi) as number);
    expect(read.date).toBe(MONDAY);
    // The file has its contracts in the order of their tickers.
    expect([...read.contract].map((contract) => table.ticker(contract))).toEqual([QQQ, SPY]);
    const ordersOf = ({ contract, orders, meanPrice }: DayOrders): unknown =>
      Array.from(contract, (number, at) => ({
        number,
        orders: [...orders.subarray(at * RUNGS, (at + 1) * RUNGS)],
        price: meanPrice[at]!.toFixed(9),
      })).toSorted((a, b) => a.number - b.number);
    expect(ordersOf(read)).toEqual(ordersOf(counted));
  });

  it('say of minutes what minutes know, and of whole days only volume and close', async () => {
    using folder = new Folder();
    const minutes = lines(
      AGGREGATES,
      barRow('09:31', { volume: '7', close: '2' }),
      barRow('09:40', { close: '3' }),
    );
    const [minute] = (await writeAndRead(folder.write(`m-${MONDAY}.csv`, minutes), folder.path)).days;
    expect(minute).toMatchObject({ volume: 17, premium_cents: 440_000, open_e4: 20_000, close_e4: 30_000 });
    expect([minute!['prints'], minute!['orders_1']]).toEqual([null, null]);
    const whole = lines(AGGREGATES, barRow('00:00', { volume: '70' }));
    const [day] = (await writeAndRead(folder.write(`d-${MONDAY}.csv`, whole), folder.path)).days;
    expect(day).toMatchObject({
      volume: 70,
      premium_cents: null,
      open_e4: null,
      close_e4: 15_000,
      orders_5: null,
    });
  });

  it('are not there, nor half there, when their place cannot be written', async () => {
    using folder = new Folder();
    const path = folder.write(`${MONDAY}.csv`, lines(TRADES, tradeRow('10:00')));
    // Where the unfinished file would be written, something else stands.
    mkdirSync(join(folder.path, 's', `days.parquet.${process.pid}.tmp`), { recursive: true });
    await expect(writeAndRead(path, folder.path)).rejects.toThrow();
    expect(existsSync(join(folder.path, 's', 'days.parquet'))).toBe(false);
    expect(readdirSync(join(folder.path, 'p'))).toEqual(['prints.parquet']);
  });
});
