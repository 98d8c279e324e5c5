// Opening a flat file: its kind and its day, found from its name, its header and its first row.
import { basename } from 'node:path';
import { DAY_MS, dayNumberOf, HOUR_MS, newYorkDayOf, newYorkMidnightMs } from '../../domain/calendar.ts';
import { newYorkDate, sessionOn, type Session } from '../../domain/session.ts';
import { Refusal } from '../../lib/refusal.ts';
import { readRow } from './careful.ts';
import { type LineChunk, readLines } from './chunks.ts';
import { type FlatFileKind, type FlatFileLayout, parseHeader } from './header.ts';

/** A flat file looked at, but not read yet. */
export interface FlatFile {
  readonly path: string;
  readonly kind: FlatFileKind;
  readonly layout: FlatFileLayout;
  readonly session: Session;
  readonly bytesTotal: number;
}

const LF = 10;
/** Rows looked at to tell minutes from days. */
const ROWS_LOOKED_AT = 64;

/** Rows of a session lie from the evening before, when overnight trading begins, to the end of its day. */
export const EARLIEST_MS = -6 * HOUR_MS;

/** Where the header of the first chunk ends, and its text. */
export function headerOf(chunk: LineChunk): { readonly line: string; readonly end: number } {
  const end = chunk.bytes.indexOf(LF) + 1;
  return { line: chunk.bytes.toString('utf8', 0, end - 1), end };
}

/** The date in a file's name, "2026-11-20" or "20261120"; null when there is none. */
export function dateInName(path: string): string | null {
  const match = /(?<!\d)(\d{4})-?(\d\d)-?(\d\d)(?!\d)/.exec(basename(path));
  if (match === null) return null;
  const date = `${match[1]}-${match[2]}-${match[3]}`;
  return dayNumberOf(date) === null ? null : date;
}

/** Times of the first rows of a chunk that can be read, epoch ms. */
function firstTimes(chunk: LineChunk, from: number, layout: FlatFileLayout): number[] {
  const times: number[] = [];
  for (let at = from; at < chunk.end && times.length < ROWS_LOOKED_AT;) {
    const end = chunk.bytes.indexOf(LF, at);
    const values = readRow(chunk.bytes.toString('utf8', at, end).replace(/\r$/, ''), layout.columns);
    if (!('fault' in values)) times.push(values.epochMs);
    at = end + 1;
  }
  return times;
}

function kindOf(layout: FlatFileLayout, timesMs: readonly number[]): FlatFileKind {
  if (layout.family !== 'aggregates') return layout.family;
  // Every day's bar begins at midnight in New York; of minutes only one in the overnight session may.
  const midnight = timesMs.every((timeMs) => timeMs === newYorkMidnightMs(newYorkDayOf(timeMs)));
  return midnight ? 'day aggregates' : 'minute aggregates';
}

/**
 * Looks at a file's header and first rows. Throws a Refusal that names the file when it cannot be read, is no flat
 * file, has no row, or is of a day that is no session.
 */
export async function openFlatFile(path: string): Promise<FlatFile> {
  let layout: FlatFileLayout | null = null;
  for await (const chunk of readLines(path)) {
    const header = layout === null ? headerOf(chunk) : null;
    layout ??= parseHeader(path, header!.line);
    const timesMs = firstTimes(chunk, header?.end ?? 0, layout);
    if (timesMs.length === 0) continue;
    const kind = kindOf(layout, timesMs);
    return { path, kind, layout, session: sessionOf(path, timesMs[0]!), bytesTotal: chunk.bytesTotal };
  }
  if (layout === null) throw new Refusal(`${path} is empty: fetch it again`);
  throw new Refusal(`${path} has no row that can be read: check that it is the right file`);
}

/** The session a file is named for, or that of its first row. */
function sessionOf(path: string, timeMs: number): Session {
  const date = dateInName(path) ?? newYorkDate(timeMs - EARLIEST_MS);
  const session = sessionOn(date);
  if ('fault' in session) throw new Refusal(`${path}: ${session.fault}`);
  if (Math.abs(timeMs - session.midnightMs) > 2 * DAY_MS) {
    throw new Refusal(`${path} is named for ${date} but its rows are of ${newYorkDate(timeMs)}: rename it`);
  }
  return session;
}
