// The words that the schemas are made of: texts, counts, times, money, and objects with exactly their members.
import type { JsonSchema } from './parameter.ts';
import { ref } from './resource.ts';

export const TEXT = { type: 'string' };
export const NUMBER = { type: 'number' };
export const COUNT = { type: 'integer', minimum: 0 };
export const TIME = { type: 'string', format: 'date-time' };
export const DATE = { type: 'string', format: 'date' };

/** The same schema with a sentence. */
export const said = (schema: JsonSchema, description: string): JsonSchema => ({ ...schema, description });
/** The same schema, which may be null. */
export const orNull = (schema: JsonSchema): JsonSchema => ({ ...schema, type: [schema['type'], 'null'] });
/** Dollars as a decimal string. */
export const money = (description: string): JsonSchema => ({
  type: 'string',
  pattern: '^-?\\d+\\.\\d{2,4}$',
  description,
});
/** One of these words. */
export const oneOf = (...values: readonly string[]): JsonSchema => ({ type: 'string', enum: values });

/** An object with exactly these members. */
export function object(
  properties: Readonly<Record<string, JsonSchema>>,
  optional: readonly string[] = [],
): JsonSchema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, required, additionalProperties: false };
}

/** A list of things that have a schema of their own. */
export const listOf = (item: string, description: string): JsonSchema => ({
  type: 'array',
  items: ref(item),
  description,
});

/** A page of them. */
export function pageOf(item: string): JsonSchema {
  return object({
    items: listOf(item, 'One page.'),
    next: said(orNull(TEXT), 'The cursor of the next page; null on the last.'),
  });
}
