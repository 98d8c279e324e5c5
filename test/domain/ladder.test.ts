// Stories of the day's orders: what counts on which rung, and that the counter agrees with the slow assembly.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OrderCounter, RUNGS } from '../../src/domain/ladder.ts';
import { LADDER, parentOrders } from '../../src/domain/parent.ts';
import { requireSession } from '../../src/domain/session.ts';
import { batchOf, type Print } from '../../src/domain/trade.ts';
import { assertProperty } from '../support/properties.ts';
import { at, print } from '../support/tape.ts';

const SESSION = requireSession('2025-11-25');
const HOURS = {
  openMs: SESSION.openMs,
  closeMsOf: () => SESSION.closeMs,
  clockOf: (contract: number) => contract % 2,
  clocks: 2,
  buckets: 78,
  bucketMs: 300_000,
};

function ordersOf(prints: readonly Print[], cut = prints.length) {
  const counter = new OrderCounter(HOURS);
  for (const part of [prints.slice(0, cut), prints.slice(cut)]) {
    const batch = batchOf(SESSION, part);
    counter.add(batch, batch.atMs);
  }
  return counter.take(SESSION.date);
}

describe('the orders of a day', () => {
  it('count a sweep of four venues once, on every rung its sum reaches', () => {
    const day = ordersOf(
      ['10:00', '10:00:00.05', '10:00:00.1', '10:00:00.15'].map((time) => print(time, 30)),
    );
    expect([...day.orders]).toEqual(LADDER.map((size) => (size <= 120 ? 1 : 0)));
    expect(day.profile![6]).toBe(1);
  });

  it('pass over cancels, compression and what prints outside the hours', () => {
    const prints = [
      print('09:29:59', 5),
      print('10:00', 5, { condition: 247 }),
      print('10:01', 5, { condition: 201 }),
      print('16:00', 5),
    ];
    expect(ordersOf(prints).contract).toHaveLength(0);
  });

  it('are those of the slow assembly, however the tape is cut', () => {
    const onePrint = fc.record({
      contract: fc.nat(2),
      gap: fc.nat(400),
      size: fc.integer({ min: 1, max: 900 }),
      condition: fc.constantFrom(209, 219, 227, 232, 231),
    });
    assertProperty(
      fc.property(fc.array(onePrint, { maxLength: 60 }), fc.nat(60), (steps, cut) => {
        let time = at('10:00');
        const prints = steps.map(({ gap, ...rest }) => print('10:00', 1, { ...rest, atMs: (time += gap) }));
        const day = ordersOf(prints, cut);
        for (const [i, contract] of day.contract.entries()) {
          const orders = parentOrders(prints.filter((one) => one.contract === contract));
          expect([...day.orders.subarray(i * RUNGS, (i + 1) * RUNGS)]).toEqual(
            LADDER.map((size) => orders.filter((order) => order.size >= size).length),
          );
        }
        const traded = new Set(prints.map(({ contract }) => contract));
        expect([...day.contract]).toEqual([...traded].toSorted((a, b) => a - b));
      }),
    );
  });
});
