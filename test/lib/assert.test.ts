// Assertions: they pass what holds, and name what does not.
import { expect, it } from 'vitest';
import { assert, InvariantError, present } from '../../src/lib/assert.ts';

it('passes what holds and throws the message of what does not', () => {
  expect(() => assert(1, 'one is true')).not.toThrow();
  for (const nothing of [false, 0, '', null, undefined, Number.NaN]) {
    expect(() => assert(nothing, 'the clock never goes back')).toThrow(
      new InvariantError('the clock never goes back'),
    );
  }
});

it('gives what is present, zero and empty text too, and names what is missing', () => {
  expect([present(0, 'size'), present('', 'name'), present(false, 'flag')]).toEqual([0, '', false]);
  expect(() => present(null, 'the baseline')).toThrow('the baseline is missing');
  expect(() => present(undefined, 'the baseline')).toThrow(InvariantError);
});
