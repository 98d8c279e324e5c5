// Dedupe against a plain set of everything heard, with prints repeated, out of order and over many contracts.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { requireSession } from '../../src/domain/session.ts';
import { batchOf, type TradeBatch } from '../../src/domain/trade.ts';
import { Random } from '../../src/lib/random.ts';
import { Dedupe, REMEMBERED_MAX } from '../../src/streams/dedupe.ts';
import { assertProperty } from '../support/properties.ts';
import { print } from '../support/tape.ts';

const SESSION = requireSession('2026-11-20');

interface Numbered {
  readonly contract: number;
  readonly sequence: number;
}

/** A batch in which every other column follows from the sequence number, so that a mixed-up row is seen. */
function batch(prints: readonly Numbered[]): TradeBatch {
  const rows = prints.map(({ contract, sequence }) => print('10:00', 1 + (sequence % 997), { contract }));
  return { ...batchOf(SESSION, rows), sequence: Float64Array.from(prints, ({ sequence }) => sequence) };
}

function rowsOf({ length, contract, sequence, size }: TradeBatch): Numbered[] {
  return Array.from({ length }, (_, row) => {
    expect(size[row]).toBe(1 + (sequence![row]! % 997));
    return { contract: contract[row]!, sequence: sequence![row]! };
  });
}

/** Numbers with gaps that rise within each contract; `leap` makes some gaps wider than 32 bits. */
function tape(random: Random, contracts: number, prints: number, leap = false): Numbered[] {
  const last = Array.from({ length: contracts }, () => random.below(2_000_000_000));
  return Array.from({ length: prints }, () => {
    const contract = random.below(contracts);
    last[contract]! += 1 + random.below(5_000) + (leap && random.uniform() < 0.05 ? 5_000_000_000 : 0);
    return { contract, sequence: last[contract]! };
  });
}

describe('prints heard before', () => {
  test('are those that a set of everything heard would name, in a disorder of up to a hundred places', () => {
    const cases = fc.tuple(
      fc.nat(),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 0, max: 100 }),
      fc.boolean(),
    );
    assertProperty(
      fc.property(cases, ([seed, contracts, disorder, repeats]) => {
        const random = new Random(seed);
        const placed = tape(random, contracts, 600).flatMap((one, place) => {
          const copies = repeats && random.uniform() < 0.3 ? 2 : 1;
          return Array.from({ length: copies }, () => ({
            one,
            place: place + random.uniform() * disorder * 0.5,
          }));
        });
        const heard = placed.toSorted((a, b) => a.place - b.place).map(({ one }) => one);
        const seen = new Set<string>();
        const expected = heard.filter(({ contract, sequence }) => {
          const key = `${contract}/${sequence}`;
          return !seen.has(key) && seen.add(key);
        });
        const dedupe = new Dedupe();
        const passed: Numbered[] = [];
        for (let from = 0; from < heard.length; from += 37) {
          const out = dedupe.pass(batch(heard.slice(from, from + 37)));
          expect(out.firstRow).toBe(passed.length);
          passed.push(...rowsOf(out));
        }
        expect(passed).toEqual(expected);
        expect(dedupe.counts).toEqual({
          received: heard.length,
          duplicates: heard.length - expected.length,
        });
      }),
      60,
    );
  });

  test('are known after a whole tape is repeated, however long it is', () => {
    const heard = tape(new Random('repeat'), 3, 5_000, true);
    const dedupe = new Dedupe();
    expect(dedupe.pass(batch(heard)).length).toBe(5_000);
    expect(dedupe.pass(batch(heard)).length).toBe(0);
  });

  test('are told apart by contract', () => {
    const dedupe = new Dedupe();
    const both = [0, 1, 0].map((contract) => ({ contract, sequence: 7 }));
    expect(rowsOf(dedupe.pass(batch(both)))).toEqual(both.slice(0, 2));
  });
});

describe('prints that pass', () => {
  test('are all without a number, as often as they come', () => {
    const dedupe = new Dedupe();
    const unnumbered = Array.from({ length: 5 }, () => ({ contract: 2, sequence: 0 }));
    expect(dedupe.pass(batch(unnumbered)).length).toBe(5);
    const files = { ...batch(unnumbered), sequence: null };
    expect(dedupe.pass(files)).toMatchObject({ length: 5, firstRow: 5 });
  });

  test('are not those late by more prints of their contract than are remembered', () => {
    const dedupe = new Dedupe();
    const rising = Array.from({ length: REMEMBERED_MAX + 2 }, (_, i) => ({
      contract: 0,
      sequence: 10 + 2 * i,
    }));
    dedupe.pass(batch(rising));
    expect(dedupe.pass(batch([{ contract: 0, sequence: 11 }])).length).toBe(0);
    expect(dedupe.pass(batch([{ contract: 0, sequence: 15 }])).length).toBe(1);
  });

  test('cost no memory beyond what a contract has', () => {
    const dedupe = new Dedupe();
    const far = dedupe.pass(batch([{ contract: 400_000, sequence: 1 }]));
    expect(far.length).toBe(1);
    expect(dedupe.pass(far).length).toBe(0);
  });
});
