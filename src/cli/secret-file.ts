// A secret kept in a file of its own, which nobody but its owner may read.
import { readFileSync, statSync } from 'node:fs';
import { Refusal, refusalOf } from '../lib/refusal.ts';

/** Where container platforms mount secrets, with modes of their own that nobody outside the container meets. */
const MOUNTED = '/run/secrets/';

/** The text of the file without the line's end. Throws a Refusal when it is empty or others may read it. */
export function readSecretFile(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
    const isPrivate = path.startsWith(MOUNTED) || process.platform === 'win32';
    if (!isPrivate && (statSync(path).mode & 0o077) !== 0) {
      throw new Refusal(`${path} may be read by others: chmod 600 ${path}`);
    }
  } catch (error) {
    throw refusalOf(path, error);
  }
  if (text === '') throw new Refusal(`${path} is empty: write the secret into it`);
  return text;
}
