// Where the address of an external Postgres comes from: DATABASE_URL, or the file that DATABASE_URL_FILE names.
import { Refusal } from '../lib/refusal.ts';
import { readSecretFile } from './secret-file.ts';

/** The address of an external Postgres, password included: never to be shown; null for the embedded one. */
export function databaseUrl(environment: NodeJS.ProcessEnv = process.env): string | null {
  const url = environment['DATABASE_URL'] ?? null;
  const file = environment['DATABASE_URL_FILE'];
  if (file === undefined) return url;
  if (url !== null) {
    throw new Refusal('DATABASE_URL and DATABASE_URL_FILE are both set: unset one', { exitCode: 2 });
  }
  return readSecretFile(file);
}
