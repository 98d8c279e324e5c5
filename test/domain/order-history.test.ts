// Stories of what is normal: how many orders of a contract, and what half days, news, splits and new strikes do to it.
import { describe, expect, it } from 'vitest';
import { present } from '../../src/lib/assert.ts';
import { Random } from '../../src/lib/random.ts';
import type { ContractTable } from '../../src/domain/contract-table.ts';
import { allocateRates, type OrderBaseline } from '../../src/domain/order-baseline.ts';
import { featuresOf } from '../../src/domain/order-class.ts';
import type { OrderHistory } from '../../src/domain/order-history.ts';
import { dayOrders, historyOf, type Traded } from '../support/order-days.ts';
import { tableOf } from '../support/tape.ts';

const DATE = '2025-11-25';
const TICKERS = [
  'O:NVDA251219C00180000',
  'O:NVDA251219P00180000',
  'O:NVDA251219C00200000',
  'O:NVDA251219C00220000',
];

function baselineOf(history: OrderHistory, date = DATE): OrderBaseline {
  return present(history.before(date), 'a baseline');
}

function ratesOf(baseline: OrderBaseline, table: ContractTable, contract: number) {
  const into = allocateRates();
  baseline.contractRates(contract, featuresOf(table.contract(contract)), into);
  return { rates: [...into.rates], shapes: [...into.shapes] };
}

const ordinary = (): readonly Traded[] => [
  { contract: 0, orders: 40, price: 6 },
  { contract: 1, orders: 20, price: 5 },
  { contract: 2, orders: 4, size: 10 },
];

describe('what is normal of orders', () => {
  it('is about what was seen: busy contracts busy, quiet ones quiet, and the sum that of the underlying', () => {
    const table = tableOf(TICKERS);
    const baseline = baselineOf(historyOf(table, DATE, 30, ordinary));
    const [busy, put, quiet] = [0, 1, 2].map((contract) => ratesOf(baseline, table, contract).rates[0]!);
    expect(busy).toBeGreaterThan(34);
    expect(busy).toBeLessThan(46);
    expect(put! / busy!).toBeCloseTo(0.5, 1);
    expect(quiet).toBeGreaterThan(3);
    expect(quiet).toBeLessThan(5.5);
    expect(baseline.ordersForecast).toBeCloseTo(64, 6);
    expect(baseline.contractsForecast).toBeCloseTo(3, 6);
    expect(baseline.sessions).toBe(30);
  });

  it('knows sizes by contract: blocks of ten are normal where all orders are, and not next to it', () => {
    const table = tableOf(TICKERS);
    const baseline = baselineOf(historyOf(table, DATE, 30, ordinary));
    const tens = ratesOf(baseline, table, 2).rates;
    expect(tens[2]! / tens[0]!).toBeGreaterThan(0.75);
    expect(tens[3]! / tens[0]!).toBeLessThan(0.2);
    const ones = ratesOf(baseline, table, 0).rates;
    expect(ones[2]! / ones[0]!).toBeLessThan(0.01);
  });

  it('finds the price by parity: strike and call less put', () => {
    const table = tableOf(TICKERS);
    expect(baselineOf(historyOf(table, DATE, 3, ordinary)).spotOf(0)).toBeCloseTo(181, 9);
  });

  it('expects half as much of a half day', () => {
    const table = tableOf(TICKERS);
    const history = historyOf(table, '2025-11-28', 20, ordinary);
    const half = baselineOf(history, '2025-11-28').ordersForecast;
    expect(half / baselineOf(history, '2025-12-01').ordersForecast).toBeCloseTo(0.5, 9);
  });

  it('is not moved by a half day that traded half as much', () => {
    const table = tableOf(TICKERS);
    const history = historyOf(table, '2025-11-28', 20, ordinary);
    const before = ratesOf(baselineOf(history, '2025-12-01'), table, 0).rates[0]!;
    history.add(
      dayOrders(
        '2025-11-28',
        ordinary().map((one) => ({ ...one, orders: one.orders / 2 })),
      ),
    );
    expect(ratesOf(baselineOf(history, '2025-12-01'), table, 0).rates[0]! / before).toBeCloseTo(1, 1);
  });

  it('does not take an anomaly for normal, even when it comes five days running', () => {
    // A chain around it: thirty strikes that trade a little, some days more.
    const strikes = Array.from({ length: 30 }, (_, i) => `O:NVDA251219C00${200 + i}000`);
    const table = tableOf([...TICKERS.slice(0, 2), ...strikes]);
    const random = new Random('a week of blocks');
    const days = Array.from({ length: 30 }, () => strikes.map(() => random.poisson(random.gamma(1.5))));
    const rateAfter = (anomalies: number): readonly number[] => {
      const traded = (session: number): readonly Traded[] => [
        ...ordinary().slice(0, 2),
        ...days[session]!.map((orders, i) => ({ contract: 2 + i, orders })),
      ];
      const disturbed = (session: number): readonly Traded[] =>
        traded(session).map((one) =>
          one.contract === 7 && session >= 30 - anomalies ? { ...one, orders: 60, size: 250 } : one,
        );
      return ratesOf(baselineOf(historyOf(table, DATE, 30, disturbed)), table, 7).rates;
    };
    expect(rateAfter(0)[0]).toBeLessThan(3);
    expect(rateAfter(1)[0]).toBeLessThan(4);
    expect(rateAfter(1)[6]).toBeLessThan(1);
    // After a week of them sixty orders of 250 lots a day are still more than twice what is expected.
    expect(rateAfter(5)[0]).toBeLessThan(30);
    expect(rateAfter(5)[6]).toBeLessThan(20);
  });

  it('does not take a contract for busy because its underlying had news', () => {
    const table = tableOf(TICKERS);
    const news = (session: number): readonly Traded[] =>
      ordinary().map((one) => ({ ...one, orders: one.orders * (session === 29 ? 20 : 1) }));
    const calm = ratesOf(baselineOf(historyOf(table, DATE, 30, ordinary)), table, 2).rates[0]!;
    expect(ratesOf(baselineOf(historyOf(table, DATE, 30, news)), table, 2).rates[0]! / calm).toBeLessThan(3);
  });

  it('expects of a contract never seen what its class has, and less where its expiry was long listed', () => {
    const table = tableOf([...TICKERS, 'O:NVDA260116C00180000']);
    const baseline = baselineOf(historyOf(table, DATE, 30, ordinary));
    const unseen = ratesOf(baseline, table, 3);
    expect(unseen.rates[0]).toBeGreaterThan(0);
    expect(unseen.rates[0]).toBeLessThan(20);
    expect(unseen.shapes[0]).toBeLessThanOrEqual(0.25);
    const newExpiry = ratesOf(baseline, table, 4).rates[0]!;
    expect(newExpiry).toBeGreaterThan(unseen.rates[0]!);
  });

  it('begins anew after a split: adjusted and new strikes are other contracts, and have what their class has', () => {
    const table = tableOf([...TICKERS, 'O:NVDA1251219C00180000', 'O:NVDA251219C00018000']);
    const baseline = baselineOf(historyOf(table, DATE, 30, ordinary));
    for (const contract of [4, 5]) {
      const { rates, shapes } = ratesOf(baseline, table, contract);
      expect(rates[0]).toBeLessThan(40);
      expect(shapes[0]).toBeLessThanOrEqual(0.25);
    }
  });

  it('lets contracts expire', () => {
    const table = tableOf(['O:NVDA251121C00180000', ...TICKERS]);
    const traded = (): readonly Traded[] => [0, 1, 2].map((contract) => ({ contract, orders: 30 }));
    const baseline = baselineOf(historyOf(table, DATE, 20, (i) => (i < 18 ? traded() : traded().slice(1))));
    const sum = [1, 2].reduce((all, one) => all + ratesOf(baseline, table, one).rates[0]!, 0);
    expect(sum).toBeGreaterThan(50);
  });

  it('is the same for the same days, has a version that says so, and stays when later days are folded', () => {
    const table = tableOf(TICKERS);
    const history = historyOf(table, DATE, 30, ordinary);
    const first = baselineOf(history);
    const rates = ratesOf(first, table, 0);
    expect(baselineOf(historyOf(tableOf(TICKERS), DATE, 30, ordinary)).version).toBe(first.version);
    history.add(
      dayOrders(
        DATE,
        ordinary().map((one) => ({ ...one, orders: one.orders * 3 })),
      ),
    );
    expect(ratesOf(first, table, 0)).toEqual(rates);
    expect(baselineOf(history, '2025-11-26').version).not.toBe(first.version);
    expect(() => history.add(dayOrders(DATE, []))).toThrow(RangeError);
  });
});
