// A small journal harmed at every byte and cut at every length: what is whole is read, what is not is named exactly.
import { describe, expect, test } from 'vitest';
import { type JournalEntry, readSegment } from '../../../src/feeds/journal/reader.ts';
import {
  type JournalRecord,
  RECORD_HEAD_BYTES,
  SEGMENT_HEAD,
  writeRecord,
} from '../../../src/feeds/journal/record.ts';

const RECORDS: readonly JournalRecord[] = [
  { kind: 'frame', receivedAtMs: 1_795_000_000_000, bytes: Buffer.from('[{"ev":"T","q":1}]') },
  { kind: 'control', receivedAtMs: 1_795_000_000_001, bytes: Buffer.from('{"nextRow":1}') },
  // Bodies that begin as a segment and as a record do: nobody may be led astray by them.
  { kind: 'frame', receivedAtMs: 1_795_000_000_002, bytes: Buffer.from(SEGMENT_HEAD), row: 1_000_000 },
  { kind: 'tick', receivedAtMs: 1_795_000_000_003, bytes: Buffer.alloc(0) },
  { kind: 'frame', receivedAtMs: 1_795_000_000_004, bytes: Buffer.from([0xf1, 0x53, 0x70, 0x48, 0, 0]) },
];

/** A segment's bytes and where each record ends in it. */
function segmentOf(records: readonly JournalRecord[]): { readonly bytes: Buffer; readonly ends: number[] } {
  const ends: number[] = [];
  let bytes = Buffer.from(SEGMENT_HEAD);
  for (const record of records) {
    const at = bytes.length;
    bytes = Buffer.concat([bytes], at + RECORD_HEAD_BYTES + record.bytes.length);
    writeRecord(bytes, at, record);
    ends.push(bytes.length);
  }
  return { bytes, ends };
}

const { bytes: WHOLE, ends: ENDS } = segmentOf(RECORDS);
const startOf = (record: number): number => (record === 0 ? SEGMENT_HEAD.length : ENDS[record - 1]!);

function read(bytes: Buffer): { readonly records: JournalRecord[]; readonly damage: JournalEntry[] } {
  const entries = [...readSegment(bytes, 1, { from: 0, records: 0, isLast: true })];
  return {
    records: entries.flatMap((entry) => ('record' in entry ? [entry.record] : [])),
    damage: entries.filter((entry) => !('record' in entry)),
  };
}

describe('a journal of five records', () => {
  test('with any bit of any byte flipped gives the four others, and names the bytes of the one', () => {
    for (let at = SEGMENT_HEAD.length; at < WHOLE.length; at++) {
      const hit = ENDS.findIndex((end) => at < end);
      for (let bit = 0; bit < 8; bit++) {
        const bytes = Buffer.from(WHOLE);
        bytes[at]! ^= 1 << bit;
        const { records, damage } = read(bytes);
        expect(records).toEqual(RECORDS.filter((_, record) => record !== hit));
        const kind = hit === RECORDS.length - 1 ? 'torn tail' : 'damage';
        expect(damage).toEqual([{ kind, segment: 1, from: startOf(hit), until: ENDS[hit] }]);
      }
    }
  });

  test('with any bit of its head flipped gives all five, and names the head', () => {
    for (let at = 0; at < SEGMENT_HEAD.length; at++) {
      const bytes = Buffer.from(WHOLE);
      bytes[at]! ^= 1 << (at % 8);
      const { records, damage } = read(bytes);
      expect(records).toEqual(RECORDS);
      expect(damage).toEqual([{ kind: 'damage', segment: 1, from: 0, until: SEGMENT_HEAD.length }]);
    }
  });

  test('cut at any length gives the records that are whole, and names the torn tail', () => {
    for (let length = SEGMENT_HEAD.length; length <= WHOLE.length; length++) {
      const { records, damage } = read(WHOLE.subarray(0, length));
      const whole = ENDS.filter((end) => end <= length).length;
      expect(records).toEqual(RECORDS.slice(0, whole));
      const from = startOf(whole);
      expect(damage).toEqual(length === from ? [] : [{ kind: 'torn tail', segment: 1, from, until: length }]);
    }
  });

  test('with any run of bytes lost from its middle gives every record that does not touch them', () => {
    for (let from = SEGMENT_HEAD.length; from < WHOLE.length; from += 3) {
      for (const lost of [1, 7, 40]) {
        const bytes = Buffer.concat([WHOLE.subarray(0, from), WHOLE.subarray(from + lost)]);
        const untouched = RECORDS.filter(
          (_, record) => ENDS[record]! <= from || startOf(record) >= from + lost,
        );
        const { records } = read(bytes);
        expect(records).toEqual(expect.arrayContaining(untouched));
        // What is lost from the same place of one record to that of the next may leave the next one whole.
        for (const record of records) expect(RECORDS).toContainEqual(record);
      }
    }
  });
});
