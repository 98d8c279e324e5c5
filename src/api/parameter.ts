// Parameters: what each may be, said once, for reading it, for refusing it in words, and for the OpenAPI document.
import { type CursorList, decodeCursor } from './cursor.ts';
import { nearest } from '../lib/nearest.ts';
import { parseTicker } from '../domain/contract.ts';
import type { TimeCursor } from '../domain/answers.ts';
import { dayNumberOf } from '../domain/calendar.ts';
import { sessionOn } from '../domain/session.ts';
import { Problem, refused } from './problem.ts';

/** A JSON schema, as OpenAPI 3.1 takes it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What a parameter may be. */
export interface Parameter<Value> {
  readonly sentence: string;
  readonly schema: JsonSchema;
  readonly example: string;
  /** Ends the sentence "give …". */
  readonly allowed: string;
  /** The value of a text; undefined when it may not be. */
  readonly read: (text: string) => Value | undefined;
  /** True for those of the query that may be left out; they then read as `fallback`. */
  readonly optional: boolean;
  readonly fallback: Value | undefined;
}

export type Parameters = Readonly<Record<string, Parameter<unknown>>>;

/** The values of a request, by the names of its parameters. */
export type Values<P extends Parameters> = {
  readonly [K in keyof P]: P[K] extends Parameter<infer Value> ? Value : never;
};

/** The same parameter, which may be left out. */
export function optional<Value>(parameter: Parameter<Value>): Parameter<Value | undefined> {
  return { ...parameter, optional: true, fallback: undefined };
}

function required<Value>(parts: Omit<Parameter<Value>, 'optional' | 'fallback'>): Parameter<Value> {
  return { ...parts, optional: false, fallback: undefined };
}

/** Text of a certain form, in capitals whatever was given. */
export function symbol(sentence: string): Parameter<string> {
  return required({
    sentence,
    schema: { type: 'string', pattern: '^[A-Za-z0-9.]{1,10}$' },
    example: 'NVDA',
    allowed: 'a symbol of 1 to 10 letters, digits or points, such as NVDA',
    read: (text) => (/^[A-Za-z0-9.]{1,10}$/.test(text) ? text.toUpperCase() : undefined),
  });
}

/** A contract by its OSI ticker, with or without its prefix. */
export function osi(sentence: string): Parameter<string> {
  return required({
    sentence,
    schema: { type: 'string', pattern: '^([Oo]:)?[A-Za-z0-9]{1,6}[0-9]{6}[CPcp][0-9]{8}$' },
    example: 'O:NVDA261218C00180000',
    allowed: 'an OSI ticker such as O:NVDA261218C00180000, the O: may be left out',
    read(text) {
      const contract = parseTicker(text.toUpperCase());
      return 'fault' in contract ? undefined : contract.osi;
    },
  });
}

/** An alert by its id. */
export function alertId(sentence: string): Parameter<string> {
  return required({
    sentence,
    schema: { type: 'string', pattern: '^[0-9a-f]{16}$' },
    example: '3f9c0d2a51b7e846',
    allowed: '16 digits of 0-9 and a-f',
    read: (text) => (/^[0-9a-f]{16}$/.test(text) ? text : undefined),
  });
}

/** A word from a list, or one of a form where the list is open. */
export function choice<const Choice extends string>(
  sentence: string,
  choices: readonly Choice[],
): Parameter<Choice> {
  return required({
    sentence,
    schema: { type: 'string', enum: choices },
    example: choices[0]!,
    allowed: choices.join(', '),
    read: (text) => choices.find((one) => one === text),
  });
}

/** A word in small letters. */
export function word(sentence: string, example: string): Parameter<string> {
  return required({
    sentence,
    schema: { type: 'string', pattern: '^[a-z][a-z0-9-]{0,31}$' },
    example,
    allowed: `a word in small letters, such as ${example}`,
    read: (text) => (/^[a-z][a-z0-9-]{0,31}$/.test(text) ? text : undefined),
  });
}

/** How many at most. */
export function limit(most: number, usual: number): Parameter<number> {
  return {
    sentence: 'How many at most.',
    schema: { type: 'integer', minimum: 1, maximum: most, default: usual },
    example: String(usual),
    allowed: `a whole number from 1 to ${most}`,
    read(text) {
      const value = /^\d{1,7}$/.test(text) ? Number(text) : 0;
      return value >= 1 && value <= most ? value : undefined;
    },
    optional: true,
    fallback: usual,
  };
}

/** Money in dollars, read as cents. */
export function dollars(sentence: string): Parameter<number> {
  const pattern = /^\d{1,12}(?:\.\d{1,2})?$/;
  return required({
    sentence,
    schema: { type: 'string', pattern: pattern.source },
    example: '250000',
    allowed: 'dollars without sign or separators, such as 250000 or 1999.50',
    read(text) {
      if (!pattern.test(text)) return undefined;
      const [whole = '', cents = ''] = text.split('.');
      return Number(whole) * 100 + Number(cents.padEnd(2, '0'));
    },
  });
}

/** A number of things, or a share, without a sign. */
export function amount(sentence: string, example: string): Parameter<number> {
  const pattern = /^\d{1,9}(?:\.\d{1,6})?$/;
  return required({
    sentence,
    schema: { type: 'string', pattern: pattern.source },
    example,
    allowed: `a number without sign or separators, such as ${example}`,
    read: (text) => (pattern.test(text) ? Number(text) : undefined),
  });
}

/** A date, a trading day or not. */
export function date(sentence: string): Parameter<string> {
  return required({
    sentence,
    schema: { type: 'string', format: 'date' },
    example: '2026-12-18',
    allowed: 'a date as YYYY-MM-DD',
    read: (text) => (dayNumberOf(text) === null ? undefined : text),
  });
}

/** The beginning of a symbol. */
export function prefix(sentence: string): Parameter<string> {
  return { ...symbol(sentence), example: 'NV', allowed: 'the first letters of a symbol, such as NV' };
}

const INSTANT = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d\d:\d\d)$/;

/** A moment with its zone, read as epoch ms. */
export function instant(sentence: string): Parameter<number> {
  return required({
    sentence,
    schema: { type: 'string', format: 'date-time' },
    example: '2026-11-20T14:30:00Z',
    allowed: 'a moment with its zone in ISO 8601, such as 2026-11-20T14:30:00Z',
    read(text) {
      // A plus that was not encoded arrives as a space.
      const plus = text.replace(/ (?=\d\d:\d\d$)/, '+');
      if (!INSTANT.test(plus)) return undefined;
      try {
        return Temporal.Instant.from(plus).epochMilliseconds;
      } catch {
        return undefined; // the form is right and the date does not exist
      }
    },
  });
}

/** A session by its date in New York; left out, it is the one that runs, or else the last one. */
export const SESSION_DATE = optional(
  required({
    sentence: 'The session; the current or last one when left out.',
    schema: { type: 'string', format: 'date' },
    example: '2026-11-20',
    allowed: 'the date of a trading day as YYYY-MM-DD',
    read: (text) => (/^\d{4}-\d\d-\d\d$/.test(text) && !('fault' in sessionOn(text)) ? text : undefined),
  }),
);

/** The place where the page before ended. */
export function cursor(list: CursorList): Parameter<TimeCursor | undefined> {
  return optional(
    required({
      sentence: 'Where the page before ended: its "next".',
      schema: { type: 'string', pattern: '^[A-Za-z0-9_-]{1,80}$' },
      example: 'YWxlcnRzLjE3OTUxODYwNjAwMDAuM2Y5YzBkMmE1MWI3ZTg0Ng',
      allowed: 'the "next" of the page before, as it was given',
      read: (text) => (text.length <= 80 ? decodeCursor(list, text) : undefined),
    }),
  );
}

/** What is shown of a refused text: enough to know it again. */
function shown(text: string): string {
  return text.length <= 60 ? `"${text}"` : `"${text.slice(0, 60)}…" (${text.length} characters)`;
}

/** Reads the values of a request; throws the Problem that names the first parameter which may not be so. */
export function readValues<P extends Parameters>(
  parameters: P,
  path: Readonly<Record<string, unknown>>,
  query: Readonly<Record<string, unknown>>,
): Values<P> {
  const inQuery = Object.keys(parameters).filter((name) => !(name in path));
  for (const name of Object.keys(query)) {
    if (inQuery.includes(name)) continue;
    const known = inQuery.length === 0 ? 'it takes none' : `it takes ${inQuery.join(', ')}`;
    const near = inQuery.length === 0 ? '' : ` (${nearest(name, inQuery)}?)`;
    const extras = { parameter: name.slice(0, 60), allowed: known };
    throw new Problem(
      'parameter-refused',
      `${shown(name)} is not a parameter here${near}: ${known}.`,
      extras,
    );
  }
  const values: Record<string, unknown> = {};
  for (const [name, parameter] of Object.entries(parameters)) {
    const text = name in path ? path[name] : query[name];
    const { allowed } = parameter;
    if (text === undefined) {
      if (!parameter.optional) throw refused(name, `${name} is missing`, allowed);
      values[name] = parameter.fallback;
      continue;
    }
    if (typeof text !== 'string') throw refused(name, `${name} is given more than once`, 'one value');
    const value = parameter.read(text);
    if (value === undefined) throw refused(name, `${name} is ${shown(text)}`, allowed);
    values[name] = value;
  }
  return values as Values<P>;
}

/** What was asked for, without the members that were not: a query to the store. */
export function given<Query extends object>(asked: {
  readonly [K in keyof Query]: Query[K] | undefined;
}): Query {
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined)) as Query;
}
