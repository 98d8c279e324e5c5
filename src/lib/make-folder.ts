// Making a folder with those above it, one by one: Node's own way never ends under /proc.
import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Makes a folder and what is missing above it; throws the system's error when that cannot be. */
export function makeFolder(path: string): void {
  const missing: string[] = [];
  let at = resolve(path);
  for (; statSync(at, { throwIfNoEntry: false }) === undefined; at = dirname(at)) missing.unshift(at);
  // A file in the place of the folder itself; one above it refuses the first folder that is made in it.
  if (missing.length === 0 && !statSync(at).isDirectory()) mkdirSync(at);
  for (const folder of missing) {
    try {
      mkdirSync(folder);
    } catch (error) {
      // Another process may have been quicker.
      if (!(statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false)) throw error;
    }
  }
}
