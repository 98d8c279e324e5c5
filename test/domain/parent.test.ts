// Parent orders, their ladder of sizes, and sweeps, against the definition said slowly.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { streamOf } from '../../src/domain/conditions.ts';
import {
  advanceParent,
  LADDER,
  PARENT_WORDS,
  parentOrders,
  type ParentPrint,
  rungsReached,
} from '../../src/domain/parent.ts';
import { isSweep, orderShape } from '../../src/domain/sweep.ts';
import { assertProperty } from '../support/properties.ts';

function print(atMs: number, size = 1, rest: Partial<ParentPrint> = {}): ParentPrint {
  return { atMs, size, condition: 209, exchange: 302, ...rest };
}

const anyPrints = fc
  .array(
    fc.record({
      gapMs: fc.constantFrom(0, 0, 1, 50, 99, 100, 101, 450, 1_000, -30, -100, -101, -400),
      size: fc.constantFrom(1, 4, 5, 90, 600, 2_500),
      condition: fc.constantFrom(209, 219, 204, 228, 232, 236, 0, 999),
      exchange: fc.constantFrom(302, 308, 313),
    }),
    { maxLength: 60 },
  )
  .map((steps) => {
    let atMs = 40_000_000;
    return steps.map(({ gapMs, ...rest }) => ({ ...rest, atMs: (atMs += gapMs) }));
  });

/** Every stream by itself; an order is the list of its prints; a print joins the stream's last order or begins one. */
function slowOrders(prints: readonly ParentPrint[]): ParentPrint[][] {
  const all: ParentPrint[][] = [];
  for (const next of prints) {
    const order = all.findLast((legs) => streamOf(legs[0]!.condition) === streamOf(next.condition));
    const near = order?.some((leg) => Math.abs(leg.atMs - next.atMs) <= 100) ?? false;
    const times = [...(order ?? []), next].map((leg) => leg.atMs);
    if (order !== undefined && near && Math.max(...times) - Math.min(...times) <= 1_000) order.push(next);
    else all.push([next]);
  }
  return all;
}

describe('parent orders', () => {
  it('are what the definition says: one stream, no gap over 100 ms, no longer than a second', () => {
    assertProperty(
      fc.property(anyPrints, (prints) => {
        const expected = slowOrders(prints).map((legs) => ({
          stream: streamOf(legs[0]!.condition),
          firstMs: Math.min(...legs.map((leg) => leg.atMs)),
          lastMs: Math.max(...legs.map((leg) => leg.atMs)),
          size: legs.reduce((sum, leg) => sum + leg.size, 0),
          prints: legs.length,
          exchanges: [...new Set(legs.map((leg) => leg.exchange))],
          isoPrints: legs.filter((leg) => [219, 228].includes(leg.condition)).length,
        }));
        expect(parentOrders(prints)).toEqual(expected);
      }),
      1_000,
    );
  });

  it.each([
    ['a gap of 100 ms holds an order together', [0, 100], 1],
    ['a gap of 101 ms parts it', [0, 101], 2],
    ['a second is the longest an order lasts', Array.from({ length: 12 }, (_, i) => i * 100), 2],
    ['a print that comes late joins the order it lies in', [0, 90, 180, 270, 90], 1],
    ['a print from long before does not', [1_000, 500], 2],
  ])('%s', (_, times, orders) => {
    expect(parentOrders(times.map((atMs) => print(atMs))).length).toBe(orders);
  });

  it('of different streams are never merged', () => {
    const orders = parentOrders([print(0), print(1, 2, { condition: 232 }), print(2, 4)]);
    expect(orders.map(({ stream, size }) => [stream, size])).toEqual([
      ['single', 5],
      ['complex', 2],
    ]);
  });
});

describe('the ladder of sizes', () => {
  it('counts an order once on each rung, when it gets there', () => {
    assertProperty(
      fc.property(fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 1, maxLength: 12 }), (sizes) => {
        const words = new Int32Array(PARENT_WORDS);
        let total = 0;
        for (const size of sizes) {
          const crossed = advanceParent(words, 0, 1_000, size);
          const reached = (contracts: number): number => LADDER.filter((rung) => contracts >= rung).length;
          expect([crossed >> 4, crossed & 15]).toEqual([reached(total), reached((total += size))]);
        }
        expect([...words]).toEqual([1_000, 1_000, total, sizes.length]);
      }),
    );
  });

  it('has ten rungs, from one contract to 2,500', () => {
    expect([0, 1, 4, 5, 499, 500, 2_499, 2_500, 1_000_000].map(rungsReached)).toEqual([
      0, 1, 1, 2, 7, 8, 9, 10, 10,
    ]);
  });
});

describe('a sweep', () => {
  const iso = { condition: 219 };

  it.each([
    ['two venues and a leg marked so', [print(0, 5, iso), print(3, 5, { exchange: 313 })], 1],
    ['one venue is none', [print(0, 5, iso), print(3, 5, iso)], 0],
    ['unmarked legs are none', [print(0, 5), print(3, 5, { exchange: 313 })], 0],
    ['legs too far apart are none', [print(0, 5, iso), print(200, 5, { ...iso, exchange: 313 })], 0],
  ])('%s', (_, prints, sweeps) => {
    expect(parentOrders(prints).filter(isSweep).length).toBe(sweeps);
  });

  it('has a shape', () => {
    const prints = [print(0, 5, iso), print(3, 7, { ...iso, exchange: 313 }), print(900, 9)];
    expect(orderShape(prints)).toEqual({ prints: 3, orders: 2, sweeps: 1, exchanges: 2, largestOrder: 12 });
    expect(orderShape([])).toEqual({ prints: 0, orders: 0, sweeps: 0, exchanges: 0, largestOrder: 0 });
  });
});
