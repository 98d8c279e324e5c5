// Shared data: present files are found, absent ones are null, and the tests they skip are counted.
import { expect, test } from 'vitest';
import { NEEDS_SHARED_DATA, sharedData } from '../support/shared-data.ts';
import { skippedForSharedData } from '../support/skips-reporter.ts';

test('an absent file is null', () => {
  expect(sharedData('no/such/file.csv')).toBeNull();
});

test('the reporter counts the skipped tests of this reason and no others', () => {
  const names = [`a ${NEEDS_SHARED_DATA} > b`, `a ${NEEDS_SHARED_DATA} > c`, 'd > e'];
  const allTests = function* (): Generator<{ fullName: string }> {
    for (const fullName of names) yield { fullName };
  };
  const modules = [{ children: { allTests } }] as unknown as Parameters<typeof skippedForSharedData>[0];
  expect(skippedForSharedData(modules)).toBe(2);
});
