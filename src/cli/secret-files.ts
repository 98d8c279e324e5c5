// Secrets that lie in files: NAME_FILE names the file of the secret NAME, as container platforms hand secrets over.
import { OPTIONS, variableOf } from '../config.ts';
import type { Option } from '../lib/option.ts';
import { Refusal } from '../lib/refusal.ts';
import { readSecretFile } from './secret-file.ts';

/** Variables that hold secrets: those of the provider and the database, and every option that is one. */
export const SECRET_VARIABLES: readonly string[] = [
  'DATABASE_URL',
  'MASSIVE_API_KEY',
  'MASSIVE_S3_KEY_ID',
  'MASSIVE_S3_SECRET',
  ...Object.entries<Option>(OPTIONS)
    .filter(([, { secret }]) => secret === true)
    .map(([name]) => variableOf(name)),
];

/**
 * Puts the secrets of files into the variables they are for, and forgets the names of the files. Throws a Refusal when
 * a file cannot be read, is empty, may be read by others, or when the variable itself is set too.
 */
export function adoptSecretFiles(environment: Record<string, string | undefined>): void {
  for (const name of SECRET_VARIABLES) {
    const variable = `${name}_FILE`;
    const path = environment[variable];
    if (path === undefined) continue;
    if (environment[name] !== undefined) {
      throw new Refusal(`${name} and ${variable} are both set: unset one`, { exitCode: 2 });
    }
    environment[name] = readSecretFile(path);
    delete environment[variable];
  }
}
