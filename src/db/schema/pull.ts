// Taking over what was changed in the database by hand: functions, triggers and views back into their files.
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { escapeLiteral } from 'pg';
import { makeFolder } from '../../lib/make-folder.ts';
import type { Database } from '../pool.ts';
import type { Fact } from './catalog.ts';
import { type Difference, titleOf } from './drift.ts';
import { findDrift } from './expected.ts';
import { readSchema, SQL_FOLDER } from './files.ts';
import { splitStatements, type Statement } from './statements.ts';

/** Kinds that can be pulled, with the folder of sql/objects in which they live. */
const PULLED: Readonly<Record<string, string>> = {
  function: 'functions',
  trigger: 'triggers',
  view: 'views',
};
/** What a file says of an object; owner, rights and whether a trigger is on are said elsewhere. */
const PULLED_ATTRIBUTES = new Set(['definition', 'options', 'comment']);

/** What was pulled. */
export interface PullReport {
  /** Files of sql/objects as "views/dollars", with what was written into them. */
  readonly written: readonly { readonly file: string; readonly objects: readonly string[] }[];
  /** Differences that remain. */
  readonly left: readonly Difference[];
}

/**
 * Writes functions, triggers and views that the database has otherwise than the files, or the files have not at all,
 * into the files. What is left is said: what was dropped by hand, and all that only a migration may change.
 * @param folder the folder of the schema's files
 */
export async function pull(db: Database, url: string, folder = SQL_FOLDER): Promise<PullReport> {
  const before = await findDrift(db, url, readSchema(folder));
  const texts = new Map(readSchema(folder).objects.map(({ name, text }) => [name, text]));
  const written = new Map<string, string[]>();
  const facts = new Map(before.actual.map((fact) => [titleOf(fact), fact]));
  const expected = new Map(before.expected.map((fact) => [titleOf(fact), fact]));
  for (const title of new Set(before.differences.filter(isPulled).map(titleOf))) {
    const fact = facts.get(title);
    if (fact === undefined || fact.attributes['kind'] === 'materialized') continue;
    const file = pullOne(fact, expected.get(title) ?? null, texts);
    if (file !== null) written.set(file, [...(written.get(file) ?? []), fact.name]);
  }
  for (const file of written.keys()) {
    const path = join(folder, 'objects', `${file}.sql`);
    makeFolder(dirname(path));
    writeFileSync(path, texts.get(file)!);
  }
  const { differences } = written.size === 0 ? before : await findDrift(db, url, readSchema(folder));
  return { written: Array.from(written, ([file, objects]) => ({ file, objects })), left: differences };
}

function isPulled({ kind, change, attribute }: Difference): boolean {
  if (PULLED[kind] === undefined || change === 'missing') return false;
  return change === 'unexpected' || PULLED_ATTRIBUTES.has(attribute ?? '');
}

/** Puts an object into the texts of the files; gives the file, or null where it cannot be found or said. */
function pullOne(fact: Fact, expected: Fact | null, texts: Map<string, string>): string | null {
  const { kind, name, attributes } = fact;
  const definition = definitionOf(fact);
  if (definition === null) return null;
  const comment =
    attributes['comment'] == null
      ? null
      : `comment on ${commentedName(fact)} is ${escapeLiteral(attributes['comment'])};`;
  if (expected === null) {
    const bare = /^spyhop\.(?:\w+\.)?"?([\w ]+)/.exec(name)?.[1] ?? kind;
    const file = `${PULLED[kind]}/${bare.replaceAll(' ', '_')}`;
    const before = texts.has(file) ? `${texts.get(file)!.trimEnd()}\n\n` : '';
    texts.set(file, `${before}${definition}\n${comment === null ? '' : `${comment}\n`}`);
    return file;
  }
  // Functions of one name and other arguments cannot be told apart here: they are left.
  const definitions = Array.from(texts.values(), splitStatements).flat();
  if (definitions.filter((statement) => defines(statement, fact)).length !== 1) return null;
  for (const [file, text] of texts) {
    const statements = splitStatements(text);
    const place = statements.find((statement) => defines(statement, fact));
    if (place === undefined) continue;
    const changed =
      definitionOf(expected) === definition ? place.text : rewrite(place.text, expected, definition);
    const said = statements.find((statement) => comments(statement, fact));
    const sameComment = (expected.attributes['comment'] ?? null) === (attributes['comment'] ?? null);
    texts.set(file, replaced(text, place, changed, sameComment ? undefined : { said, comment }));
    return file;
  }
  return null;
}

/** Puts the definition, and the comment when it changed, into a text; the later place first. */
function replaced(
  text: string,
  place: Statement,
  definition: string,
  change: { readonly said: Statement | undefined; readonly comment: string | null } | undefined,
): string {
  let next = text;
  const put = ({ start, end }: Pick<Statement, 'start' | 'end'>, by: string): void => {
    next = next.slice(0, start) + by + next.slice(end);
  };
  if (change === undefined) {
    put(place, definition);
    return next;
  }
  const { said, comment } = change;
  if (said === undefined) put(place, `${definition}${comment === null ? '' : `\n${comment}`}`);
  else {
    const edits = [
      { place, by: definition },
      { place: said, by: comment ?? '' },
    ];
    for (const edit of edits.toSorted((a, b) => b.place.start - a.place.start)) put(edit.place, edit.by);
  }
  return next;
}

/** The statement that makes the object, safe to repeat; null where there is none. */
function definitionOf({ kind, name, attributes }: Fact): string | null {
  const definition = attributes['definition']?.trimEnd();
  if (definition === undefined) return null;
  if (kind === 'view') {
    const options = attributes['options'] === null ? '' : ` with (${attributes['options']})`;
    return `create or replace view ${name}${options} as\n${definition}`;
  }
  if (kind === 'trigger') {
    // A constraint trigger cannot be replaced, so it cannot be said twice.
    if (!definition.startsWith('CREATE TRIGGER ')) return null;
    return `${definition.replace('CREATE TRIGGER', 'create or replace trigger')};`;
  }
  if (!/^CREATE OR REPLACE (FUNCTION|PROCEDURE)/.test(definition)) return null;
  return `${definition.replace(/^CREATE OR REPLACE (FUNCTION|PROCEDURE)/, (head) => head.toLowerCase())};`;
}

const BODY = /^([\s\S]*AS )(\$\w*\$)([\s\S]*)\2;$/;

/** A statement with a new definition. Where only the body of a function changed, its head stays as it was written. */
function rewrite(statement: string, expected: Fact, definition: string): string {
  const [, headBefore, , bodyBefore] = BODY.exec(definitionOf(expected) ?? '') ?? [];
  const [, headAfter, , bodyAfter] = BODY.exec(definition) ?? [];
  const literal = /\$\w*\$/.exec(statement)?.[0];
  if (headBefore === undefined || headBefore !== headAfter || literal === undefined) return definition;
  const open = statement.indexOf(literal) + literal.length;
  const close = statement.indexOf(literal, open);
  const isWhole = close > 0 && statement.slice(open, close) === bodyBefore;
  if (!isWhole || bodyAfter!.includes(literal)) return definition;
  return statement.slice(0, open) + bodyAfter! + statement.slice(close);
}

/** The object as COMMENT ON calls it. */
function commentedName({ kind, name, of }: Fact): string {
  if (kind !== 'trigger') return `${kind} ${name}`;
  return `trigger ${name.slice(name.lastIndexOf('.') + 1)} on ${(of ?? '').replace(/^\w+ /, '')}`;
}

/** Name and types, in the way they are compared: without arguments' names, quotes and spaces. */
function bareName(name: string): string {
  return name.toLowerCase().replaceAll(/["\s]/g, '');
}

function defines({ text }: Statement, { kind, name, of }: Fact): boolean {
  if (kind === 'trigger') {
    const [, trigger, table] =
      /^create\s+or\s+replace\s+trigger\s+(\S+)[\s\S]*?\son\s+([\w."]+)/i.exec(text) ?? [];
    const wanted = bareName(name.slice(name.lastIndexOf('.') + 1));
    return (
      bareName(trigger ?? '') === wanted && bareName(table ?? '') === bareName(of?.replace(/^\w+ /, '') ?? '')
    );
  }
  const words = kind === 'view' ? 'view' : '(?:function|procedure)';
  const made = new RegExp(`^create\\s+or\\s+replace\\s+${words}\\s+([\\w."]+)`, 'i').exec(text)?.[1];
  return made !== undefined && bareName(made) === bareName(name.replace(/\(.*$/s, ''));
}

function comments({ text }: Statement, { kind, name, of }: Fact): boolean {
  const said =
    /^comment\s+on\s+(function|procedure|view|trigger)\s+([\w."]+)(?:[\s\S]*?\son\s+([\w."]+))?/i.exec(text);
  if (said === null) return false;
  if (kind === 'trigger') {
    return bareName(`${said[3] ?? ''}.${said[2] ?? ''}`) === bareName(name) && of !== null;
  }
  return bareName(said[2] ?? '') === bareName(name.replace(/\(.*$/s, ''));
}
