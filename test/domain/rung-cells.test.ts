// The statistic of a rung against its definition, written out slowly.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocateRates, type OrderRates } from '../../src/domain/order-baseline.ts';
import { advanceCell, CELL_WORDS, MULTIPLES, RungCells } from '../../src/domain/rung-cells.ts';
import { Random } from '../../src/lib/random.ts';
import { assertProperty } from '../support/properties.ts';

function ratesOf(rate: number, shape: number): OrderRates {
  const rates = allocateRates();
  rates.rates.fill(rate);
  rates.shapes.fill(shape);
  return rates;
}

/** R = (R + 1) L over the waits, for each multiple; a ratio below e^-12 and those beyond it are taken for 0. */
function slowly(waits: readonly number[], rate: number, shape: number): number[] {
  let a = shape;
  let b = shape / rate;
  let statistics = MULTIPLES.map(() => 0);
  for (const wait of waits) {
    const ratios = MULTIPLES.map((multiple) => multiple * ((b + wait) / (b + multiple * wait)) ** (a + 1));
    const end = ratios.findIndex((ratio) => ratio < Math.exp(-12));
    statistics = statistics.map((one, kind) => (end >= 0 && kind >= end ? 0 : (one + 1) * ratios[kind]!));
    a += 1;
    b += wait;
  }
  return statistics;
}

function quickly(waits: readonly number[], rates: OrderRates): { statistics: number[]; sum: number } {
  const cells = new RungCells(1);
  const place = cells.move(0, 0, 1);
  cells.begin(place, 0, 1, rates);
  let exposure = 0;
  let sum = 0;
  for (const wait of waits) sum += advanceCell(cells.words, place, (exposure += wait));
  return { statistics: cells.statistics(place, 0), sum };
}

describe('the statistic of a rung', () => {
  it('is the mixture Shiryaev-Roberts statistic with the Lomax likelihood, to single precision', () => {
    const wait = fc.double({ min: 1e-3, max: 0.5, noNaN: true });
    const rate = fc.double({ min: 0.05, max: 50, noNaN: true });
    const shape = fc.double({ min: 0.2, max: 15, noNaN: true });
    assertProperty(
      fc.property(fc.array(wait, { minLength: 1, maxLength: 30 }), rate, shape, (waits, r, s) => {
        const { statistics, sum } = quickly(waits, ratesOf(r, s));
        for (const [kind, slow] of slowly(waits, r, s).entries()) {
          expect(Math.abs(statistics[kind]! - slow)).toBeLessThanOrEqual(2e-3 * slow + 1e-6);
        }
        const total = statistics.reduce((all, one) => all + one, 0);
        expect(Math.abs(sum - total)).toBeLessThanOrEqual(1e-6 * (1 + total));
      }),
    );
  });

  it('keeps its promise in its own model: it reaches A at most once in A orders', () => {
    const random = new Random('null of the statistic');
    const rates = ratesOf(8, 1.5);
    let orders = 0;
    let alarms = 0;
    for (let day = 0; day < 4_000; day++) {
      const today = (8 * random.gamma(1.5)) / 1.5;
      const cells = new RungCells(1);
      const place = cells.move(0, 0, 1);
      cells.begin(place, 0, 1, rates);
      let sum = 0;
      for (let time = random.exponential() / today; time < 1; time += random.exponential() / today) {
        orders++;
        sum += advanceCell(cells.words, place, time);
        if (sum / MULTIPLES.length < 100) continue;
        alarms++;
        cells.reset(place, 1);
        sum = 0;
      }
    }
    expect(orders).toBeGreaterThan(20_000);
    expect(alarms).toBeGreaterThan(0);
    expect(alarms).toBeLessThan(orders / 100);
  });

  it('rises on a burst and not on the same orders spread over the day', () => {
    const burst = quickly(
      Array.from({ length: 8 }, () => 0.002),
      ratesOf(4, 1.5),
    ).sum;
    const spread = quickly(
      Array.from({ length: 8 }, () => 0.1),
      ratesOf(4, 1.5),
    ).sum;
    expect(burst).toBeGreaterThan(1e5);
    expect(spread).toBeLessThan(100);
  });
});

describe('the room of cells', () => {
  it('keeps what a contract has when a larger order takes it up the ladder, and gives the old place away', () => {
    const cells = new RungCells(1);
    const first = cells.move(0, 0, 1);
    cells.begin(first, 0, 1, ratesOf(1, 1));
    advanceCell(cells.words, first, 0.01);
    const statistics = cells.statistics(first, 0);
    const second = cells.move(first, 1, 4);
    expect(cells.statistics(second, 0)).toEqual(statistics);
    expect(cells.move(0, 0, 1)).toBe(first);
    expect(second % CELL_WORDS).toBe(0);
  });
});
