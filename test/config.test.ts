// Options: each has a sentence, a variable and a default that it would accept itself.
import { describe, expect, test } from 'vitest';
import { defaultOf, readOption } from '../src/cli/read-option.ts';
import { OPTIONS, variableOf } from '../src/config.ts';
import type { Option } from '../src/lib/option.ts';
import { nearest } from '../src/lib/nearest.ts';

const ALL = Object.entries(OPTIONS as Readonly<Record<string, Option>>);

describe.each(ALL)('--%s', (name, option) => {
  test('is explained in a sentence, and says what it takes', () => {
    expect(option.sentence).toMatch(/^[A-Z].*\.$/);
    expect(option.value !== undefined).toBe(option.type !== 'flag');
  });

  test('has a name that makes a variable of its own', () => {
    expect(name).toMatch(/^[a-z][a-z0-9]*(-[a-z]+)*$/);
    expect(variableOf(name)).toMatch(/^SPYHOP_[A-Z][A-Z0-9]*(_[A-Z]+)*$/);
  });

  test('accepts its own default and its own examples', () => {
    const fallback = defaultOf(option);
    if (typeof fallback === 'string' || typeof fallback === 'number')
      expect(readOption(option, String(fallback), 'x')).toBe(fallback);
    if (option.type === 'integer') {
      expect(readOption(option, String(option.min), 'x')).toBe(option.min);
      expect(readOption(option, String(option.max), 'x')).toBe(option.max);
      expect(() => readOption(option, String(option.max + 1), 'x')).toThrow(
        `x is "${option.max + 1}": give a whole`,
      );
    }
  });
});

test('no two options share a variable', () => {
  expect(new Set(ALL.map(([name]) => variableOf(name))).size).toBe(ALL.length);
});

describe('values', () => {
  const flag: Option = { type: 'flag', sentence: 'X.' };
  const list: Option = { type: 'list', sentence: 'X.', value: 'PATH' };

  test.each([
    ['1', true],
    ['true', true],
    ['YES', true],
    ['0', false],
    ['False', false],
    ['no', false],
    ['', false],
  ])('a flag given as the variable "%s" is %s', (text, value) => {
    expect(readOption(flag, text, 'x')).toBe(value);
  });

  test('a list is separated by commas', () => {
    expect(readOption(list, 'a,b', 'x')).toEqual(['a', 'b']);
    expect(readOption(list, ',a,,', 'x')).toEqual(['a']);
    expect(readOption(list, '', 'x')).toEqual([]);
  });

  test.each(['', ' 5', '5.0', '5e1', '-5', '+5', '0x5', '٥', '9'.repeat(400)])(
    '"%s" is no whole number',
    (text) => {
      expect(() => readOption(OPTIONS.floor, text, '--floor')).toThrow(/^--floor is "/);
    },
  );

  test('a secret is not repeated where it is refused', () => {
    expect(() => readOption(OPTIONS.token, 'hunter2', 'SPYHOP_TOKEN')).toThrow(
      'SPYHOP_TOKEN cannot be used: give at least 22 letters, digits or signs of ._~+/=-',
    );
  });
});

test('the name that was meant is the one with the fewest changes', () => {
  expect(nearest('--facter', ['--floor', '--factor'])).toBe('did you mean --factor');
  expect(nearest('x', [])).toBe('did you mean ');
});
