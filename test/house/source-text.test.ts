// The scanner behind tidy: code and comments come apart, offsets stay true, strings cannot pose as code.
import { describe, expect, test } from 'vitest';
import { splitSource } from '../../scripts/tidy/source-text.ts';

/** What is left of the code, spaces closed up. */
const codeOf = (source: string): string => splitSource(source).code.replaceAll(/ +/g, ' ').trim();
const commentsOf = (source: string): string => splitSource(source).comments.trim();

describe('what counts as code', () => {
  test.each([
    ['a line comment', 'a; // as odd', 'a;'],
    ['a block comment', 'a /* as odd */ b', 'a b'],
    ['a string', `a('as odd')`, `a(' ')`],
    ['an escaped quote', String.raw`a('it\'s as odd', b)`, `a(' ', b)`],
    ['a comment mark in a string', `a('// no', b)`, `a(' ', b)`],
    ['a template', 'a(`as odd`, b)', 'a(` `, b)'],
    ['code inside a template', 'a(`x ${b as odd} y`)', 'a(` ${b as odd} `)'],
    [
      'braces inside a template',
      'a(`x ${[{ b }].map((c) => { return c; })} as odd`)',
      'a(` ${[{ b }].map((c) => { return c; })} `)',
    ],
    ['a template inside a template', 'a(`x ${`y ${b} z`} w`)', 'a(` ${` ${b} `} `)'],
    ['a dollar that opens nothing', 'a(`$5 {b}`, c)', 'a(` `, c)'],
    ['a regular expression', `a = /'as odd/g; b`, 'a = / g; b'],
    ['a slash in a class', 'a(/[/]as odd/, b)', 'a(/ /, b)'],
    ['a division', `a = b / c; d('x') / e`, `a = b / c; d(' ') / e`],
  ])('%s', (_title, source, code) => {
    expect(codeOf(source)).toBe(code);
  });
});

test('comments are kept apart', () => {
  expect(commentsOf(`a('// string'); // said`)).toBe('// said');
  expect(commentsOf('a(`// ${b /* inside */}`)')).toBe('/* inside */');
});

test('both parts are as long as the source and break where it breaks', () => {
  for (const source of ['a\n/* b\nc */\n`d\n${e}\n`', `'open`, '`open ${', '/* open', '']) {
    const { code, comments } = splitSource(source);
    expect([code.length, comments.length]).toEqual([source.length, source.length]);
    expect(code.replaceAll(/[^\n]/g, ' ')).toBe(source.replaceAll(/[^\n]/g, ' '));
  }
});
