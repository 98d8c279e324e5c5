// The formats of a list: JSON as the document says, NDJSON for streams of lines, CSV for spreadsheets, by Accept.
import { SCHEMAS } from './schemas.ts';
import type { JsonSchema } from './parameter.ts';

/** A row of a list, as its JSON shows it. */
export type Row = Readonly<Record<string, unknown>>;

/** Formats by the media type that asks for them, in the order of preference among equals. */
const FORMATS = [
  ['application/json', 'json'],
  ['application/x-ndjson', 'ndjson'],
  ['text/csv', 'csv'],
] as const;

export type Format = (typeof FORMATS)[number][1];

export const NDJSON_MEDIA = 'application/x-ndjson; charset=utf-8';
export const CSV_MEDIA = 'text/csv; charset=utf-8; header=present';

/** The media types in which a list can be had. */
export const LIST_MEDIA: readonly string[] = FORMATS.map(([media]) => media);

/** What the header Accept asks for: the first of ours that it names before any wildcard; JSON when it names none. */
export function formatOf(accept: string): Format {
  if (accept === '') return 'json';
  const wanted = accept
    .split(',')
    .map((part, place) => {
      const [media = '', ...parameters] = part.split(';').map((word) => word.trim().toLowerCase());
      const quality = parameters.find((parameter) => parameter.startsWith('q='));
      return { media, place, quality: quality === undefined ? 1 : Number(quality.slice(2)) || 0 };
    })
    .toSorted((a, b) => b.quality - a.quality || a.place - b.place);
  for (const { media, quality } of wanted) {
    const found = quality > 0 ? FORMATS.find(([name]) => name === media) : undefined;
    if (found !== undefined) return found[1];
  }
  return 'json';
}

/** One JSON object a line. */
export function ndjsonOf(rows: readonly Row[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

/**
 * What a spreadsheet would run as a formula. Some texts are somebody else's: the reason of a hole in the feed holds
 * the words with which the provider closed the connection.
 */
const FORMULA = /^[=+\-@\t\r](?!\d+(?:\.\d+)?$)/;

/**
 * RFC 4180, the names of the schema's members as its first line; what is nested stands as JSON, null as nothing,
 * and what would be a formula behind an apostrophe.
 */
export function csvOf(rows: readonly Row[], schema: string): string {
  const columns = Object.keys((SCHEMAS[schema] as { properties: Record<string, JsonSchema> }).properties);
  const lines = rows.map((row) => columns.map((column) => cellOf(row[column])).join(','));
  return `${[columns.join(','), ...lines].join('\r\n')}\r\n`;
}

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'string' ? value.replace(FORMULA, "'$&") : JSON.stringify(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
