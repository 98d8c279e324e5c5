// The ring of the rolling window: always sorted by time, ties in the order they came, grown without loss.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  conditionOfVenue,
  ENTRY,
  ENTRY_WORDS,
  exchangeOfVenue,
  packVenue,
  RollingWindow,
} from '../../src/domain/window.ts';
import { assertProperty } from '../support/properties.ts';

function entries(window: RollingWindow): number[][] {
  return Array.from({ length: window.tail - window.head }, (_, place) => {
    const from = ((window.head + place) & window.mask) * ENTRY_WORDS;
    return [...window.words.subarray(from, from + ENTRY_WORDS)];
  });
}

const push = fc.record({ atMs: fc.integer({ min: -5, max: 40 }), drop: fc.nat(2) });

describe('the ring of the window', () => {
  it('is the list sorted by time, ties in the order they came, the oldest taken from its front', () => {
    assertProperty(
      fc.property(fc.array(push, { maxLength: 90, size: 'max' }), (pushes) => {
        const window = new RollingWindow(300_000);
        const list: number[][] = [];
        pushes.forEach(({ atMs, drop }, number) => {
          const venue = packVenue(209, 302);
          window.push(atMs, number, number + 1, 5, venue, 2);
          const place = list.findIndex((entry) => entry[0]! > atMs);
          list.splice(place < 0 ? list.length : place, 0, [atMs, number, number + 1, 5, venue, 2]);
          const dropped = Math.min(Math.max(0, drop - 1), list.length);
          window.head += dropped;
          list.splice(0, dropped);
          expect(entries(window)).toEqual(list);
        });
      }),
      100,
    );
  });

  it('keeps any two ids of 16 bits in one word', () => {
    const id = fc.nat(65_535);
    assertProperty(
      fc.property(id, id, (condition, exchange) => {
        const [venue] = Int32Array.of(packVenue(condition, exchange));
        expect([conditionOfVenue(venue!), exchangeOfVenue(venue!)]).toEqual([condition, exchange]);
      }),
    );
  });

  it('empties the latest equal print of the given time, once each', () => {
    const window = new RollingWindow(300_000);
    const venue = packVenue(209, 302);
    for (const atMs of [10, 20, 20, 30]) window.push(atMs, 1, 5, 100, venue, 0);
    const takeOut = (atMs: number) => window.takeOut(atMs, 1, 5, 100, 302);
    const sizes = () => entries(window).map((entry) => entry[ENTRY.size]);
    expect([takeOut(15), takeOut(40), window.takeOut(20, 2, 5, 100, 302)]).toEqual([false, false, false]);
    expect([takeOut(20), sizes()]).toEqual([true, [5, 5, 0, 5]]);
    expect([takeOut(20), sizes()]).toEqual([true, [5, 0, 0, 5]]);
    expect([takeOut(20), sizes()]).toEqual([false, [5, 0, 0, 5]]);
  });
});
