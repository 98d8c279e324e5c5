// Property tests with a fixed seed: the same cases on every machine; PROPERTY_SEED=7 tries others.
import * as fc from 'fast-check';

const SEED = Number(process.env['PROPERTY_SEED'] ?? 20_140_602);

/** Checks a property on `runs` cases; a failure prints the seed and the path to its smallest case. */
export function assertProperty<Values>(property: fc.IProperty<Values>, runs = 300): void {
  fc.assert(property, { seed: SEED, numRuns: runs });
}

/** Checks a property of something that takes time, such as a file. */
export async function assertAsyncProperty<Values>(
  property: fc.IAsyncProperty<Values>,
  runs = 100,
): Promise<void> {
  await fc.assert(property, { seed: SEED, numRuns: runs });
}

/** The first `count` cases of an arbitrary under the fixed seed. */
export function samples<Value>(arbitrary: fc.Arbitrary<Value>, count: number): Value[] {
  return fc.sample(arbitrary, { seed: SEED, numRuns: count });
}
