// A pgbouncer in transaction mode before the tests' Postgres: a child with a configuration of its own on a free port.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { chooseRunAs } from '../../src/db/embedded/run-as.ts';
import { eventually } from './eventually.ts';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => void server.close(done));
  return port;
}

export class PgBouncer implements AsyncDisposable {
  /** The database's address, through it. */
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(url: string, child: ChildProcess, folder: string) {
    this.url = url;
    this.#child = child;
    this.#folder = folder;
  }

  /** @param program its path
   * @param connections to the server: few, so that clients really take turns on each */
  static async before(program: string, url: string, connections = 4): Promise<PgBouncer> {
    const through = new URL(url);
    const folder = mkdtempSync(join(tmpdir(), 'spyhop-pgbouncer-'));
    chmodSync(folder, 0o755);
    const path = join(folder, 'pgbouncer.ini');
    const port = await freePort();
    const { hostname, port: serverPort, username, password } = through;
    const server = `host=${hostname} port=${serverPort} user=${username} password=${decodeURIComponent(password)}`;
    const settings = [
      '[databases]',
      `* = ${server}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${port}`,
      'unix_socket_dir =',
      'auth_type = any',
      'pool_mode = transaction',
      'max_client_conn = 200',
      `default_pool_size = ${connections}`,
    ];
    writeFileSync(path, `${settings.join('\n')}\n`, { mode: 0o644 });
    // It refuses to be root, as the server does.
    const child = spawn(program, [path], { ...chooseRunAs('/'), stdio: 'ignore' });
    through.port = String(port);
    const bouncer = new PgBouncer(through.toString(), child, folder);
    await eventually('pgbouncer', () => answers(bouncer.url));
    return bouncer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null) {
      const ended = once(this.#child, 'exit');
      this.#child.kill('SIGTERM');
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 1_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}
