// The truth about injected anomalies: what each kind is, told from the prints that carry its number.
import { describe, expect, test } from 'vitest';
import { MINUTE_MS } from '../../src/domain/calendar.ts';
import { sessionsBefore } from '../../src/domain/session.ts';
import type { Truth } from '../../src/simulation/anomalies.ts';
import { ANOMALY_KINDS, type AnomalyKind } from '../../src/simulation/anomaly-scene.ts';
import { createMarket, type MarketDay, SMALL_MARKET } from '../../src/simulation/market.ts';

interface Print {
  readonly atMs: number;
  readonly size: number;
  readonly condition: number;
  readonly exchange: number;
}

interface Told {
  readonly day: MarketDay;
  readonly truth: Truth;
  readonly prints: readonly Print[];
  /** Orders the ordinary tape expects of its contract on the day. */
  readonly usual: number;
}

const market = createMarket({ ...SMALL_MARKET, anomaliesPerDay: 30 });
const told: Told[] = sessionsBefore('2026-11-21', 8).flatMap((date) => {
  const day = market.day(date);
  const { atMs, size, condition, exchange } = day.columns;
  const prints: Print[][] = day.truth.map(() => []);
  for (let row = 0; row < day.length; row++) {
    prints[day.anomaly[row]! - 1]?.push({
      atMs: atMs[row]!,
      size: size[row]!,
      condition: condition[row]!,
      exchange: exchange[row]!,
    });
  }
  return day.truth.map((truth, i) => {
    const contract = truth.contract === null ? -1 : day.contracts.find(truth.contract);
    return {
      day,
      truth,
      prints: prints[i]!,
      usual: contract < 0 ? 0 : day.contracts.expectedOrders(contract),
    };
  });
});

function ofKind(kind: AnomalyKind): Told[] {
  return told.filter(({ truth }) => truth.kind === kind);
}

describe('the truth', () => {
  test('tells of every kind, about as many as were asked for', () => {
    for (const kind of ANOMALY_KINDS)
      expect({ kind, count: ofKind(kind).length > 2 }).toEqual({ kind, count: true });
    expect(told.length / 8).toBeGreaterThan(24);
    expect(told.length / 8).toBeLessThan(36);
  });

  test('agrees with the prints', () => {
    for (const { truth, prints } of told) {
      expect(prints.length).toBe(truth.prints);
      expect(prints.reduce((sum, { size }) => sum + size, 0)).toBe(truth.volume);
      expect(prints[0]!.atMs).toBe(truth.beginMs);
      expect(prints.at(-1)!.atMs).toBe(truth.endMs);
      expect(truth.contract === null).toBe(truth.kind === 'news');
    }
  });
});

describe('each kind', () => {
  test('a quiet contract is awakened: hardly an order a day, then dozens of lots within minutes', () => {
    for (const { truth, usual } of ofKind('quiet contract awakened')) {
      expect(usual).toBeLessThan(4);
      expect(truth.volume).toBeGreaterThanOrEqual(40);
      expect(truth.endMs - truth.beginMs).toBeLessThanOrEqual(20 * MINUTE_MS + 200);
    }
  });

  test('controlled lots are so many orders of so many lots, in quiet contracts of every class of rates', () => {
    const patterns = new Set<string>();
    for (const { truth, usual } of ofKind('controlled lots')) {
      const [orders, lots] = truth.pattern!.split('x').map(Number);
      expect(truth.volume).toBe(orders! * lots!);
      expect(truth.prints).toBeGreaterThanOrEqual(orders!);
      expect(truth.usualOrders).toBe(usual);
      patterns.add(truth.pattern!);
    }
    expect([...patterns].sort()).toEqual(['20x10', '40x2', '5x100']);
    const rates = ofKind('controlled lots').map(({ usual }) => usual);
    expect(Math.min(...rates)).toBeLessThan(0.2);
    expect(Math.max(...rates)).toBeGreaterThan(1.6);
  });

  test('a repeated awakening comes to one contract on the sessions of a week, at about its time', () => {
    const series = Map.groupBy(ofKind('repeated awakening'), ({ truth }) => truth.contract!);
    const longest = [...series.values()].toSorted((a, b) => b.length - a.length)[0]!;
    expect(longest.length).toBeGreaterThanOrEqual(4);
    const begins = longest.map(({ truth }) => truth.beginMs);
    expect(Math.max(...begins) - Math.min(...begins)).toBeLessThan(25 * MINUTE_MS);
    expect(new Set(longest.map(({ truth }) => truth.pattern)).size).toBe(1);
  });

  test('a steady burst is two orders in each of ten minutes', () => {
    for (const { truth } of ofKind('steady burst')) {
      expect(truth.prints).toBeGreaterThanOrEqual(20);
      expect(truth.endMs - truth.beginMs).toBeGreaterThan(9 * MINUTE_MS);
      expect(truth.endMs - truth.beginMs).toBeLessThanOrEqual(10 * MINUTE_MS + 200);
    }
  });

  test('bursts before and after the largest move of the day are in what gains by it', () => {
    for (const kind of ['burst before a move', 'burst after a move'] as const) {
      for (const { day, truth } of ofKind(kind)) {
        const from = kind === 'burst before a move' ? truth.endMs : truth.beginMs - 40 * MINUTE_MS;
        const moved = Math.log(
          day.underlyingPrice(truth.underlying, from + 40 * MINUTE_MS)! /
            day.underlyingPrice(truth.underlying, from)!,
        );
        const calls = day.contracts.right(day.contracts.find(truth.contract!)) === 0;
        expect(Math.sign(moved)).toBe(calls ? 1 : -1);
      }
    }
  });

  test('a burst is ten minutes of ten orders or more', () => {
    for (const { truth } of ofKind('burst')) {
      expect(truth.prints).toBeGreaterThanOrEqual(10);
      expect(truth.endMs - truth.beginMs).toBeLessThanOrEqual(10 * MINUTE_MS + 200);
    }
  });

  test('a sweep is a hundred lots or more on several venues at once, marked as one', () => {
    for (const { prints, truth } of ofKind('sweep')) {
      const first = prints.filter(({ atMs }) => atMs <= truth.beginMs + 200);
      expect(first.every(({ condition }) => condition === 219)).toBe(true);
      expect(new Set(first.map(({ exchange }) => exchange)).size).toBeGreaterThan(1);
      expect(truth.volume).toBeGreaterThanOrEqual(100);
    }
  });

  test('a large print is one print of a thousand lots or more', () => {
    for (const { truth } of ofKind('large print')) {
      expect(truth.prints).toBe(1);
      expect(truth.volume).toBeGreaterThanOrEqual(1_000);
    }
  });

  test('news follows the move of the underlying, and is traded across its chain', () => {
    for (const { day, truth } of ofKind('news')) {
      const before = day.underlyingPrice(truth.underlying, truth.beginMs - 15 * MINUTE_MS)!;
      const after = day.underlyingPrice(truth.underlying, truth.beginMs)!;
      expect(Math.abs(Math.log(after / before))).toBeGreaterThan(0.01);
    }
    expect(Math.max(...ofKind('news').map(({ truth }) => truth.contracts))).toBeGreaterThan(20);
  });

  test('informed buying comes before the move, in calls before a rise and in puts before a fall', () => {
    for (const { day, truth } of ofKind('informed buying')) {
      const before = day.underlyingPrice(truth.underlying, truth.endMs)!;
      const after = day.underlyingPrice(truth.underlying, truth.endMs + 60 * MINUTE_MS)!;
      const calls = day.contracts.right(day.contracts.find(truth.contract!)) === 0;
      expect(Math.sign(Math.log(after / before))).toBe(calls ? 1 : -1);
    }
  });
});
