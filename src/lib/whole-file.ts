// A file that is there whole or not at all: written under another name, made durable, and then given its own.
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Names of files that are not whole yet end so, with the process that writes them. */
export const TEMPORARY = /\.(\d+)\.tmp$/;

/** The name under which this process writes what is to be at `path`. */
export function temporaryName(path: string): string {
  return `${path}.${process.pid}.tmp`;
}

/** Makes a file durable and gives it its name, in one step; then makes the name durable too. */
export async function putInPlace(temporary: string, path: string): Promise<void> {
  await syncPath(temporary);
  await rename(temporary, path);
  // A folder cannot be opened for this on every system; where it cannot, the rename is durable without.
  await syncPath(dirname(path)).catch(() => {});
}

/** Removes what was written when it did not become whole; a place that is not even there is as good. */
export async function discard(temporary: string): Promise<void> {
  await rm(temporary, { force: true }).catch(() => {});
}

async function syncPath(path: string): Promise<void> {
  await using file = await open(path, 'r');
  await file.sync();
}
