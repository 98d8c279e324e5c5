// A lock that one process holds on a folder: a file with its number, taken over when that process is no more.
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRunning } from './is-running.ts';
import { makeFolder } from './make-folder.ts';
import { Refusal, refusalOf } from './refusal.ts';

const FILE = 'service.pid';

const OWN_TEXT = `${process.pid}\n`;
/** Others may take and leave the lock while we look. */
const ATTEMPTS_MAX = 5;

/** Makes the file with our number; false when there is one. Its content is there as soon as it is. */
async function makeFile(path: string): Promise<boolean> {
  const own = `${path}.${process.pid}`;
  await writeFile(own, OWN_TEXT);
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(own, { force: true });
  }
}

/** Takes away a dead process's file, and puts it back when another was quicker and it is a living one's. */
async function removeStale(path: string): Promise<void> {
  const aside = `${path}.stale.${process.pid}`;
  await rename(path, aside).catch(() => {});
  if ((await holderOf(aside)) !== null) await link(aside, path).catch(() => {});
  await rm(aside, { force: true });
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
    makeFolder(folder);
    for (let attempt = 1; !(await makeFile(path)); attempt++) {
      const holder = await holderOf(path);
      if (holder !== null || attempt === ATTEMPTS_MAX) {
        throw new Refusal(
          `a spyhop (process ${holder ?? 'that is starting'}) uses ${folder} already: stop it or choose another ` +
            `--data-dir; if that process is something else, remove ${path}`,
        );
      }
      await removeStale(path);
    }
  } catch (error) {
    throw refusalOf(path, error);
  }
  return async () => {
    if ((await readFile(path, 'utf8').catch(() => '')) === OWN_TEXT) await rm(path, { force: true });
  };
}
