// Cursors: a place in a list as opaque text, good for that list only, and the page that ends with one.
import type { TimeCursor } from '../domain/answers.ts';
import type { Row } from './formats.ts';

/** The lists that have pages, and what breaks ties in each. */
const KEYS = {
  alerts: /^[0-9a-f]{16}$/,
  trades: /^\d{1,16}$/,
  contracts: /^O:[A-Z0-9]{16,21}$/,
} as const;

/** The end of the year 2099, epoch ms. */
const MOMENT_MS_MAX = 4_102_444_800_000;

export type CursorList = keyof typeof KEYS;

/** Writes a place as text that may stand in a URL. */
export function encodeCursor(list: CursorList, { atMs, key }: TimeCursor): string {
  return Buffer.from(`${list}.${atMs}.${key}`, 'latin1').toString('base64url');
}

/** Reads a place of this list; undefined for anything that {@link encodeCursor} did not write. */
export function decodeCursor(list: CursorList, text: string): TimeCursor | undefined {
  const [name, at = '', key = '', ...rest] = Buffer.from(text, 'base64url').toString('latin1').split('.');
  if (name !== list || rest.length > 0 || !/^\d{1,15}$/.test(at) || !KEYS[list].test(key)) return undefined;
  // A moment that no tape has would be an error of the store.
  if (list !== 'contracts' && Number(at) > MOMENT_MS_MAX) return undefined;
  const cursor = { atMs: Number(at), key };
  return encodeCursor(list, cursor) === text ? cursor : undefined;
}

/** The answer that is a page of a list: its items, and the place of the next page, null on the last. */
export function pageAnswer(list: CursorList, items: readonly object[], place: TimeCursor | null) {
  const next = place === null ? null : encodeCursor(list, place);
  return { json: { items, next }, next, rows: items as readonly Row[] };
}
