// Fetching flat files from S3, from a server that checks signatures, over lines that break.
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BucketSettings, keyOf, openBucket } from '../../src/feeds/s3-files.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { Folder } from '../support/flat-files.ts';
import { ACCOUNT, BreakingLine, BUCKET, S3Server } from '../support/s3-server.ts';

const KEY = keyOf('us_options_opra/trades_v1', '2026-11-20');
const FILE = randomBytes(400_000);

describe('the provider’s files', () => {
  let s3: S3Server;
  beforeAll(async () => {
    s3 = await S3Server.start();
    await s3.put(KEY, FILE);
  });
  afterAll(() => s3[Symbol.asyncDispose]());
  const open = (rest: Partial<BucketSettings> = {}) =>
    openBucket({
      endpoint: s3.endpoint,
      bucket: BUCKET,
      ...ACCOUNT,
      clock: systemClock(),
      retryMs: 1,
      ...rest,
    });

  it('lie under the year and the month of their day', () => {
    expect(KEY).toBe('us_options_opra/trades_v1/2026/11/2026-11-20.csv.gz');
  });

  it('are looked at, fetched whole, and not fetched again while they do not change', async () => {
    using folder = new Folder();
    const bucket = open();
    const file = (await bucket.look(KEY))!;
    expect(file.bytes).toBe(FILE.length);
    const path = join(folder.path, 'a', 'b', '2026-11-20.csv.gz');
    const seen: number[] = [];
    expect(await bucket.fetch(file, path, (done) => seen.push(done))).toBe('fetched');
    expect(readFileSync(path).equals(FILE)).toBe(true);
    expect(seen.at(-1)).toBe(FILE.length);
    expect(await bucket.fetch(file, path, () => {})).toBe('unchanged');
    const other = randomBytes(FILE.length);
    await s3.put(KEY, other);
    expect(await bucket.fetch((await bucket.look(KEY))!, path, () => {})).toBe('fetched');
    expect(readFileSync(path).equals(other)).toBe(true);
    await s3.put(KEY, FILE);
  });

  it('are told when there is none of that day', async () => {
    expect(await open().look(keyOf('us_options_opra/trades_v1', '2026-11-19'))).toBeNull();
  });

  it('go on where the line broke, byte for byte, without fetching twice what came', async () => {
    using folder = new Folder();
    await using line = await BreakingLine.to(s3.endpoint, { times: 4, afterBytes: 90_000, waits: true });
    const bucket = open({ endpoint: line.endpoint });
    const file = (await bucket.look(KEY))!;
    const path = join(folder.path, 'day.csv.gz');
    expect(await bucket.fetch(file, path, () => line.break())).toBe('fetched');
    expect(readFileSync(path).equals(FILE)).toBe(true);
    // What had come before a break is not asked for again.
    expect(line.froms.length).toBeGreaterThan(0);
    expect(line.froms[0]).toBeGreaterThan(0);
    expect(line.froms).toEqual(line.froms.toSorted((a, b) => a - b));
    expect(readdirSync(folder.path).toSorted()).toEqual(['day.csv.gz', 'day.csv.gz.etag']);
  });

  it('leave nothing that looks whole when the line stays broken, and go on the next time', async () => {
    using folder = new Folder();
    const path = join(folder.path, 'day.csv.gz');
    const file = (await open().look(KEY))!;
    await using line = await BreakingLine.to(s3.endpoint, { times: 1_000, afterBytes: 0 });
    await expect(open({ endpoint: line.endpoint }).fetch(file, path, () => {})).rejects.toThrow(
      /try again later/,
    );
    expect(existsSync(path)).toBe(false);
    expect(await open().fetch(file, path, () => {})).toBe('fetched');
    expect(readFileSync(path).equals(FILE)).toBe(true);
  });

  it('are not put together of two versions', async () => {
    using folder = new Folder();
    const path = join(folder.path, 'day.csv.gz');
    const bucket = open();
    const file = (await bucket.look(KEY))!;
    await s3.put(KEY, randomBytes(FILE.length));
    await expect(bucket.fetch(file, path, () => {})).rejects.toThrow(/was replaced while it was fetched/);
    expect(existsSync(path)).toBe(false);
    await s3.put(KEY, FILE);
  });

  it('are refused with the key to check when the signature is wrong', async () => {
    await expect(open({ secret: 'WRONG' }).look(KEY)).rejects.toThrow(
      /check MASSIVE_S3_KEY_ID and MASSIVE_S3_SECRET/,
    );
  });

  it('are waited for when the other side is busy, and given up when it is silent', async () => {
    const asked: string[] = [];
    await using server = await answering((n) => {
      asked.push(`request ${n}`);
      return n < 3 ? 429 : n === 3 ? 503 : 200;
    });
    expect(await open({ endpoint: server.endpoint }).look(KEY)).toMatchObject({ bytes: 7 });
    expect(asked).toHaveLength(4);
    await using silent = await answering(() => null);
    await expect(open({ endpoint: silent.endpoint, silenceMsMax: 20 }).look(KEY)).rejects.toThrow(
      /cannot be reached: .*try again later/,
    );
  });
});

/** A server that answers with a status, or never. */
async function answering(statusOf: (request: number) => number | null) {
  let requests = 0;
  const server: Server = createServer((_request, response) => {
    const status = statusOf(++requests);
    if (status !== null) response.writeHead(status, { 'content-length': '7', etag: '"x"' }).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
