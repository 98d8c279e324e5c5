// The disk of the data directory, looked at now and then, because a scrape must not wait for a file system.
import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, every } from '../lib/clock.ts';

/** How often the disk is looked at, ms: a disk fills in hours. */
const LOOK_MS = 30_000;

/** What was seen at the last look; zeros before the first, and where the system tells nothing. */
export interface DiskState {
  readonly freeBytes: number;
  readonly sizeBytes: number;
  readonly journalBytes: number;
}

/** A disk that is looked at until it is stopped. */
export interface DiskWatch {
  readonly state: DiskState;
  stop(): void;
}

/** Looks at the disk under `directory` and at the size of the journal in it, at once and then every half minute. */
export function watchDisk(directory: string, clock: Clock): DiskWatch {
  let state: DiskState = { freeBytes: 0, sizeBytes: 0, journalBytes: 0 };
  const look = async (): Promise<void> => {
    const { bavail, blocks, bsize } = await statfs(directory);
    const journalBytes = await bytesUnder(join(directory, 'journal'));
    state = { freeBytes: bavail * bsize, sizeBytes: blocks * bsize, journalBytes };
  };
  // A folder that is gone for a moment leaves what was seen before: the journal itself tells of a broken disk.
  const tryLook = (): void => void look().catch(() => {});
  tryLook();
  const stop = every(clock, LOOK_MS, tryLook);
  return {
    get state() {
      return state;
    },
    stop,
  };
}

async function bytesUnder(directory: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    // Retention may drop a segment between the listing and the look.
    if (entry.isFile())
      bytes += (await stat(join(entry.parentPath, entry.name)).catch(() => null))?.size ?? 0;
  }
  return bytes;
}
