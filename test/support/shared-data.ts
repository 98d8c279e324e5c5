// Measured data outside the repository (../shared/data): where it is, and tests that say so loudly where it is absent.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe } from 'vitest';

const SHARED_DATA = resolve(import.meta.dirname, '../../../shared/data');

/** Stands in the title of every suite that is skipped for this reason; the reporter counts by it. */
export const NEEDS_SHARED_DATA = '(needs ../shared/data)';

/** The absolute path of a shared file or folder, or null where it is absent: `sharedData('real/…')`. */
export function sharedData(path: string): string | null {
  const full = resolve(SHARED_DATA, path);
  return existsSync(full) ? full : null;
}

/**
 * A suite over shared files. `body` gets their absolute paths and runs even where they are absent, so that its tests
 * are counted as skipped: read files inside tests and hooks, not while the tests are being declared.
 */
export function describeWithSharedData<const Paths extends readonly string[]>(
  title: string,
  paths: Paths,
  body: (...files: { readonly [At in keyof Paths]: string }) => void,
): void {
  const files = paths.map((path) => resolve(SHARED_DATA, path)) as { readonly [At in keyof Paths]: string };
  const present = paths.every((path) => sharedData(path) !== null);
  const run = (): void => {
    body(...files);
  };
  if (present) describe(title, run);
  else describe.skip(`${title} ${NEEDS_SHARED_DATA}`, run);
}
