// The file of a copy: lines of JSON with a head, the tables' rows and a tail that vouches for all before it.
//
//   {"format":"spyhop copy","version":1,"schema":"0003_deep_history","madeAt":"2026-11-20T22:00:00.000Z"}
//   {"table":"alert","columns":["insertion","alert_id", ...]}
//   ["1","9f2c...", ..., null]                 a row: values as Postgres writes them, null where there is none
//   {"end":true,"rows":1,"sha256":"..."}       over the bytes of all lines before it, line feeds included
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Refusal, refusalOf } from '../../lib/refusal.ts';

export const COPY_FORMAT = 'spyhop copy';
export const COPY_VERSION = 1;
/** A row is an alert with its evidence at most; a line beyond this is no row of ours. */
const LINE_BYTES_MAX = 16 * 1024 * 1024;

export interface CopyHead {
  readonly format: string;
  readonly version: number;
  /** Newest migration of the database it was made of. */
  readonly schema: string;
  readonly madeAt: string;
}

/** A line of the file, understood. */
export type CopyLine =
  | { readonly kind: 'head'; readonly head: CopyHead }
  | { readonly kind: 'table'; readonly table: string; readonly columns: readonly string[] }
  | { readonly kind: 'row'; readonly text: string };

/** Lines of a stream of bytes, without their ends; a last line without an end is told apart by null after it. */
async function* linesOf(bytes: Readable): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of bytes as AsyncIterable<Buffer>) {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      const part = chunk.subarray(from, end);
      yield rest.length === 0 ? part : Buffer.concat([rest, part]);
      rest = Buffer.alloc(0);
      from = end + 1;
    }
    if (from < chunk.length) rest = Buffer.concat([rest, chunk.subarray(from)]);
    if (rest.length > LINE_BYTES_MAX) throw new Error('a line without an end');
  }
  if (rest.length > 0) yield rest;
}

function open(path: string): Readable {
  const file = createReadStream(path);
  if (!path.endsWith('.gz')) return file;
  const plain = createGunzip();
  file.on('error', (error) => plain.destroy(error));
  return file.pipe(plain);
}

function understand(text: string, isFirst: boolean): CopyLine | null {
  if (text.startsWith('[')) return { kind: 'row', text };
  const line = JSON.parse(text) as Record<string, unknown>;
  if (isFirst) return { kind: 'head', head: line as unknown as CopyHead };
  const { table, columns } = line;
  if (typeof table !== 'string' || !Array.isArray(columns)) return null;
  return { kind: 'table', table, columns: columns.map(String) };
}

const DAMAGED = 'nothing of it was taken: use another copy';

/**
 * Reads a copy and gives its lines but the last, which it holds the others against. Throws a Refusal when the file
 * is no copy, of a later version, cut off, or not as it was written; the lines given before must then be taken back.
 */
export async function* readCopy(path: string): AsyncGenerator<CopyLine> {
  const hash = createHash('sha256');
  let rows = 0;
  let first = true;
  let ended = false;
  try {
    for await (const bytes of linesOf(open(path))) {
      if (ended) throw new Refusal(`${path} goes on after its end, ${DAMAGED}`);
      const text = bytes.toString();
      if (text.startsWith('{"end":')) {
        const tail = JSON.parse(text) as { rows?: number; sha256?: string };
        ended = tail.rows === rows && tail.sha256 === hash.digest('hex');
        if (!ended) throw new Refusal(`${path} is not as it was written, ${DAMAGED}`);
        continue;
      }
      hash.update(bytes).update('\n');
      const line = understand(text, first);
      if (line === null) throw new Refusal(`${path} is not as it was written, ${DAMAGED}`);
      if (line.kind === 'head') checkHead(path, line.head);
      else if (first) throw new Refusal(`${path} is no copy made by spyhop db export`);
      first = false;
      if (line.kind === 'row') rows++;
      yield line;
    }
  } catch (error) {
    if (error instanceof Refusal) throw error;
    const refusal = refusalOf(path, error);
    if (refusal instanceof Refusal) throw refusal;
    if (first) throw new Refusal(`${path} is no copy made by spyhop db export`, { cause: error });
    const cutOff = /unexpected end of file/.test(String(error));
    const what = cutOff ? 'ends too early' : 'is not as it was written';
    throw new Refusal(`${path} ${what}, ${DAMAGED}`, { cause: error });
  }
  if (!ended) throw new Refusal(first ? `${path} is empty` : `${path} ends too early, ${DAMAGED}`);
}

function checkHead(path: string, { format, version, schema }: CopyHead): void {
  if (format !== COPY_FORMAT || typeof schema !== 'string') {
    throw new Refusal(`${path} is no copy made by spyhop db export`);
  }
  if (version !== COPY_VERSION) {
    throw new Refusal(
      `${path} is a copy of version ${version}, this spyhop reads ${COPY_VERSION}: use a newer one`,
    );
  }
}
