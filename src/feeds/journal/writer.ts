// Writing the journal: records gathered in memory, written together and made durable at most 50 ms after the first.
import { type FileHandle, open } from 'node:fs/promises';
import { assert } from '../../lib/assert.ts';
import { passFaultPoint } from '../../lib/fault-points.ts';
import type { Clock, Timer } from '../../lib/clock.ts';
import { ANSWER_BOUNDS_SECONDS, Histogram } from '../../lib/histogram.ts';
import { Refusal, refusalOf } from '../../lib/refusal.ts';
import { controlBytes } from './control.ts';
import { endOfJournal } from './reader.ts';
import {
  BODY_BYTES_MAX,
  type JournalPosition,
  RECORD_HEAD_BYTES,
  type RecordKind,
  SEGMENT_HEAD,
  writeRecord,
} from './record.ts';
import { makeSessionFolder, segmentPath } from './segments.ts';

export interface JournalSettings {
  readonly directory: string;
  /** New York date of the session. */
  readonly date: string;
  /** Real time. */
  readonly clock: Clock;
  /** From the first record that waits to its fsync, ms. */
  readonly flushMs?: number;
  readonly segmentBytesMax?: number;
  /** Bytes that may wait for the disk; records beyond are lost and counted. */
  readonly waitingBytesMax?: number;
}

/** How the journal fares. */
export interface JournalStatus {
  /** Place behind the last record taken, and behind the last that is on the disk. */
  readonly end: JournalPosition;
  readonly durable: JournalPosition;
  readonly waitingBytes: number;
  readonly flushes: number;
  /** Seconds from a flush's first write to the end of its fsync. */
  readonly flushSeconds: Histogram;
  /** Records that the disk did not take. */
  readonly lostRecords: number;
  /** Why the disk does not take records now, in a sentence; null while it does. */
  readonly fault: string | null;
}

const FLUSH_MS = 50;
/** A segment is read whole, so it is also what a reader takes in memory. */
export const SEGMENT_BYTES_MAX = 64 * 1024 * 1024;
/**
 * Bytes that may wait for the disk: a minute of the busiest feed, 50,000 prints a second of 108 bytes. A disk that is
 * silent for longer has failed, and more memory would only put off saying so.
 */
export const JOURNAL_WAITING_BYTES_MAX = 256 * 1024 * 1024;
/** After a failure the disk is tried again this often, ms. */
const RETRY_MS = 5_000;
const CHUNK_BYTES = 256 * 1024;
/**
 * Buffers kept for the next chunks, one being filled while the other is written, and the largest worth keeping: fifty
 * milliseconds of the busiest feed are a quarter of a megabyte, and fresh ones would make the collector stop the tape.
 */
const SPARES_MAX = 2;
const SPARE_BYTES_MAX = 4 * 1024 * 1024;

/** Records of one segment that wait to be written together. */
interface Chunk {
  readonly segment: number;
  /** Offset of its first byte in the segment. */
  readonly offset: number;
  bytes: Buffer;
  length: number;
  /** Place behind its last record. */
  end: JournalPosition;
  records: number;
}

/** Appends to a session's journal. A disk that fails never stops the caller: it is counted and told by `status`. */
export class JournalWriter {
  readonly #settings: Required<JournalSettings>;
  #end: JournalPosition;
  #durable: JournalPosition;
  #waiting: Chunk[] = [];
  #waitingBytes = 0;
  readonly #spares: Buffer[] = [];
  #file: FileHandle | null = null;
  #fileSegment = 0;
  #timer: Timer | null = null;
  #flushing: Promise<void> | null = null;
  #flushes = 0;
  readonly #flushSeconds = new Histogram(ANSWER_BOUNDS_SECONDS);
  #lostRecords = 0;
  #lostTold = 0;
  #fault: string | null = null;
  #isClosed = false;

  private constructor(settings: Required<JournalSettings>, end: JournalPosition) {
    this.#settings = settings;
    this.#end = end;
    this.#durable = end;
  }

  /**
   * Opens a session's journal for appending, behind what it holds already; a torn tail is cut off. Throws a Refusal
   * when the directory cannot be read or written.
   */
  static async open(settings: JournalSettings): Promise<JournalWriter> {
    const all = {
      flushMs: FLUSH_MS,
      segmentBytesMax: SEGMENT_BYTES_MAX,
      waitingBytesMax: JOURNAL_WAITING_BYTES_MAX,
      ...settings,
    };
    await makeSessionFolder(settings.directory, settings.date);
    const end = await endOfJournal(settings.directory, settings.date);
    const writer = new JournalWriter(all, end);
    try {
      await writer.#turnTo(end.segment, end.offset);
    } catch (error) {
      throw refusalOf(segmentPath(settings.directory, settings.date, end.segment), error);
    }
    return writer;
  }

  get status(): JournalStatus {
    return {
      end: this.#end,
      durable: this.#durable,
      waitingBytes: this.#waitingBytes,
      flushes: this.#flushes,
      flushSeconds: this.#flushSeconds,
      lostRecords: this.#lostRecords,
      fault: this.#fault,
    };
  }

  /**
   * Takes a record and returns the place behind it; the bytes are copied. A record that cannot be kept is counted.
   * @param row number on the tape of the first print of a frame
   */
  append(kind: RecordKind, receivedAtMs: number, bytes: Buffer, row?: number): JournalPosition {
    assert(!this.#isClosed, 'a closed journal takes no records');
    assert(bytes.length <= BODY_BYTES_MAX, 'a record is at most 64 MB');
    const size = RECORD_HEAD_BYTES + bytes.length;
    if (this.#waitingBytes + size > this.#settings.waitingBytesMax) {
      this.#fault ??= 'the journal cannot keep up: the disk is too slow for what comes';
      this.#lostRecords++;
      return this.#end;
    }
    if (this.#lostRecords > this.#lostTold) this.#tellLoss(receivedAtMs);
    const chunk = this.#chunkFor(size);
    const record = { kind, receivedAtMs, bytes };
    writeRecord(chunk.bytes, chunk.length, row === undefined ? record : { ...record, row });
    chunk.length += size;
    chunk.records++;
    this.#waitingBytes += size;
    const { segment, offset, records } = this.#end;
    this.#end = chunk.end = { segment, offset: offset + size, records: records + 1 };
    this.#plan(this.#fault === null ? this.#settings.flushMs : RETRY_MS);
    return this.#end;
  }

  /** A replay must know that the journal has a hole. */
  #tellLoss(receivedAtMs: number): void {
    const lostRecords = this.#lostRecords - this.#lostTold;
    this.#lostTold = this.#lostRecords;
    this.append('control', receivedAtMs, controlBytes({ lostRecords }));
  }

  /** Writes what waits now; resolves when it is on the disk, or counted as lost. */
  async flush(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = null;
    while (this.#flushing !== null) await this.#flushing;
    if (this.#waiting.length === 0) return;
    this.#flushing = this.#write().finally(() => (this.#flushing = null));
    await this.#flushing;
  }

  /** Writes what waits and closes the file. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.flush();
    await this.#file?.close();
    this.#file = null;
  }

  /** The chunk that has room for `size` more bytes, in the segment that they belong to. */
  #chunkFor(size: number): Chunk {
    const { segmentBytesMax } = this.#settings;
    const isFull = this.#end.offset > SEGMENT_HEAD.length && this.#end.offset + size > segmentBytesMax;
    if (isFull) {
      this.#end = { segment: this.#end.segment + 1, offset: SEGMENT_HEAD.length, records: this.#end.records };
    }
    const last = this.#waiting.at(-1);
    if (last?.segment === this.#end.segment) {
      if (last.length + size > last.bytes.length) {
        last.bytes = Buffer.concat([last.bytes], Math.max(last.bytes.length * 2, last.length + size));
      }
      return last;
    }
    const spare = this.#spares.pop();
    const fits = spare !== undefined && spare.length >= size;
    const bytes = fits ? spare : Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, size));
    const { segment, offset } = this.#end;
    const chunk: Chunk = { segment, offset, bytes, length: 0, end: this.#end, records: 0 };
    this.#waiting.push(chunk);
    return chunk;
  }

  #plan(ms: number): void {
    this.#timer ??= this.#settings.clock.after(ms, () => {
      this.#timer = null;
      void this.flush();
    });
  }

  async #write(): Promise<void> {
    const chunks = this.#waiting;
    this.#waiting = [];
    const beganMs = performance.now();
    try {
      for (const { segment, offset, bytes, length } of chunks) {
        if (segment !== this.#fileSegment || this.#file === null) await this.#turnTo(segment, offset);
        passFaultPoint('journal.write');
        await writeAll(this.#handle, bytes, length, offset);
      }
      passFaultPoint('journal.sync');
      await this.#handle.datasync();
      passFaultPoint('journal.synced');
      for (const { bytes, length } of chunks) {
        this.#waitingBytes -= length;
        if (this.#spares.length < SPARES_MAX && bytes.length <= SPARE_BYTES_MAX) this.#spares.push(bytes);
      }
      this.#durable = chunks.at(-1)!.end;
      this.#flushes++;
      this.#flushSeconds.observe((performance.now() - beganMs) / 1000);
      this.#fault = null;
    } catch (error) {
      await this.#giveUp(chunks, error);
    }
  }

  get #handle(): FileHandle {
    assert(this.#file !== null, 'a segment is open while it is written');
    return this.#file;
  }

  /** Opens the segment and cuts off what stands behind `offset`, which no position names. */
  async #turnTo(segment: number, offset: number): Promise<void> {
    const { directory, date } = this.#settings;
    if (this.#file !== null) {
      const before = this.#file;
      this.#file = null;
      await before.datasync();
      await before.close();
    }
    const file = await open(segmentPath(directory, date, segment), offset > SEGMENT_HEAD.length ? 'r+' : 'w');
    this.#file = file;
    this.#fileSegment = segment;
    if (offset > SEGMENT_HEAD.length) await file.truncate(offset);
    else await writeAll(file, SEGMENT_HEAD, SEGMENT_HEAD.length, 0);
  }

  /**
   * What waited is lost and counted, and a new segment begins, so that no place is ever given twice. Half a record may
   * be left behind at the end of the old one: the reader reports it.
   */
  async #giveUp(chunks: readonly Chunk[], error: unknown): Promise<void> {
    const lost = [...chunks, ...this.#waiting];
    const lostRecords = lost.reduce((sum, { records }) => sum + records, 0);
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#lostRecords += lostRecords;
    const { directory, date } = this.#settings;
    const fault = refusalOf(segmentPath(directory, date, lost[0]?.segment ?? this.#end.segment), error);
    this.#fault =
      fault instanceof Refusal ? fault.message : `the journal cannot be written: ${String(fault)}`;
    const file = this.#file;
    this.#file = null;
    this.#end = {
      segment: this.#end.segment + 1,
      offset: SEGMENT_HEAD.length,
      records: this.#end.records - lostRecords,
    };
    await file?.close().catch(() => {});
  }
}

async function writeAll(file: FileHandle, bytes: Buffer, length: number, position: number): Promise<void> {
  for (let written = 0; written < length;) {
    const { bytesWritten } = await file.write(bytes, written, length - written, position + written);
    written += bytesWritten;
  }
}
