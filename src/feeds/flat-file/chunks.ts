// The bytes of a flat file, gunzipped where needed, in large chunks of whole lines.
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { Refusal, refusalOf } from '../../lib/refusal.ts';

/** Output chunks of the decompressor: the default of 16 KB would cost half the speed. */
const CHUNK_BYTES = 256 * 1024;
/** A longer line is not a row of any flat file. */
const LINE_BYTES_MAX = 64 * 1024;

const LF = 10;

/** Whole lines of a file: bytes from 0 to `end`, the last of them a line feed. Valid until the next is taken. */
export interface LineChunk {
  readonly bytes: Buffer;
  readonly end: number;
  /** Bytes read from disk so far, and to read in all: the progress of the work. */
  readonly bytesRead: number;
  readonly bytesTotal: number;
}

async function inspect(path: string): Promise<{ gzipped: boolean; bytesTotal: number }> {
  try {
    const stats = await stat(path);
    if (stats.isDirectory()) throw new Refusal(`${path} is a folder: name a file`);
    // It is opened twice, to be looked at and to be read, and a pipe gives its bytes once.
    if (!stats.isFile())
      throw new Refusal(`${path} is not a file but a pipe or a device: write it to a file first`);
    await using file = await open(path, 'r');
    const magic = Buffer.alloc(2);
    const { bytesRead } = await file.read(magic, 0, 2, 0);
    if (bytesRead === 0) throw new Refusal(`${path} is empty: fetch it again`);
    return { gzipped: magic[0] === 0x1f && magic[1] === 0x8b, bytesTotal: stats.size };
  } catch (error) {
    throw refusalOf(path, error);
  }
}

/** What a broken gzip stream means. */
function brokenGzip(path: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'Z_BUF_ERROR')
    return new Refusal(`${path} is cut off in the middle: fetch it again`, { cause: error });
  if (code.startsWith('Z_'))
    return new Refusal(`${path} is damaged (${code}): fetch it again`, { cause: error });
  return refusalOf(path, error);
}

/** True when a line in the first `length` bytes, the last and unfinished one too, is longer than a line may be. */
function hasLongLine(bytes: Buffer, length: number): boolean {
  for (let from = 0; length - from > LINE_BYTES_MAX;) {
    const lineFeed = bytes.lastIndexOf(LF, from + LINE_BYTES_MAX);
    if (lineFeed < from) return true;
    from = lineFeed + 1;
  }
  return false;
}

/**
 * Reads a file, plain or gzipped (told by its first bytes), as chunks of whole lines; a last line without a line feed
 * gets one. Throws a Refusal when the file cannot be read to its end, after the chunks that could.
 */
export async function* readLines(path: string, chunkBytes = CHUNK_BYTES): AsyncGenerator<LineChunk> {
  const { gzipped, bytesTotal } = await inspect(path);
  const file = createReadStream(path, { highWaterMark: gzipped ? CHUNK_BYTES : chunkBytes });
  const source = gzipped ? file.pipe(createGunzip({ chunkSize: chunkBytes })) : file;
  if (gzipped) file.on('error', (error) => source.destroy(error));
  let bytes = Buffer.alloc(chunkBytes + LINE_BYTES_MAX + 1);
  let kept = 0;
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      if (kept + chunk.length + 1 > bytes.length) bytes = Buffer.concat([bytes], kept + chunk.length + 1);
      chunk.copy(bytes, kept);
      const filled = kept + chunk.length;
      const end = bytes.lastIndexOf(LF, filled - 1) + 1;
      if (hasLongLine(bytes, filled)) {
        throw new Refusal(`${path} is not a flat file: it has a line of over 64 KB`);
      }
      if (end > 0) yield { bytes, end, bytesRead: file.bytesRead, bytesTotal };
      bytes.copyWithin(0, end, filled);
      kept = filled - end;
    }
    if (kept > 0) {
      bytes[kept] = LF;
      yield { bytes, end: kept + 1, bytesRead: bytesTotal, bytesTotal };
    }
  } catch (error) {
    throw brokenGzip(path, error);
  } finally {
    file.destroy();
  }
}
