// The bytes of a flat file, gunzipped where needed, in large chunks of whole lines.
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
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
    await using file = await open(path, 'r');
    const stats = await file.stat();
    if (stats.isDirectory()) throw new Refusal(`${path} is a folder: name a file`);
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

/**
 * Reads a file, plain or gzipped (told by its first bytes), as chunks of whole lines; a last line without a line feed
 * gets one. Throws a Refusal when the file cannot be read to its end, after the chunks that could.
 */
export async function* readLines(path: string, chunkBytes = CHUNK_BYTES): AsyncGenerator<LineChunk> {
  const { gzipped, bytesTotal } = await inspect(path);
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
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
      if (end > 0) yield { bytes, end, bytesRead: file.bytesRead, bytesTotal };
      bytes.copyWithin(0, end, filled);
      kept = filled - end;
      if (kept > LINE_BYTES_MAX) throw new Refusal(`${path} is not a flat file: it has a line of over 64 KB`);
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
