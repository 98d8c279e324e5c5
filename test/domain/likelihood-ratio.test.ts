// Logarithms and exponentials of likelihood ratios keep the errors that they state.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expOfRatio, LOG_RATIO_MAX, LOG_RATIO_MIN, logFromOne } from '../../src/domain/likelihood-ratio.ts';
import { assertProperty } from '../support/properties.ts';

describe('the logarithm of a number of at least 1', () => {
  const isClose = (y: number): void => {
    const exact = Math.log(y);
    expect(Math.abs(logFromOne(y) - exact)).toBeLessThanOrEqual(4e-16 + 3e-16 * exact);
  };

  it('is as exact as the machine allows, from 1 to far beyond any wait', () => {
    assertProperty(
      fc.property(fc.double({ min: 0, max: 80, noNaN: true }), (power) => {
        isClose(2 ** power);
      }),
      3_000,
    );
    for (let power = 0; power < 70; power++) {
      for (let piece = 0; piece <= 512; piece++) isClose(2 ** power * (1 + piece / 512));
    }
  });

  it('is nothing for 1, and keeps what is just above it', () => {
    expect(Math.abs(logFromOne(1))).toBeLessThanOrEqual(4e-16);
    isClose(1 + Number.EPSILON);
    isClose(1 + 1e-9);
  });
});

describe('the exponential of a logarithm of a ratio', () => {
  it('errs by less than 4e-14 of itself over its range, both ends included', () => {
    const isClose = (log: number): void => {
      expect(Math.abs(expOfRatio(log) / Math.exp(log) - 1)).toBeLessThan(4e-14);
    };
    assertProperty(
      fc.property(fc.double({ min: LOG_RATIO_MIN, max: LOG_RATIO_MAX, noNaN: true }), isClose),
      3_000,
    );
    for (const log of [LOG_RATIO_MIN, LOG_RATIO_MAX, 0, Math.log(64), 1 / 192]) isClose(log);
  });
});
