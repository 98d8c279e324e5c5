// The z-score rule of the provider's article: its numbers, and a contract that speaks once a session.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DayVolumes, VolumeHistory } from '../../../src/domain/baseline.ts';
import { zscoreDetector, zscoreOf, zscoreTrigger } from '../../../src/domain/detectors/zscore.ts';
import { requireSession } from '../../../src/domain/session.ts';
import { assertProperty } from '../../support/properties.ts';
import { at, fold, print } from '../../support/tape.ts';

describe('the z-score of a day', () => {
  it('is by the sample deviation of five days', () => {
    // Mean 4, sample deviation √(10/4).
    expect(zscoreOf([2, 3, 4, 5, 6], 9)).toBeCloseTo(5 / Math.sqrt(2.5), 12);
  });

  it.each([
    ['four days are too few', [1, 2, 3, 4]],
    ['equal days do not deviate', [7, 7, 7, 7, 7]],
    ['no day says nothing', []],
  ])('is none where %s', (_, counts) => {
    expect(zscoreOf(counts, 1_000)).toBeNull();
    expect(zscoreTrigger(counts)).toBe(0x7fffffff);
  });

  it('does not reach its trigger at exactly three deviations', () => {
    // Sum 10, sample deviation 1.5811 = √2.5: 2 + 3 √2.5 = 6.74.
    expect(zscoreTrigger([0, 1, 2, 3, 4])).toBe(7);
    // Mean 4 and deviation 2: exactly three deviations are 10 prints, and not above.
    expect(zscoreTrigger([2, 2, 4, 6, 6])).toBe(11);
  });

  it('is above three from the trigger on and not below, for any five days', () => {
    const counts = fc.array(fc.nat(200_000), { minLength: 5, maxLength: 5 });
    assertProperty(
      fc.property(counts, (days) => {
        fc.pre(new Set(days).size > 1);
        const trigger = zscoreTrigger(days);
        expect(zscoreOf(days, trigger)!).toBeGreaterThan(3 - 1e-9);
        expect(zscoreOf(days, trigger - 1)!).toBeLessThan(3 + 1e-9);
      }),
    );
  });
});

describe('the last days with trades', () => {
  it('are the newest five in which the contract traded and whose prints are known', () => {
    const history = new VolumeHistory();
    const dates = [
      '2025-11-14',
      '2025-11-17',
      '2025-11-18',
      '2025-11-19',
      '2025-11-20',
      '2025-11-21',
      '2025-11-24',
    ];
    dates.forEach((date, day) => {
      const contract = day === 3 ? [1] : [0, 1];
      const known = day !== 5;
      const volumes: DayVolumes = {
        date,
        contract: Int32Array.from(contract),
        volume: Float64Array.from(contract, () => 100),
        prints: known ? Float64Array.from(contract, (number) => 10 * number + day + 1) : null,
      };
      history.add(volumes);
    });
    const baseline = history.before('2025-11-25', 3);
    expect([0, 1, 2, 9].map((contract) => Array.from(baseline.lastPrints!(contract)))).toEqual([
      [7, 5, 3, 2, 1],
      [17, 15, 14, 13, 12],
      [],
      [],
    ]);
  });
});

describe('detector zscore', () => {
  const days = [3, 5, 4, 6, 2];
  const market = {
    session: requireSession('2025-11-26'),
    tickers: ['O:NVDA251219C00180000', 'O:NVDA251219P00170000'],
    sessions: 30,
    volumeSums: [0, 0],
    factor: '10000',
    floor: 1_000_000,
    detectors: [zscoreDetector()],
    lastPrints: (contract: number) => (contract === 0 ? days : [1, 1, 1, 1, 1]),
  };
  const prints = Array.from({ length: 30 }, (_, minute) => [
    print(`10:${String(minute).padStart(2, '0')}`, 1),
    print(`10:${String(minute).padStart(2, '0')}:30`, 1, { contract: 1 }),
  ]).flat();

  it('speaks once a session, at the print that makes the day too busy', () => {
    // Mean 4, deviation √2.5: above 8.74 prints.
    const { findings } = fold(market, prints);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      detector: 'zscore',
      contract: 0,
      atMs: at('10:08'),
      row: 16,
      observed: 9,
      expected: 4,
      threshold: 9,
      unit: 'prints',
      proof: { of: 'zscore', min: 3, counts: days },
    });
  });

  it('speaks the same however the tape is cut, and not on minute aggregates', () => {
    expect(fold(market, prints, [1, 7, 2]).findings).toEqual(fold(market, prints).findings);
    expect(fold(market, prints, [], 'minutes').findings).toEqual([]);
  });

  it('takes a cancelled print back from the day', () => {
    const cancelled = [...prints.slice(0, 14), print('10:06:40', 1, { condition: 201 }), ...prints.slice(14)];
    expect(fold(market, cancelled).findings[0]).toMatchObject({ atMs: at('10:09'), observed: 9 });
  });
});
