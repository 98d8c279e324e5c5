// The check of SQL finds what it should, says where, and leaves good SQL alone.
import { beforeAll, describe, expect, it, test } from 'vitest';
import { loadModule } from 'libpg-query';
import { checkSql } from '../../scripts/check-sql.ts';

beforeAll(() => loadModule());

function check(path: string, text: string): string[] {
  return checkSql([{ path, text }]).map(({ line, message }) => `${line} ${message}`);
}

const COMMENT = "comment on view spyhop.x is 'X.';";
const VIEWS = 'sql/objects/views/x.sql';
const MIGRATION = 'sql/migrations/0009_x.sql';
const definer = (bound: string): string =>
  `create or replace function spyhop.x() returns int language sql security definer${bound} as 'select 1';
   comment on function spyhop.x() is 'X.';`;

describe('SQL that is well', () => {
  test.each([
    [VIEWS, `create or replace view spyhop.x as select a from spyhop.y;\n${COMMENT}`],
    ['sql/objects/functions/x.sql', definer(' set search_path = pg_catalog, pg_temp')],
    // What only Postgres 18 knows.
    [
      MIGRATION,
      "create table spyhop.x (a int, b int generated always as (a * 2) virtual); comment on table spyhop.x is 'X.';",
    ],
    [MIGRATION, 'alter table spyhop.x add constraint c not null a not valid;'],
    ['src/db/x.ts', 'const A = `select a from ${table} where a = $1 limit ${n}`;'],
    ['src/db/x.ts', "throw new Refusal(`cannot update it: select another`); const it = 'it''s';"],
  ])('%s: %s', (path, text) => {
    expect(check(path, text)).toEqual([]);
  });
});

describe('SQL that is not', () => {
  test.each([
    [
      VIEWS,
      `-- é\n\ncreate or replace view spyhop.x as select * from spyhop.y;\n${COMMENT}`,
      /^3 select \* in a view/,
    ],
    [VIEWS, `create view spyhop.x as select a from spyhop.y;\n${COMMENT}`, /^1 cannot be applied again/],
    [VIEWS, 'create or replace view spyhop.x as select a from spyhop.y;', /^1 view x is not explained/],
    [
      VIEWS,
      `create table spyhop.x (); comment on table spyhop.x is 'X.';`,
      /^1 CreateStmt in a file that is applied/,
    ],
    [VIEWS, 'select 1;\nselct 2;', /^2 Postgres does not take it: syntax error at or near "selct"/],
    ['sql/objects/functions/x.sql', definer(''), /^1 security definer without a search_path/],
    [
      MIGRATION,
      "create table spyhop.x (a float); comment on table spyhop.x is 'X.';",
      /^1 a column of type float8/,
    ],
    [MIGRATION, 'alter table spyhop.x add column a timestamp;', /^1 a column of type timestamp/],
    [
      MIGRATION,
      `create or replace view spyhop.x as select 1 as a;\n${COMMENT}`,
      /^1 a function, view or trigger in a migr/,
    ],
    [
      'src/db/x.ts',
      'const A = 1;\nconst B = `\n  select a frm ${table}`;',
      /^2 Postgres does not take this SQL/,
    ],
    ['src/db/x.ts', "db.rows('insert into x vals (1)');", /^1 Postgres does not take this SQL/],
  ])('%s: %s', (path, text, message) => {
    expect(check(path, text)).toEqual([expect.stringMatching(message)]);
  });
});

it('looks into what is put into a text, and at each text once', () => {
  const source = 'const A = `select ${`select b frm c`} from ${x("select d frm e")}`;';
  expect(check('src/db/x.ts', source)).toHaveLength(2);
});
