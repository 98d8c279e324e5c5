// Rules of the house for SQL files, on what the parser of Postgres makes of them.
import { parseSync } from 'libpg-query';
import type { Finding, TextFile } from '../tidy/finding.ts';
import { lineOf } from '../tidy/finding.ts';

type Tree = Readonly<Record<string, unknown>>;

/** A statement: its kind, "ViewStmt", what it says, and its line. */
interface Parsed {
  readonly kind: string;
  readonly body: Tree;
  readonly line: number;
}

/** Parses a text. Gives the fault, with its place in the text, when Postgres would not take it. */
export function parseSql(
  text: string,
): { readonly statements: readonly Parsed[] } | { fault: string; at: number } {
  try {
    const bytes = Buffer.from(text);
    const { stmts = [] } = parseSync(text) as unknown as {
      stmts?: { stmt: Record<string, Tree>; stmt_location?: number }[];
    };
    return {
      statements: stmts.flatMap(({ stmt, stmt_location: place = 0 }) => {
        const before = bytes.subarray(0, place).toString();
        // A statement begins behind the comments and blanks that the parser counts to it.
        const lead = /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*/.exec(text.slice(before.length))?.[0] ?? '';
        const line = lineOf(text, before.length + lead.length);
        return Object.entries(stmt).map(([kind, body]) => ({ kind, body, line }));
      }),
    };
  } catch (error) {
    const place = (error as { sqlDetails?: { cursorPosition: number } }).sqlDetails?.cursorPosition ?? 0;
    return { fault: error instanceof Error ? error.message : String(error), at: place };
  }
}

/** All trees of a kind in a tree, at any depth. */
function findIn(tree: unknown, kind: string): Tree[] {
  if (Array.isArray(tree)) return tree.flatMap((part) => findIn(part, kind));
  if (typeof tree !== 'object' || tree === null) return [];
  return Object.entries(tree).flatMap(([key, value]) => [
    ...(key === kind ? [value as Tree] : []),
    ...findIn(value, kind),
  ]);
}

function namesIn(tree: unknown): string[] {
  return findIn(tree, 'String').map(({ sval }) => String(sval));
}

type Made = { readonly kind: 'table' | 'view' | 'function'; readonly name: string };

/** What a statement makes that must be explained by a comment. */
function madeBy({ kind, body }: Parsed): Made | null {
  const relation = (value: unknown): string => String((value as Tree)['relname']);
  if (kind === 'CreateStmt') return { kind: 'table', name: relation(body['relation']) };
  if (kind === 'ViewStmt') return { kind: 'view', name: relation(body['view']) };
  if (kind === 'CreateFunctionStmt')
    return { kind: 'function', name: namesIn(body['funcname']).at(-1) ?? '' };
  return null;
}

/** What a COMMENT explains, as madeBy calls it. */
function explainedBy({ kind, body }: Parsed): string | null {
  if (kind !== 'CommentStmt' || typeof body['comment'] !== 'string') return null;
  const object = (body['object'] as Tree)['ObjectWithArgs'] as Tree | undefined;
  const name = namesIn(object === undefined ? body['object'] : object['objname']).at(-1) ?? '';
  return `${String(body['objtype']).replace('OBJECT_', '').toLowerCase()} ${name}`;
}

type Rule = (statement: Parsed, path: string, all: readonly Parsed[]) => string | null;

const UNEXACT = new Set([
  'float4',
  'float8',
  'money',
  'timestamp',
  'bpchar',
  'varchar',
  'serial',
  'bigserial',
]);
const OBJECTS = new Set(['CreateFunctionStmt', 'ViewStmt', 'CreateTrigStmt', 'CommentStmt']);

const everythingExplained: Rule = (statement, _path, all) => {
  const made = madeBy(statement);
  if (made === null || all.some((other) => explainedBy(other) === `${made.kind} ${made.name}`)) return null;
  return `${made.kind} ${made.name} is not explained. Fix: comment on ${made.kind} … is 'what a row, or it, is';`;
};

const namedColumns: Rule = ({ kind, body }) => {
  if (kind !== 'ViewStmt' || findIn((body['query'] as Tree)['SelectStmt'], 'A_Star').length === 0)
    return null;
  return 'select * in a view: a new column of the table stays away until the view is made anew. Fix: name the columns.';
};

const exactColumns: Rule = ({ kind, body }) => {
  if (kind !== 'CreateStmt' && kind !== 'AlterTableStmt') return null;
  const type = findIn(body, 'ColumnDef')
    .flatMap((column) => namesIn((column['typeName'] as Tree | undefined)?.['names']))
    .find((name) => UNEXACT.has(name));
  if (type === undefined) return null;
  return `a column of type ${type}. Fix: integers or numeric for money, text, timestamptz, an identity for a number.`;
};

const boundPath: Rule = ({ kind, body }) => {
  if (kind !== 'CreateFunctionStmt') return null;
  const options = findIn(body['options'], 'DefElem');
  const definer = options.some(
    ({ defname, arg }) => defname === 'security' && findIn(arg, 'Boolean').length > 0,
  );
  const bound = findIn(body['options'], 'VariableSetStmt').some(({ name }) => name === 'search_path');
  if (!definer || bound) return null;
  return 'security definer without a search_path. Fix: set search_path = pg_catalog, pg_temp.';
};

const objectsOnly: Rule = ({ kind, body }, path) => {
  if (!path.startsWith('sql/objects/')) return null;
  if (!OBJECTS.has(kind)) return `${kind} in a file that is applied again. Fix: put it into a migration.`;
  if (kind !== 'CommentStmt' && body['replace'] !== true) {
    return 'cannot be applied again. Fix: write create or replace.';
  }
  return null;
};

const migrationsOnly: Rule = ({ kind }, path) => {
  if (!path.startsWith('sql/migrations/') || !/^(CreateFunctionStmt|ViewStmt|CreateTrigStmt)$/.test(kind))
    return null;
  return 'a function, view or trigger in a migration, where it cannot change. Fix: put it into sql/objects.';
};

const RULES = [everythingExplained, namedColumns, exactColumns, boundPath, objectsOnly, migrationsOnly];

/** What Postgres and the house say against a file of SQL. */
export function checkSqlFile({ path, text }: TextFile): Finding[] {
  const parsed = parseSql(text);
  if ('fault' in parsed) {
    return [{ path, line: lineOf(text, parsed.at), message: `Postgres does not take it: ${parsed.fault}.` }];
  }
  return parsed.statements.flatMap((statement) =>
    RULES.flatMap((rule) => {
      const message = rule(statement, path, parsed.statements);
      return message === null ? [] : [{ path, line: statement.line, message }];
    }),
  );
}
