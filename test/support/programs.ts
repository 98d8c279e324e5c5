// Programs of the system that some tests drive: found on the path, and tests that say so loudly where one is absent.
import { accessSync, constants } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { describe } from 'vitest';

/** Stands in the title of every suite that is skipped for this reason; the reporter counts by it. */
export const NEEDS_PROGRAM = '(needs a program)';

/** Where `.ci/install-programs` puts newer versions than the system's own. */
const NEWER = resolve(import.meta.dirname, '../../out/newer/usr/bin');
/** Debian keeps servers where the path of a plain user does not lead. */
const PLACES = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];

function executable(path: string): string | null {
  try {
    accessSync(path, constants.X_OK);
    return path;
  } catch {
    return null;
  }
}

/** Path of a program of the system; null where it is absent. */
export function programPath(name: string): string | null {
  for (const place of PLACES) {
    const found = place === '' ? null : executable(join(place, name));
    if (found !== null) return found;
  }
  return null;
}

/** The system's version of a program and, where it was fetched, the newer one. */
export function programVersions(name: string): string[] {
  return [programPath(name), executable(join(NEWER, name))].filter((path) => path !== null);
}

/**
 * A suite that drives programs. On CI an absent one is a failure, because `.ci/run` installs them; elsewhere the suite
 * is skipped and counted. `body` gets their paths.
 */
export function describeWithPrograms<const Names extends readonly string[]>(
  title: string,
  names: Names,
  body: (...paths: { readonly [At in keyof Names]: string }) => void,
): void {
  const absent = names.filter((name) => programPath(name) === null);
  const paths = names.map((name) => programPath(name) ?? name) as { readonly [At in keyof Names]: string };
  const run = (): void => {
    body(...paths);
  };
  if (absent.length === 0 || process.env['CI'] !== undefined) describe(title, run);
  else describe.skip(`${title} ${NEEDS_PROGRAM}: ${absent.join(', ')}`, run);
}
