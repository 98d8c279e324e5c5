// The journal: what is appended is read back, a crash costs its tail, a flipped bit costs one record and is named.
import { appendFile, mkdir, mkdtemp, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type JournalEntry, readJournal, readSegment } from '../../../src/feeds/journal/reader.ts';
import {
  type JournalRecord,
  RECORD_HEAD_BYTES,
  SEGMENT_HEAD,
  writeRecord,
} from '../../../src/feeds/journal/record.ts';
import {
  dropOldSessions,
  journaledSessions,
  segmentPath,
  segmentsOf,
} from '../../../src/feeds/journal/segments.ts';
import { type JournalSettings, JournalWriter } from '../../../src/feeds/journal/writer.ts';
import { ManualClock } from '../../../src/lib/clock.ts';
import { assertProperty } from '../../support/properties.ts';

const DATE = '2026-11-20';
const START_MS = 1_795_000_000_000;

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'journal-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const records: fc.Arbitrary<JournalRecord[]> = fc.array(
  fc.record({
    kind: fc.constantFrom('frame', 'tick', 'gap', 'control'),
    receivedAtMs: fc.integer({ min: START_MS, max: START_MS + 86_400_000 }),
    bytes: fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)),
  }),
  { minLength: 1, maxLength: 20 },
);

function open(rest: Partial<JournalSettings> = {}): Promise<JournalWriter> {
  return JournalWriter.open({ directory, date: DATE, clock: new ManualClock(START_MS), ...rest });
}

/** What a record says, for comparisons. */
const plain = ({ kind, receivedAtMs, bytes }: JournalRecord): unknown => [
  kind,
  receivedAtMs,
  bytes.toString('hex'),
];
const frame = (text: string): [kind: 'frame', atMs: number, bytes: Buffer] => [
  'frame',
  START_MS,
  Buffer.from(text),
];

async function readAll(from?: Parameters<typeof readJournal>[2]): Promise<JournalEntry[]> {
  const entries: JournalEntry[] = [];
  for await (const entry of readJournal(directory, DATE, from)) entries.push(entry);
  return entries;
}

function recordsIn(entries: readonly JournalEntry[]): unknown[] {
  return entries.flatMap((entry) => ('record' in entry ? [plain(entry.record)] : []));
}

/** A segment's bytes and where each of its records begins. */
function segmentOf(list: readonly JournalRecord[]): { bytes: Buffer; starts: number[] } {
  const starts: number[] = [];
  let bytes = Buffer.from(SEGMENT_HEAD);
  for (const record of list) {
    starts.push(bytes.length);
    bytes = Buffer.concat([bytes], bytes.length + RECORD_HEAD_BYTES + record.bytes.length);
    writeRecord(bytes, starts.at(-1)!, record);
  }
  return { bytes, starts };
}

describe('what is appended', () => {
  test('is read back from the beginning and from every place, over any number of segments', async () => {
    await fc.assert(
      fc.asyncProperty(records, fc.integer({ min: 60, max: 400 }), async (list, segmentBytesMax) => {
        await rm(directory, { recursive: true, force: true });
        const journal = await open({ segmentBytesMax });
        const places = [];
        for (const [row, { kind, receivedAtMs, bytes }] of list.entries()) {
          places.push(journal.append(kind, receivedAtMs, bytes));
          if (row % 3 === 0) await journal.flush();
        }
        await journal.close();
        expect(journal.status.durable).toEqual(places.at(-1));
        const entries = await readAll();
        expect(recordsIn(entries)).toEqual(list.map(plain));
        expect(entries.map((entry) => 'position' in entry && entry.position)).toEqual(places);
        const middle = list.length >> 1;
        expect(recordsIn(await readAll(places[middle]))).toEqual(list.slice(middle + 1).map(plain));
      }),
      { seed: 20_140_602, numRuns: 40 },
    );
  });

  test('is appended to by the next run', async () => {
    const first = await open();
    const place = first.append(...frame('morning'));
    await first.close();
    const second = await open();
    expect(second.status.end).toEqual(place);
    second.append(...frame('afternoon'));
    await second.close();
    expect(recordsIn(await readAll())).toHaveLength(2);
  });

  test('is on the disk fifty milliseconds later, all in one write', async () => {
    const clock = new ManualClock(START_MS);
    const journal = await open({ clock });
    for (let i = 0; i < 100; i++) journal.append(...frame(`frame ${i}`));
    expect(journal.status.durable.records).toBe(0);
    clock.advance(49);
    expect(journal.status.flushes).toBe(0);
    clock.advance(1);
    await journal.flush();
    expect(journal.status).toMatchObject({ flushes: 1, waitingBytes: 0, durable: { records: 100 } });
    await journal.close();
  });

  test('may be changed by the caller afterwards', async () => {
    const journal = await open();
    const bytes = Buffer.from('as it came');
    journal.append('frame', START_MS, bytes);
    bytes.fill(0);
    await journal.close();
    expect(recordsIn(await readAll())).toEqual([
      plain({ kind: 'frame', receivedAtMs: START_MS, bytes: Buffer.from('as it came') }),
    ]);
  });
});

describe('a crash', () => {
  test('at any byte costs only what was not whole, and the next run goes on from there', async () => {
    await fc.assert(
      fc.asyncProperty(records, fc.nat(), async (list, cut) => {
        await rm(directory, { recursive: true, force: true });
        const { bytes, starts } = segmentOf(list);
        const length = cut % (bytes.length + 1);
        await mkdir(join(directory, DATE), { recursive: true });
        await writeFile(segmentPath(directory, DATE, 1), bytes.subarray(0, length));
        const whole = list.filter(
          (record, i) => starts[i]! + RECORD_HEAD_BYTES + record.bytes.length <= length,
        );
        const journal = await open();
        expect(journal.status.end.records).toBe(whole.length);
        journal.append(...frame('after the crash'));
        await journal.close();
        const entries = await readAll();
        expect(entries.every((entry) => 'record' in entry)).toBe(true);
        expect(recordsIn(entries)).toEqual([
          ...whole.map(plain),
          plain({ kind: 'frame', receivedAtMs: START_MS, bytes: Buffer.from('after the crash') }),
        ]);
      }),
      { seed: 20_140_602, numRuns: 60 },
    );
  });

  test('leaves a torn tail that a reader names and passes over', async () => {
    const journal = await open();
    const place = journal.append(...frame('whole'));
    journal.append(...frame('torn'));
    await journal.close();
    await truncate(segmentPath(directory, DATE, 1), place.offset + 26);
    expect((await readAll()).at(-1)).toEqual({
      kind: 'torn tail',
      segment: 1,
      from: place.offset,
      until: place.offset + 26,
    });
  });
});

describe('a flipped bit', () => {
  test('costs the record it is in, whose bytes are named, and no other', () => {
    assertProperty(
      fc.property(records, fc.nat(), fc.nat(7), (list, place, bit) => {
        const { bytes, starts } = segmentOf(list);
        const at = SEGMENT_HEAD.length + (place % (bytes.length - SEGMENT_HEAD.length));
        bytes[at]! ^= 1 << bit;
        const hit = starts.findLastIndex((start) => start <= at);
        const entries = [...readSegment(bytes, 1, { from: 0, records: 0, isLast: false })];
        expect(recordsIn(entries)).toEqual(list.filter((_, i) => i !== hit).map(plain));
        expect(entries.filter((entry) => !('record' in entry))).toEqual([
          { kind: 'damage', segment: 1, from: starts[hit], until: starts[hit + 1] ?? bytes.length },
        ]);
      }),
    );
  });

  test('in the head of a segment is told and costs nothing', () => {
    const { bytes } = segmentOf([{ kind: 'tick', receivedAtMs: START_MS, bytes: Buffer.from('{}') }]);
    bytes[3]! ^= 4;
    const entries = [...readSegment(bytes, 2, { from: 0, records: 0, isLast: false })];
    expect(entries[0]).toEqual({ kind: 'damage', segment: 2, from: 0, until: SEGMENT_HEAD.length });
    expect(recordsIn(entries)).toHaveLength(1);
  });

  test('before the end does not make the next run cut off what follows', async () => {
    const journal = await open();
    const first = journal.append(...frame('first'));
    journal.append(...frame('second'));
    const last = journal.append(...frame('third'));
    await journal.close();
    const path = segmentPath(directory, DATE, 1);
    const bytes = await readFile(path);
    bytes[first.offset + 25]! ^= 1;
    await writeFile(path, bytes);
    const next = await open();
    expect(next.status.end).toEqual({ ...last, records: 2 });
    await next.close();
  });
});

describe('a disk that fails', () => {
  test('that is full is a sentence and a count, and the journal goes on when there is room again', async () => {
    const journal = await open({ segmentBytesMax: 64 });
    await symlink('/dev/full', segmentPath(directory, DATE, 2));
    journal.append(...frame('fits into the first segment'));
    await journal.flush();
    journal.append(...frame('meets the full disk'));
    journal.append(...frame('as does this'));
    await journal.flush();
    expect(journal.status.lostRecords).toBe(2);
    expect(journal.status.fault).toContain('the disk is full: free some space');
    journal.append(...frame('there is room again'));
    await journal.close();
    expect(journal.status).toMatchObject({ lostRecords: 2, fault: null });
    await rm(segmentPath(directory, DATE, 2));
    const texts = (await readAll()).map((entry) => ('record' in entry ? entry.record.bytes.toString() : ''));
    expect(texts).toEqual(['fits into the first segment', '{"lostRecords":2}', 'there is room again']);
  });

  test('that is too slow loses what does not fit into memory, and counts it', async () => {
    const journal = await open({ waitingBytesMax: 100 });
    journal.append(...frame('x'.repeat(60)));
    journal.append(...frame('y'.repeat(60)));
    expect(journal.status).toMatchObject({ lostRecords: 1 });
    expect(journal.status.fault).toContain('too slow');
    await journal.close();
    expect(journal.status.fault).toBeNull();
  });

  test('that has a file where the folder should be is refused at the start', async () => {
    await appendFile(join(directory, 'taken'), '');
    const opening = JournalWriter.open({
      directory: join(directory, 'taken'),
      date: DATE,
      clock: new ManualClock(0),
    });
    await expect(opening).rejects.toThrow(/taken/);
  });
});

test('only the latest sessions are kept', async () => {
  for (const day of ['16', '17', '18', '19', '20']) await mkdir(join(directory, `2026-11-${day}`));
  await mkdir(join(directory, 'notes'));
  expect(await dropOldSessions(directory, 3)).toEqual(['2026-11-16', '2026-11-17']);
  expect(await journaledSessions(directory)).toEqual(['2026-11-18', '2026-11-19', '2026-11-20']);
  expect(await segmentsOf(directory, '2026-11-16')).toEqual([]);
});
