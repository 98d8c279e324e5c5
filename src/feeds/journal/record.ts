// A record of the journal in bytes: length, checksum, kind, time of receipt, body.
//
// 24 bytes little-endian, then the body: magic u32 · crc32 u32 of all that follows · length of the body u32 · kind u8 ·
// row u24 · receivedAtMs f64. The magic lets a reader find the next record behind a damaged one, and the row lets it
// number the prints behind it as they were.
import { crc32 } from 'node:zlib';

/**
 * What a record holds: a frame as it came, a tick of the engine's clock, a gap of the feed, or control as JSON.
 * Records of a kind that only a newer version knows are whole, and passed over.
 */
export type RecordKind = 'frame' | 'tick' | 'gap' | 'control' | 'unknown';

/** A place between two records, ordered by segment, then offset. */
export interface JournalPosition {
  /** Number of the segment, from 1. */
  readonly segment: number;
  /** Bytes from the beginning of the segment. */
  readonly offset: number;
  /** Records of the session before this place. */
  readonly records: number;
}

/** A record as it is read; `bytes` is valid until the next segment is read. */
export interface JournalRecord {
  readonly kind: RecordKind;
  /** Epoch ms. */
  readonly receivedAtMs: number;
  readonly bytes: Buffer;
  /**
   * Number that the first print of a frame had on the tape, 0 or more; read back, it is the remainder by
   * {@link ROW_SPAN}. Absent where nobody said it.
   */
  readonly row?: number;
}

/** Row numbers are kept by their remainder, which fits three bytes beside an absent one. */
export const ROW_SPAN = 2 ** 24 - 1;

/** First bytes of each segment: what it is, and in which version. */
export const SEGMENT_HEAD = Buffer.from('spyhop-journal-1', 'latin1');
export const RECORD_HEAD_BYTES = 24;
/** A longer body is no record. */
export const BODY_BYTES_MAX = 64 * 1024 * 1024;

const MAGIC = Buffer.from('\u00f1SpH', 'latin1');
const CRC_AT = 4;
const LENGTH_AT = 8;
const KIND_AT = 12;
const ROW_AT = 13;
const TIME_AT = 16;

/** Numbered from 1 on; a new kind is added at the end. */
const KINDS: readonly RecordKind[] = ['frame', 'tick', 'gap', 'control'];

/** Writes a record into `target` at `at`; there must be room for the head and the body. */
export function writeRecord(target: Buffer, at: number, record: JournalRecord): void {
  const { kind, receivedAtMs, bytes, row } = record;
  const rowMark = row === undefined ? 0 : (row % ROW_SPAN) + 1;
  MAGIC.copy(target, at);
  target.writeUInt32LE(bytes.length, at + LENGTH_AT);
  target.writeUInt8(KINDS.indexOf(kind) + 1, at + KIND_AT);
  target.writeUIntLE(rowMark, at + ROW_AT, 3);
  target.writeDoubleLE(receivedAtMs, at + TIME_AT);
  bytes.copy(target, at + RECORD_HEAD_BYTES);
  const end = at + RECORD_HEAD_BYTES + bytes.length;
  target.writeUInt32LE(crc32(target.subarray(at + LENGTH_AT, end)), at + CRC_AT);
}

/** The record at `at`, or null when no whole and undamaged one stands there. */
export function readRecord(bytes: Buffer, at: number): JournalRecord | null {
  const body = at + RECORD_HEAD_BYTES;
  if (body > bytes.length || bytes.compare(MAGIC, 0, MAGIC.length, at, at + MAGIC.length) !== 0) return null;
  const end = body + bytes.readUInt32LE(at + LENGTH_AT);
  if (end > bytes.length || end - body > BODY_BYTES_MAX) return null;
  if (crc32(bytes.subarray(at + LENGTH_AT, end)) !== bytes.readUInt32LE(at + CRC_AT)) return null;
  const kind = KINDS[bytes.readUInt8(at + KIND_AT) - 1] ?? 'unknown';
  const rowMark = bytes.readUIntLE(at + ROW_AT, 3);
  const record = { kind, receivedAtMs: bytes.readDoubleLE(at + TIME_AT), bytes: bytes.subarray(body, end) };
  return rowMark === 0 ? record : { ...record, row: rowMark - 1 };
}

/** Where the next undamaged record begins at or behind `from`; the length of the bytes when there is none. */
export function nextRecordAt(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(MAGIC, from); at >= 0; at = bytes.indexOf(MAGIC, at + 1)) {
    if (readRecord(bytes, at) !== null) return at;
  }
  return bytes.length;
}
