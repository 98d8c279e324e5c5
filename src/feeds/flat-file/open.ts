// Opening a flat file: its kind and its day, found from its name, its header and its first row.
import { basename } from 'node:path';
import { DAY_MS, dayNumberOf, newYorkDayOf, newYorkMidnightMs } from '../../domain/calendar.ts';
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

/** Time of the first row that can be read, epoch ms; null when there is none in the chunk. */
function firstTime(chunk: LineChunk, headerEnd: number, layout: FlatFileLayout): number | null {
  for (let at = headerEnd; at < chunk.end;) {
    const end = chunk.bytes.indexOf(LF, at);
    const values = readRow(chunk.bytes.toString('utf8', at, end).replace(/\r$/, ''), layout.columns);
    if (!('fault' in values)) return values.epochMs;
    at = end + 1;
  }
  return null;
}

function kindOf(layout: FlatFileLayout, timeMs: number): FlatFileKind {
  if (layout.family !== 'aggregates') return layout.family;
  // A day's bar begins at midnight in New York, when no minute has one.
  return timeMs === newYorkMidnightMs(newYorkDayOf(timeMs)) ? 'day aggregates' : 'minute aggregates';
}

/**
 * Looks at a file's header and first rows. Throws a Refusal that names the file when it cannot be read, is no flat
 * file, has no row, or is of a day that is no session.
 */
export async function openFlatFile(path: string): Promise<FlatFile> {
  for await (const chunk of readLines(path)) {
    const header = headerOf(chunk);
    const layout = parseHeader(path, header.line);
    const timeMs = firstTime(chunk, header.end, layout);
    if (timeMs === null)
      throw new Refusal(`${path} has no row that can be read: check that it is the right file`);
    const date = dateInName(path) ?? newYorkDate(timeMs);
    const session = sessionOn(date);
    if ('fault' in session) throw new Refusal(`${path}: ${session.fault}`);
    const awayMs = Math.abs(timeMs - session.midnightMs);
    if (awayMs > 2 * DAY_MS) {
      throw new Refusal(`${path} is named for ${date} but its rows are of ${newYorkDate(timeMs)}: rename it`);
    }
    return { path, kind: kindOf(layout, timeMs), layout, session, bytesTotal: chunk.bytesTotal };
  }
  throw new Refusal(`${path} is empty: fetch it again`);
}
