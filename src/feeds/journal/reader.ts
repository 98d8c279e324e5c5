// Reading a journal: its records in order from any place, and exactly which bytes cannot be read.
import { readFile } from 'node:fs/promises';
import { refusalOf } from '../../lib/refusal.ts';
import {
  type JournalPosition,
  type JournalRecord,
  nextRecordAt,
  readRecord,
  RECORD_HEAD_BYTES,
  SEGMENT_HEAD,
} from './record.ts';
import { segmentPath, segmentsOf } from './segments.ts';

/** Bytes of a segment that hold no record that can be trusted, from one offset to before another. */
export interface JournalDamage {
  readonly kind: 'damage' | 'torn tail';
  readonly segment: number;
  readonly from: number;
  readonly until: number;
}

/** A record with the place behind it, or bytes that were passed over. */
export type JournalEntry =
  | { readonly record: JournalRecord; readonly position: JournalPosition }
  | JournalDamage;

/** A whole segment as entries; a torn tail is what the end of the last segment may have after a crash. */
export function* readSegment(
  bytes: Buffer,
  segment: number,
  {
    from,
    records: before,
    isLast,
  }: { readonly from: number; readonly records: number; readonly isLast: boolean },
): Generator<JournalEntry, number> {
  let records = before;
  let at = from;
  if (from === 0) {
    at = Math.min(bytes.length, SEGMENT_HEAD.length);
    if (!bytes.subarray(0, at).equals(SEGMENT_HEAD)) {
      const kind = isLast && bytes.length <= SEGMENT_HEAD.length ? 'torn tail' : 'damage';
      yield { kind, segment, from: 0, until: at };
    }
  }
  while (at < bytes.length) {
    const record = readRecord(bytes, at);
    if (record === null) {
      const until = nextRecordAt(bytes, at + 1);
      yield { kind: isLast && until === bytes.length ? 'torn tail' : 'damage', segment, from: at, until };
      at = until;
      continue;
    }
    at += RECORD_HEAD_BYTES + record.bytes.length;
    yield { record, position: { segment, offset: at, records: ++records } };
  }
  return records;
}

/**
 * The entries of a session's journal in order, from a place on (the beginning, unless given). Reads a segment at a
 * time: memory is one segment. Throws a Refusal when a file cannot be read.
 */
export async function* readJournal(
  directory: string,
  date: string,
  from: JournalPosition = { segment: 0, offset: 0, records: 0 },
): AsyncGenerator<JournalEntry> {
  const segments = (await segmentsOf(directory, date)).filter((segment) => segment >= from.segment);
  let { records } = from;
  for (const segment of segments) {
    const path = segmentPath(directory, date, segment);
    let bytes: Buffer;
    try {
      bytes = await readFile(path);
    } catch (error) {
      throw refusalOf(path, error);
    }
    const start = segment === from.segment ? from.offset : 0;
    records = yield* readSegment(bytes, segment, {
      from: start,
      records,
      isLast: segment === segments.at(-1),
    });
  }
}

/** The place behind the last whole record of a session's journal. Throws a Refusal when it cannot be read. */
export async function endOfJournal(directory: string, date: string): Promise<JournalPosition> {
  const segments = await segmentsOf(directory, date);
  let end: JournalPosition = { segment: segments[0] ?? 1, offset: SEGMENT_HEAD.length, records: 0 };
  for (const segment of segments) {
    const path = segmentPath(directory, date, segment);
    let bytes: Buffer;
    try {
      bytes = await readFile(path);
    } catch (error) {
      throw refusalOf(path, error);
    }
    const isLast = segment === segments.at(-1);
    end = { segment, offset: SEGMENT_HEAD.length, records: end.records };
    for (const entry of readSegment(bytes, segment, { from: 0, records: end.records, isLast })) {
      if ('position' in entry) end = entry.position;
      else if (entry.kind === 'damage') end = { ...end, offset: entry.until };
    }
  }
  return end;
}
