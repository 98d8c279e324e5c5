// Detector `forest`: a minute of a busy underlying that stands apart, told when the next one begins.
import { describe, expect, it } from 'vitest';
import {
  busiestUnderlyings,
  FOREST_SCORE_MIN,
  forestDetector,
  minutePoint,
} from '../../../src/domain/detectors/forest-minutes.ts';
import { requireSession } from '../../../src/domain/session.ts';
import type { Print } from '../../../src/domain/trade.ts';
import { Random } from '../../../src/lib/random.ts';
import { at, baselineOf, fold, print, tableOf } from '../../support/tape.ts';

const tickers = ['O:NVDA251219C00180000', 'O:NVDA251219P00170000', 'O:AMD251219C00200000'];
const market = {
  session: requireSession('2025-11-26'),
  tickers,
  sessions: 30,
  // AMD did not trade before: it has no forest.
  volumeSums: [90_000, 60_000, 0],
  factor: '10000',
  floor: 1_000_000,
};

/** Three hours of some ten prints a minute in every contract, and at 11:40 two hundred of twenty lots in one. */
function tape(burst: boolean): Print[] {
  const random = new Random('quiet morning');
  const prints: Print[] = [];
  for (let minute = 0; minute < 180; minute++) {
    const fromMs = at('09:30') + minute * 60_000;
    for (const contract of [0, 1, 2]) {
      const busy = burst && minute === 130 && contract !== 0;
      const count = busy ? 200 : 4 + random.below(6);
      for (let one = 0; one < count; one++)
        prints.push({
          ...print('09:30', busy ? 20 : 1 + random.below(3)),
          contract,
          atMs: fromMs + random.below(60_000),
        });
    }
  }
  return prints.toSorted((a, b) => a.atMs - b.atMs);
}

function found(prints: readonly Print[], cuts: readonly number[] = []) {
  return fold({ ...market, detectors: [forestDetector()] }, prints, cuts).findings;
}

describe('detector forest', () => {
  it('tells of the minute of a burst when the next begins, once, with the contract that led', () => {
    const findings = found(tape(true));
    expect(findings).toHaveLength(1);
    const [finding] = findings;
    expect(finding).toMatchObject({
      detector: 'forest',
      kind: 'unusual underlying',
      contract: 1,
      leading: [1, 0],
      unit: 'prints',
      threshold: FOREST_SCORE_MIN,
      proof: { of: 'forest', minute: 130, minutes: 130 },
    });
    expect(finding!.atMs).toBeGreaterThanOrEqual(at('11:41'));
    expect(finding!.atMs).toBeLessThan(at('11:41:30'));
    expect(finding!.observed).toBeGreaterThan(200);
    expect(finding!.expected).toBeLessThan(20);
  });

  it('says nothing of a quiet morning, nor of the hush that follows it', () => {
    const quiet = tape(false).filter(({ atMs }) => atMs < at('12:00') || atMs >= at('12:20'));
    expect(found(quiet)).toEqual([]);
  });

  it('finds the same however the tape is cut', () => {
    expect(found(tape(true), [1, 100, 7])).toEqual(found(tape(true)));
  });
});

describe('the busiest underlyings', () => {
  it('are those with most volume in the baseline, ties by name, none without', () => {
    const table = tableOf([
      ...tickers,
      'O:SPY251219C00680000',
      'O:AAPL251219C00280000',
      'O:KO251219C00070000',
    ]);
    const baseline = baselineOf(30, [5, 4, 0, 9, 9, 2]);
    const names = (count: number): string[] =>
      [...busiestUnderlyings(table, baseline, count)].map((underlying) => table.underlyingName(underlying));
    expect(names(9)).toEqual(['AAPL', 'NVDA', 'SPY', 'KO']);
    expect(names(2)).toEqual(['AAPL', 'NVDA']);
  });
});

describe('the point of a minute', () => {
  it('is its prints and its premium as logarithms, and its imbalance', () => {
    const minute = { prints: 0, premiumCents: 0, leaningMilliCents: 0 };
    expect(minutePoint(minute)).toEqual([0, 0, 0]);
    const bought = minutePoint({ prints: 9, premiumCents: 99_900, leaningMilliCents: 99_900 * 194 });
    expect(bought[0]).toBeCloseTo(Math.log(10), 12);
    expect(bought[1]).toBeCloseTo(3, 12);
    expect(bought[2]).toBeCloseTo(4 * 0.194, 12);
  });
});
