// A lock that one process holds on a folder: a file with its number, taken over when that process is no more.
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Refusal, refusalOf } from './refusal.ts';

const FILE = 'service.pid';

/** True while a process with this number runs, whoever it belongs to. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Number of the process that holds the lock; null when nobody does who still runs. */
async function holderOf(path: string): Promise<number | null> {
  const pid = Number(await readFile(path, 'utf8').catch(() => ''));
  return Number.isInteger(pid) && pid > 0 && pid !== process.pid && isRunning(pid) ? pid : null;
}

/**
 * Takes the lock of a folder, making the folder when needed; gives what releases it. Throws a Refusal when another
 * process holds it, or when the folder cannot be written.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, FILE);
  try {
    await mkdir(folder, { recursive: true });
    const holder = await holderOf(path);
    if (holder !== null) {
      throw new Refusal(
        `a spyhop (process ${holder}) uses ${folder} already: stop it or choose another --data-dir; ` +
          `if that process is something else, remove ${path}`,
      );
    }
    // What a dead process left is removed; of two who start at once only one makes the file.
    await rm(path, { force: true });
    await using file = await open(path, 'wx');
    await file.write(`${process.pid}\n`);
  } catch (error) {
    throw refusalOf(path, error);
  }
  return () => rm(path, { force: true });
}
