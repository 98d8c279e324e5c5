// The trigger of the rule `threshold`: exact against decimals, silent without a baseline, strict about its settings.
import { Decimal } from 'decimal.js';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compileThreshold,
  DEFAULT_THRESHOLD,
  NEVER,
  normalVolume,
  thresholdRule,
  triggerVolume,
} from '../../../src/domain/detectors/threshold.ts';
import { assertProperty } from '../../support/properties.ts';
import { baselineOf } from '../../support/tape.ts';

function trigger(factor: string, floor: number, volumeSum: number, sessions = 30, buckets = 78): number {
  const rule = compileThreshold({ factor: new Decimal(factor), floor });
  return triggerVolume(rule, volumeSum, sessions, buckets);
}

describe('the trigger volume', () => {
  it('is the smallest whole volume above factor x mean / buckets, and never below the floor', () => {
    const factor = fc.integer({ min: 1, max: 100_000_000 }).map((tenThousandths) => tenThousandths / 10_000);
    const case_ = fc.tuple(
      factor,
      fc.nat(5_000),
      fc.oneof(fc.nat(3_000), fc.nat(90_000_000)),
      fc.integer({ min: 1, max: 30 }),
      fc.constantFrom(78, 81, 42, 45),
    );
    const Exact = Decimal.clone({ precision: 60 });
    assertProperty(
      fc.property(case_, ([times, floor, volumeSum, sessions, buckets]) => {
        const product = new Exact(times).times(volumeSum);
        const above = (volume: number) => new Exact(volume).times(sessions).times(buckets).gt(product);
        const volume = trigger(String(times), floor, volumeSum, sessions, buckets);
        // A trigger that no Int32 holds is never reached, and NEVER is not above it either.
        expect(volume === NEVER || (above(volume) && volume >= floor)).toBe(true);
        expect(volume - 1 < 1 || volume - 1 < floor || !above(volume - 1)).toBe(true);
      }),
      3_000,
    );
  });

  it('has no rounding where factor x mean is a whole number: it must be exceeded', () => {
    // 2,340 contracts in 30 sessions of 78 buckets: one contract is normal.
    expect(['1', '7', '10', '0.1', '0.3'].map((factor) => trigger(factor, 0, 2_340))).toEqual([
      2, 8, 11, 1, 1,
    ]);
    expect(trigger('1', 0, 4_263 * 78 * 30)).toBe(4_264);
  });

  it('says nothing without a baseline, and speaks of every print of a contract that never traded', () => {
    expect(trigger('1', 0, 0, 0)).toBe(NEVER);
    expect(trigger('1', 0, 1_000_000, 0)).toBe(NEVER);
    expect(trigger('1', 0, 0)).toBe(1);
    expect(trigger('10', 500, 0)).toBe(500);
  });

  it('divides by the sessions there are: a day without trades counts 0, a missing session not at all', () => {
    expect(trigger('1', 0, 7_800, 1)).toBe(101);
    expect(trigger('1', 0, 7_800, 10)).toBe(11);
    expect(trigger('1', 0, 7_800, 30)).toBe(4);
  });
});

describe('the settings of the rule', () => {
  it.each(['0', '-1', '0.00001', '10000.0001', '1e9', 'NaN', 'Infinity'])(
    'refuse the factor %s',
    (factor) => {
      expect(() => compileThreshold({ factor: new Decimal(factor), floor: 0 })).toThrow(RangeError);
    },
  );

  it.each([-1, 0.5, Number.NaN, Infinity, NEVER])('refuse the floor %s', (floor) => {
    expect(() => compileThreshold({ factor: new Decimal(1), floor })).toThrow(RangeError);
  });

  it('have a hash of their own, by value and not by spelling', () => {
    const hash = (factor: string, floor: number) =>
      thresholdRule({ factor: new Decimal(factor), floor }).hash;
    expect(hash('10', 500)).toBe(thresholdRule(DEFAULT_THRESHOLD).hash);
    expect(hash('10.0', 500)).toBe(hash('1e1', 500));
    expect(new Set([hash('10', 500), hash('10', 501), hash('10.5', 500), hash('1', 0)]).size).toBe(4);
    expect(hash('10', 500)).toMatch(/^[0-9a-f]{12}$/);
  });
});

it('calls normal the mean five minutes of the sessions, and 0 where there are none', () => {
  expect(normalVolume(baselineOf(30, [2_340]), 0, 78)).toBe(1);
  expect(normalVolume(baselineOf(30, [2_340]), 1, 78)).toBe(0);
  expect(normalVolume(baselineOf(0, [2_340]), 0, 78)).toBe(0);
});
