// The file of what was learned of orders: written once, under the digest of its bytes, and read whole or not at all.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { PackedOrders } from '../domain/order-pack.ts';
import { makeFolder } from '../lib/make-folder.ts';
import { Refusal, refusalOf } from '../lib/refusal.ts';
import { discard, putInPlace, temporaryName } from '../lib/whole-file.ts';

/** Folder of these files in a data directory. */
export function baselinesDir(dataDir: string): string {
  return join(dataDir, 'baselines');
}

const DIGEST_DIGITS = 16;
const NAME = /^\d{4}-\d\d-\d\d\.([0-9a-f]{16})\.orders$/;
/** A file that nothing points to may still wait for its run for so long. */
const UNNAMED_MS = 60 * 60_000;

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, DIGEST_DIGITS);
}

/** Writes a file into a folder: it has its name once it is whole and on the disk. Gives the name; throws a Refusal. */
export async function writeOrders(folder: string, packed: PackedOrders): Promise<string> {
  const bytes = zstdCompressSync(serialize(packed));
  const name = `${packed.dates.at(-1) ?? '0000-00-00'}.${digestOf(bytes)}.orders`;
  const path = join(folder, name);
  const temporary = temporaryName(path);
  try {
    makeFolder(folder);
  } catch (error) {
    throw refusalOf(folder, error);
  }
  try {
    await writeFile(temporary, bytes);
    await putInPlace(temporary, path);
  } catch (error) {
    await discard(temporary);
    throw refusalOf(path, error);
  }
  return name;
}

/** Reads a file. Throws a Refusal that names it when it is absent or not what was written. */
export function readOrders(path: string): PackedOrders {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw refusalOf(path, error);
  }
  const digest = NAME.exec(path.slice(-NAME_LENGTH))?.[1];
  if (digest !== digestOf(bytes)) {
    throw new Refusal(`${path} is damaged: remove it and run spyhop baseline, which makes it again`);
  }
  return deserialize(zstdDecompressSync(bytes)) as PackedOrders;
}

const NAME_LENGTH = '2026-11-20.'.length + DIGEST_DIGITS + '.orders'.length;

/** Removes files that no run points to, and what a killed job left; gives how many. */
export function sweepOrders(folder: string, current: ReadonlySet<string>, nowMs: number): number {
  let removed = 0;
  let names: string[] = [];
  try {
    names = readdirSync(folder);
  } catch {
    // There is no folder before the first run.
  }
  for (const name of names) {
    if (current.has(name)) continue;
    const path = join(folder, name);
    if (nowMs - statSync(path).mtimeMs < UNNAMED_MS) continue;
    rmSync(path, { force: true });
    removed++;
  }
  return removed;
}
