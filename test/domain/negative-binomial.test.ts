// The tails against R, against plain sums, and against each other.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  logGamma,
  logMass,
  logUpperTail,
  logUpperTailPoisson,
  upperQuantile,
} from '../../src/domain/negative-binomial.ts';
import { describeWithSharedData } from '../support/shared-data.ts';

/** Mean, shape, count; logs of the negative binomial tail, of its mass and of the Poisson tail, by R's pnbinom. */
type GoldenRow = [mu: number, size: number, x: number, tail: number, mass: number, poisson: number];

/** Error of a log relative to it. */
function error(ours: number, theirs: number): number {
  return Math.abs(ours - theirs) / Math.max(Math.abs(theirs), 1e-200);
}

/** The log of the sum of masses from x on, term by term from the first. */
function tailOfMasses(mu: number, size: number, x: number, logFirst: number): number {
  let sum = 0;
  for (let k = 0, term = 1; term > 1e-18 * sum && k < 1e7; k++) {
    sum += term;
    term *= ((x + k + size) / (x + k + 1)) * (mu / (mu + size));
  }
  return logFirst + Math.log(sum);
}

describeWithSharedData('tails as R gives them', ['golden/golden-nb-tails.json'], (file) => {
  it('agree to 1e-9 of the log, from one expected order a millennium to 200,000 a day', () => {
    const text = readFileSync(file, 'utf8');
    const { rows } = JSON.parse(text) as { rows: GoldenRow[] };
    expect(rows.length).toBe(822);
    const contradictory: number[] = [];
    for (const [mu, size, x, tail, mass, poisson] of rows) {
      // R 4.2's pnbinom leaves its own dnbinom a hundred means out; there the sum of its masses is the judge.
      const judge = error(tail, tailOfMasses(mu, size, x, mass)) > 1e-6 && tail < -800 ? tailOfMasses : null;
      if (judge !== null) contradictory.push(x);
      const expected = judge === null ? tail : judge(mu, size, x, mass);
      expect(error(logUpperTail(mu, size, x), expected), `tail of ${mu}, ${size}, ${x}`).toBeLessThan(1e-9);
      expect(error(logMass(mu, size, x), mass), `mass of ${mu}, ${size}, ${x}`).toBeLessThan(1e-9);
      expect(error(logUpperTailPoisson(mu, x), poisson), `Poisson of ${mu}, ${x}`).toBeLessThan(1e-9);
    }
    expect(contradictory).toEqual([30_000, 500_000, 20_000_000]);
  });
});

describe('tails', () => {
  it('are sums of masses', () => {
    for (const [mu, size] of [
      [0.3, 0.2],
      [4, 1.5],
      [40, 7],
    ] as const) {
      for (const x of [1, 2, 5, 30]) {
        let below = 0;
        for (let n = 0; n < x; n++) below += Math.exp(logMass(mu, size, n));
        expect(Math.exp(logUpperTail(mu, size, x))).toBeCloseTo(1 - below, 10);
      }
    }
  });

  it('of a count that cannot vary are those of Poisson', () => {
    for (const x of [1, 4, 12, 40]) expect(logUpperTail(9, 1e9, x)).toBeCloseTo(logUpperTailPoisson(9, x), 5);
  });

  it('are certain at nothing, and quantiles turn them around', () => {
    expect(logUpperTail(3, 1, 0)).toBe(0);
    expect(logUpperTailPoisson(3, 0)).toBe(0);
    const n = upperQuantile(3, 1.5, 0.001);
    expect(logUpperTail(3, 1.5, n + 1)).toBeLessThanOrEqual(Math.log(0.001));
    expect(logUpperTail(3, 1.5, n)).toBeGreaterThan(Math.log(0.001));
    expect(upperQuantile(0.001, 1, 0.5)).toBe(0);
  });

  it('rest on a gamma function that knows its factorials', () => {
    expect(Math.exp(logGamma(6))).toBeCloseTo(120, 9);
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 12);
  });
});
