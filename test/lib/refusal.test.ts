// Refusals: system errors become a sentence with the fix, everything else stays what it is.
import { expect, it } from 'vitest';
import { Refusal, refusalOf } from '../../src/lib/refusal.ts';

it('names the path and the fix of a failed system call, and keeps its cause', () => {
  const cause = Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT' });
  const refusal = refusalOf('tape.csv.gz', cause);
  expect(refusal).toBeInstanceOf(Refusal);
  expect(refusal).toMatchObject({
    message: 'tape.csv.gz does not exist: check the path',
    exitCode: 1,
    cause,
  });
});

it.each([new Error('a bug'), Object.assign(new Error('odd'), { code: 'EWHAT' }), 'text', null])(
  'gives back what is no error of the system: %s',
  (error) => {
    expect(refusalOf('tape.csv.gz', error)).toBe(error);
  },
);
