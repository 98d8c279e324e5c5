// An S3 server on loopback with one bucket, which checks signatures; and a line to it that can be cut.
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsClient } from 'aws4fetch';

/** What is used of the server, which brings no types. */
interface S3rver {
  run(): Promise<AddressInfo>;
  close(): Promise<void>;
}
type S3rverClass = new (options: {
  readonly port: number;
  readonly address: string;
  readonly silent: boolean;
  readonly directory: string;
  readonly configureBuckets: ReadonlyArray<{ readonly name: string; readonly configs: readonly string[] }>;
}) => S3rver;
const Rver = createRequire(import.meta.url)('@20minutes/s3rver') as S3rverClass;

export const BUCKET = 'flatfiles';
/** The one account of the server. */
export const ACCOUNT = { keyId: 'S3RVER', secret: 'S3RVER' };

export class S3Server implements AsyncDisposable {
  readonly endpoint: string;
  readonly #folder: string;
  readonly #server: S3rver;
  readonly #client = new AwsClient({
    accessKeyId: ACCOUNT.keyId,
    secretAccessKey: ACCOUNT.secret,
    service: 's3',
    region: 'us-east-1',
  });

  private constructor(endpoint: string, folder: string, server: S3rver) {
    this.endpoint = endpoint;
    this.#folder = folder;
    this.#server = server;
  }

  static async start(): Promise<S3Server> {
    const directory = mkdtempSync(join(tmpdir(), 'spyhop-s3-'));
    const configureBuckets = [{ name: BUCKET, configs: [] }];
    const server = new Rver({ port: 0, address: '127.0.0.1', silent: true, directory, configureBuckets });
    const { port } = await server.run();
    return new S3Server(`http://127.0.0.1:${port}`, directory, server);
  }

  async put(key: string, body: Uint8Array): Promise<void> {
    const response = await this.#client.fetch(`${this.endpoint}/${BUCKET}/${key}`, {
      method: 'PUT',
      body: Buffer.from(body),
    });
    if (!response.ok) throw new Error(`the S3 server answers ${response.status} to ${key}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/**
 * A line to a server that stops each of the first `times` connections after so many bytes of its answers, and then
 * breaks it: at once, or when it is told to.
 */
export class BreakingLine implements AsyncDisposable {
  readonly endpoint: string;
  /** First bytes asked for by the requests that wanted a part, in their order. */
  readonly froms: number[] = [];
  readonly #server: Server;
  #stopped: (() => void) | null = null;

  private constructor(endpoint: string, server: Server) {
    this.endpoint = endpoint;
    this.#server = server;
  }

  static async to(
    target: string,
    { times, afterBytes, waits = false }: { times: number; afterBytes: number; waits?: boolean },
  ) {
    const { hostname, port } = new URL(target);
    let left = times;
    const server = createServer((near) => {
      const far = connect(Number(port), hostname);
      let passed = 0;
      const end = () => {
        near.destroy();
        far.destroy();
      };
      near.on('error', end).on('close', end);
      far.on('error', end).on('close', end);
      near.pipe(far);
      near.on('data', (bytes: Buffer) => {
        const from = /^range: bytes=(\d+)-/im.exec(bytes.toString('latin1'))?.[1];
        if (from !== undefined) line.froms.push(Number(from));
      });
      far.on('data', (bytes: Buffer) => {
        passed += bytes.length;
        near.write(bytes);
        if (left === 0 || passed <= afterBytes) return;
        left--;
        far.pause();
        if (waits) line.#stopped = end;
        else end();
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const line = new BreakingLine(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, server);
    return line;
  }

  /** Breaks the connection that is stopped, if one is. */
  break(): void {
    this.#stopped?.();
    this.#stopped = null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise((done) => this.#server.close(done));
  }
}
