// Where the files of deep history lie, how their versions are named, and how those that nobody points to are cleared.
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isRunning } from '../lib/is-running.ts';
import { TEMPORARY } from '../lib/whole-file.ts';

/** Folder of deep history in a data directory. */
export function historyDir(dataDir: string): string {
  return join(dataDir, 'history');
}

/** The kinds of files, each a folder. */
const KINDS = ['prints', 'summaries'] as const;

/** Changes when the columns or their meaning do, so that files of two layouts never share a name. */
const LAYOUT = 1;
const CHECKSUM_DIGITS = 12;

/**
 * Name of a file of a day under the folder of history: a day made of another source file has another name.
 * @param checksum of the source file, hex
 */
export function historyName(kind: (typeof KINDS)[number], sessionDate: string, checksum: string): string {
  const version = `${LAYOUT}-${checksum.slice(0, CHECKSUM_DIGITS)}`;
  return `${kind}/${sessionDate.slice(0, 4)}/${sessionDate}.${version}.parquet`;
}

/** A question that began before a day was replaced may still read the old file for so long. */
const OLD_VERSION_MS = 10 * 60_000;

/**
 * Removes what an import that was killed left behind, and versions of days that nothing points to any more.
 * Gives how many. Harmless beside imports under way: a file being written belongs to a process that runs.
 * @param current names that are pointed to
 * @param nowMs the machine's time, for the age of files
 */
export async function sweepHistory(
  dir: string,
  current: ReadonlySet<string>,
  nowMs: number,
): Promise<number> {
  let removed = 0;
  for (const kind of KINDS) {
    for (const year of await entriesOf(join(dir, kind))) {
      for (const file of await entriesOf(join(dir, kind, year))) {
        const name = `${kind}/${year}/${file}`;
        if (current.has(name) || !(await isLeftBehind(join(dir, name), nowMs))) continue;
        await rm(join(dir, name), { force: true });
        removed++;
      }
    }
  }
  return removed;
}

async function entriesOf(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
}

async function isLeftBehind(path: string, nowMs: number): Promise<boolean> {
  const writer = TEMPORARY.exec(path)?.[1];
  if (writer !== undefined) return !isRunning(Number(writer));
  if (!path.endsWith('.parquet')) return false;
  const found = await stat(path).catch(() => null);
  return found !== null && nowMs - found.mtimeMs > OLD_VERSION_MS;
}
