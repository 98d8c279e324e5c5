// The provider's flat files on S3: looked at, and fetched so that a cut connection or a kill costs only what was cut.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AwsClient } from 'aws4fetch';
import type { Clock } from '../lib/clock.ts';
import { makeFolder } from '../lib/make-folder.ts';
import { Refusal, refusalOf } from '../lib/refusal.ts';

export interface BucketSettings {
  /** "https://files.massive.com" */
  readonly endpoint: string;
  readonly bucket: string;
  readonly keyId: string;
  readonly secret: string;
  /** For the waits between attempts and for silence. */
  readonly clock: Clock;
  /** Longest silence of the other side, ms. */
  readonly silenceMsMax?: number;
  /** First wait after a failure, ms; it doubles. */
  readonly retryMs?: number;
}

/** An object of the bucket. */
export interface RemoteFile {
  readonly key: string;
  readonly bytes: number;
  /** Changes when the file does. */
  readonly etag: string;
}

/** What became of a fetch. Unchanged: the very file is there already. */
export type FetchResult = 'fetched' | 'unchanged';

/** A bucket that files are fetched from, one at a time: the provider answers parallel readers with 429. */
export interface Bucket {
  /** Looks at an object; null when there is none. Throws a Refusal when it may not be read. */
  look(key: string): Promise<RemoteFile | null>;
  /** Fetches an object to a path, going on where an earlier attempt ended; the path has whole files only. */
  fetch(
    file: RemoteFile,
    path: string,
    onProgress: (done: number, total: number) => void,
  ): Promise<FetchResult>;
}

/** Attempts without one byte of progress before it is given up. */
const ATTEMPTS = 5;
const SILENCE_MS = 30_000;
const RETRY_MS = 1_000;
/** S3 wants one for the signature; the provider takes any. */
const REGION = 'us-east-1';

/** A failure that may pass: the other side is busy, or the line was cut. */
class Passing extends Error {}

/** Key of a session's file: "us_options_opra/trades_v1/2026/11/2026-11-20.csv.gz". */
export function keyOf(prefix: string, sessionDate: string): string {
  return `${prefix}/${sessionDate.slice(0, 4)}/${sessionDate.slice(5, 7)}/${sessionDate}.csv.gz`;
}

/** Opens a bucket; nothing is asked of it yet. */
export function openBucket(settings: BucketSettings): Bucket {
  const { endpoint, bucket, keyId, secret, clock } = settings;
  const client = new AwsClient({
    accessKeyId: keyId,
    secretAccessKey: secret,
    service: 's3',
    region: REGION,
    retries: 0,
  });
  const silenceMsMax = settings.silenceMsMax ?? SILENCE_MS;
  const request = async (
    key: string,
    method: string,
    headers: Record<string, string>,
    signal: AbortSignal,
  ) => {
    const url = `${endpoint.replace(/\/$/, '')}/${bucket}/${key}`;
    const signed = await client.sign(url, { method, headers });
    // The bytes are wanted as they lie there. Not signed, because fetch adds to this header by itself.
    signed.headers.set('accept-encoding', 'identity');
    try {
      const response = await fetch(signed, { signal });
      return { response, url };
    } catch (error) {
      throw new Passing(`${url} cannot be reached: ${reasonOf(error)}`, { cause: error });
    }
  };
  return {
    look: (key) =>
      patiently(clock, settings.retryMs, async () => {
        const signal = AbortSignal.timeout(silenceMsMax);
        const { response, url } = await request(key, 'HEAD', {}, signal);
        if (response.status === 404) return null;
        requireOk(response, url);
        const bytes = Number(response.headers.get('content-length'));
        return { key, bytes, etag: response.headers.get('etag') ?? '' };
      }),
    async fetch(file, path, onProgress) {
      if (await isWhole(file, path)) return 'unchanged';
      makeFolder(dirname(path));
      // A part belongs to one version of the object, whose name it carries.
      const part = `${path}.${digestOf(file.etag)}.part`;
      await patiently(clock, settings.retryMs, async (onAdvance) => {
        const { bytes: done } = await sizeOf(part);
        if (done >= file.bytes) return;
        await using silence = createSilence(clock, silenceMsMax);
        const range = { range: `bytes=${done}-`, 'if-match': file.etag };
        const { response, url } = await request(file.key, 'GET', done > 0 ? range : {}, silence.signal);
        requireOk(response, url);
        if (response.headers.get('etag') !== file.etag) throw replaced(url);
        const whole = response.status !== 206;
        await receive(response, part, whole ? 0 : done, file.bytes, (count) => {
          silence.heard();
          onAdvance();
          onProgress(count, file.bytes);
        });
      });
      await putInPlace(file, part, path);
      return 'fetched';
    },
  };
}

/** Repeats what may pass, waiting twice as long each time; progress in between begins the count anew. */
async function patiently<Result>(
  clock: Clock,
  retryMs: number = RETRY_MS,
  work: (onAdvance: () => void) => Promise<Result>,
): Promise<Result> {
  for (let failures = 0; ;) {
    try {
      return await work(() => (failures = 0));
    } catch (error) {
      if (!(error instanceof Passing)) throw error;
      if (++failures >= ATTEMPTS) throw new Refusal(`${error.message}: try again later`, { cause: error });
      await new Promise<void>((resolve) => clock.after(retryMs * 2 ** (failures - 1), resolve));
    }
  }
}

function requireOk(response: Response, url: string): void {
  const { status } = response;
  if (response.ok) return;
  void response.body?.cancel();
  if (status === 403) {
    throw new Refusal(
      `${url} may not be read: check MASSIVE_S3_KEY_ID and MASSIVE_S3_SECRET (they are not the API key) and ` +
        'whether your plan has flat files of this kind and day',
    );
  }
  if (status === 412 || status === 416) {
    throw replaced(url);
  }
  if (status === 429 || status >= 500) throw new Passing(`${url} answers ${status}`);
  throw new Refusal(`${url} answers ${status}: check the endpoint and the bucket`);
}

function replaced(url: string): Refusal {
  return new Refusal(`${url} was replaced while it was fetched: start again`);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

/** Ends a request when nothing was heard for too long. */
function createSilence(clock: Clock, msMax: number) {
  const controller = new AbortController();
  const wait = () => clock.after(msMax, () => controller.abort(new Error(`silent for ${msMax / 1000} s`)));
  let timer = wait();
  return {
    signal: controller.signal,
    heard(): void {
      timer.cancel();
      timer = wait();
    },
    [Symbol.asyncDispose]: async () => timer.cancel(),
  };
}

/** Appends the body to the part, from `done` on; what came before a cut stays. */
async function receive(
  response: Response,
  part: string,
  done: number,
  total: number,
  onProgress: (done: number) => void,
): Promise<void> {
  let file: FileHandle;
  try {
    file = await open(part, done === 0 ? 'w' : 'a');
  } catch (error) {
    throw refusalOf(part, error);
  }
  await using _closed = file;
  let count = done;
  try {
    for await (const bytes of response.body ?? []) {
      await file.writeFile(bytes).catch((error: unknown) => {
        throw refusalOf(part, error);
      });
      count += bytes.length;
      onProgress(count);
    }
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Passing(`${response.url} broke off after ${count} of ${total} bytes: ${reasonOf(error)}`, {
      cause: error,
    });
  }
  if (count < total) throw new Passing(`${response.url} broke off after ${count} of ${total} bytes`);
  await file.sync();
}

/** Holds the part against the object's size and, where its tag is a digest, against that; then it gets its name. */
async function putInPlace(file: RemoteFile, part: string, path: string): Promise<void> {
  const { bytes } = await sizeOf(part);
  const md5 = /^"([0-9a-f]{32})"$/.exec(file.etag)?.[1];
  if (bytes !== file.bytes || (md5 !== undefined && (await md5Of(part)) !== md5)) {
    await rm(part, { force: true });
    throw new Refusal(`${path} did not arrive as it lies on the server, and was thrown away: fetch it again`);
  }
  await rename(part, path);
  await writeFile(`${path}.etag`, file.etag);
}

async function isWhole(file: RemoteFile, path: string): Promise<boolean> {
  const { bytes } = await sizeOf(path);
  const etag = await readFile(`${path}.etag`, 'utf8').catch(() => null);
  return bytes === file.bytes && etag === file.etag;
}

async function sizeOf(path: string): Promise<{ readonly bytes: number }> {
  return stat(path).then(
    ({ size }) => ({ bytes: size }),
    () => ({ bytes: 0 }),
  );
}

async function md5Of(path: string): Promise<string> {
  const hash = createHash('md5');
  for await (const bytes of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(bytes as Buffer);
  return hash.digest('hex');
}

function digestOf(etag: string): string {
  return createHash('sha256').update(etag).digest('hex').slice(0, 8);
}
