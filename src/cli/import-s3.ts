// Fetching days from the provider's S3 for an import: one after the other, each imported before the next is fetched.
import { join } from 'node:path';
import type { Options } from '../config.ts';
import { type Bucket, keyOf, openBucket, type RemoteFile } from '../feeds/s3-files.ts';
import type { Clock } from '../lib/clock.ts';
import { Refusal } from '../lib/refusal.ts';
import type { ImporterSettings } from './import-files.ts';
import { size } from './import-plan.ts';
import { Progress } from './progress.ts';
import type { Terminal } from './terminal.ts';
import { plural } from './words.ts';

/** The provider's bucket with the place of the files in it. */
export interface ProviderBucket extends Bucket {
  readonly prefix: string;
}

/** Opens the bucket. Throws a Refusal, exit code 2, when there is no key for it. */
export function openProviderBucket(
  options: Options<'s3-endpoint' | 's3-bucket' | 's3-prefix'>,
  environment: Readonly<Record<string, string | undefined>>,
  clock: Clock,
): ProviderBucket {
  const { MASSIVE_S3_KEY_ID: keyId = '', MASSIVE_S3_SECRET: secret = '' } = environment;
  if (keyId === '' || secret === '') {
    throw new Refusal(
      'spyhop import s3 needs the key of your flat files: set MASSIVE_S3_KEY_ID and MASSIVE_S3_SECRET, which the ' +
        "provider's dashboard shows beside the API key and which are not the same",
      { exitCode: 2 },
    );
  }
  const { 's3-endpoint': endpoint, 's3-bucket': bucket, 's3-prefix': prefix } = options;
  return { prefix, ...openBucket({ endpoint, bucket, keyId, secret, clock }) };
}

/** Fetches the days and gives each to `take`; returns how many could not be fetched or taken. */
export async function fetchDays(
  bucket: ProviderBucket,
  dates: readonly string[],
  { dataDir }: ImporterSettings,
  terminal: Terminal,
  take: (path: string) => Promise<boolean>,
): Promise<number> {
  let failed = 0;
  for (const date of dates) {
    const key = keyOf(bucket.prefix, date);
    const file = await bucket.look(key);
    if (file === null) {
      terminal.say(`${terminal.toneErr('warn', 'not there:')} ${key}, published about 11:00 on the next day`);
      failed++;
      continue;
    }
    const path = join(dataDir, 'files', key);
    const progress = new Progress(terminal, `fetching ${date}`, 'MB');
    try {
      await bucket.fetch(file, path, (done, total) => progress.update(done / 1e6, total / 1e6));
    } finally {
      progress.done();
    }
    if (!(await take(path))) failed++;
  }
  return failed;
}

/** Says what fetching the days would take, without fetching them; gives the exit code. */
export async function tellRemotePlan(
  bucket: ProviderBucket,
  dates: readonly string[],
  { json }: ImporterSettings,
  terminal: Terminal,
): Promise<number> {
  const files: RemoteFile[] = [];
  const missing: string[] = [];
  for (const date of dates) {
    const file = await bucket.look(keyOf(bucket.prefix, date));
    if (file === null) missing.push(date);
    else files.push(file);
  }
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  if (json) terminal.print(JSON.stringify({ files: files.length, bytes, missing }));
  else {
    terminal.print(`to fetch  ${plural(files.length, 'file')}, ${size(bytes)}`);
    if (missing.length > 0) terminal.print(`not there ${missing.join(', ')}`);
  }
  return 0;
}
