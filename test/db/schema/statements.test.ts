// A text of SQL cut into statements: semicolons in quotes, bodies and comments end nothing.
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { splitStatements } from '../../../src/db/schema/statements.ts';
import { assertProperty } from '../../support/properties.ts';

const texts = (sql: string): string[] => splitStatements(sql).map(({ text }) => text);

it('cuts at semicolons, and leaves the comments before a statement out', () => {
  expect(texts('-- a; b\nselect 1;\n\n/* c; /* d; */ */ select 2')).toEqual(['select 1;', 'select 2']);
  expect(texts("select ';''', E'\\';', \"a;\"\"b\"; select 2;")).toEqual([
    "select ';''', E'\\';', \"a;\"\"b\";",
    'select 2;',
  ]);
  expect(texts('do $$ begin; end; $$; do $x$ $$;$$ $x$;')).toEqual([
    'do $$ begin; end; $$;',
    'do $x$ $$;$$ $x$;',
  ]);
  const atomic = 'create function f() begin atomic select case when true then 1 end; select 2; end;';
  expect(texts(`${atomic} begin; commit;`)).toEqual([atomic, 'begin;', 'commit;']);
  expect(texts(' -- nothing\n')).toEqual([]);
});

it('gives statements back in their places, whatever stands between them', () => {
  const statement = fc.constantFrom(
    'select 1;',
    "select 'a;b';",
    'do $$;$$;',
    'select "x;y";',
    "select E'\\';';",
  );
  const gap = fc.constantFrom('', ' ', '\n\n', '-- note; more\n', '/* ; */', '/* /* ; */ ; */\n');
  assertProperty(
    fc.property(fc.array(fc.tuple(gap, statement), { maxLength: 8 }), gap, (parts, tail) => {
      const sql = parts.map(([before, text]) => before + text).join('') + tail;
      const found = splitStatements(sql);
      expect(found.map(({ text }) => text)).toEqual(parts.map(([, text]) => text));
      for (const { start, end, text } of found) expect(sql.slice(start, end)).toBe(text);
    }),
  );
});
