// The seeded random numbers: pinned sequences, and moments as the books say.
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/lib/random.ts';

const DRAWS = 40_000;

/** Mean and variance of many draws. */
function moments(draw: () => number): { mean: number; variance: number } {
  const values = Array.from({ length: DRAWS }, draw);
  const mean = values.reduce((sum, value) => sum + value, 0) / DRAWS;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / DRAWS;
  return { mean, variance };
}

describe('a seed', () => {
  it('gives the same numbers on every machine, for ever', () => {
    const random = new Random('spyhop');
    expect(Array.from({ length: 5 }, () => random.uint32())).toEqual([
      1364820394, 1045241252, 158449477, 3367329761, 702325396,
    ]);
    const numbered = new Random(42);
    expect(Array.from({ length: 5 }, () => numbered.below(1_000))).toEqual([66, 236, 860, 910, 964]);
  });

  it('is text: 42 and "42" are the same seed, near seeds are far apart', () => {
    expect(new Random(42).uint32()).toBe(new Random('42').uint32());
    const firsts = Array.from({ length: 1_000 }, (_, seed) => new Random(seed).uint32());
    expect(new Set(firsts).size).toBe(1_000);
    expect(firsts.filter((first) => first < 2 ** 31).length).toBeGreaterThan(400);
    expect(firsts.filter((first) => first < 2 ** 31).length).toBeLessThan(600);
  });
});

describe('the numbers', () => {
  it('stay in their ranges', () => {
    const random = new Random('ranges');
    const faces = new Set<number>();
    for (let i = 0; i < 5_000; i++) {
      const uniform = random.uniform();
      expect(uniform >= 0 && uniform < 1).toBe(true);
      expect(random.exponential()).toBeGreaterThanOrEqual(0);
      expect(random.gamma(0.3)).toBeGreaterThanOrEqual(0);
      faces.add(random.below(6));
    }
    expect([...faces].toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5]);
    expect([random.poisson(0), random.poisson(-1), random.below(1)]).toEqual([0, 0, 0]);
  });

  const random = new Random('moments');
  it.each([
    ['uniform', () => random.uniform(), 1 / 2, 1 / 12],
    ['normal', () => random.normal(), 0, 1],
    ['exponential', () => random.exponential(), 1, 1],
    ['gamma of shape 0.3', () => random.gamma(0.3), 0.3, 0.3],
    ['gamma of shape 7', () => random.gamma(7), 7, 7],
    ['Poisson of mean 0.2', () => random.poisson(0.2), 0.2, 0.2],
    ['Poisson of mean 29', () => random.poisson(29), 29, 29],
    ['Poisson of mean 400', () => random.poisson(400), 400, 400],
  ])('%s have the mean and the variance of the books', (_, draw, mean, variance) => {
    const found = moments(draw);
    // Six standard errors of the mean; the variance within a tenth.
    expect(Math.abs(found.mean - mean)).toBeLessThan(6 * Math.sqrt(variance / DRAWS));
    expect(Math.abs(found.variance / variance - 1)).toBeLessThan(0.1);
  });
});
