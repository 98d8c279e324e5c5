// The pooler's own configuration before the pooler: it starts, listens, and turns away who has no password.
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { describeWithPrograms } from '../support/programs.ts';

const GIVEN = resolve(import.meta.dirname, '../../deploy/pgbouncer/pgbouncer.ini');

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

/** What a server says to a start packet of the user nobody, as text. */
async function greeting(port: number): Promise<string> {
  const words = Buffer.from('user\0nobody\0database\0spyhop\0\0');
  const packet = Buffer.alloc(8 + words.length);
  packet.writeInt32BE(packet.length, 0);
  packet.writeInt32BE(196_608, 4);
  words.copy(packet, 8);
  const socket = connect(port, '127.0.0.1', () => socket.write(packet));
  let said = '';
  for await (const part of socket) {
    said += (part as Buffer).toString('latin1');
    break;
  }
  return said;
}

describeWithPrograms('deploy/pgbouncer/pgbouncer.ini', ['pgbouncer'], (pgbouncer) => {
  it('is read by pgbouncer, pools transactions, and asks for a password', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'spyhop-pooler-'));
    chmodSync(folder, 0o755);
    const port = await freePort();
    const users = join(folder, 'users');
    writeFileSync(users, '"spyhop" "secret"', { mode: 0o644 });
    const config = join(folder, 'pgbouncer.ini');
    const text = readFileSync(GIVEN, 'utf8');
    expect(text).toMatch(/^pool_mode = transaction$/m);
    const here = text
      .replace('/run/secrets/pgbouncer_users', users)
      .replace('0.0.0.0', '127.0.0.1')
      .replace('listen_port = 6432', `listen_port = ${port}\nunix_socket_dir =`)
      .replace('host=timescaledb', 'host=127.0.0.1');
    writeFileSync(config, here, { mode: 0o644 });
    // It refuses to be root, as it should.
    const asNobody = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
    const child = spawn(pgbouncer, [...asNobody, config], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (part: Buffer) => (said += part.toString()));
    try {
      await eventually('pgbouncer', () => said.includes('process up') || child.exitCode !== null);
      expect(said).not.toMatch(/WARNING|ERROR|FATAL/);
      const answer = await eventually('an answer', async () => greeting(port).catch(() => ''));
      expect(answer.startsWith('R')).toBe(true);
      expect(answer).toContain('SCRAM-SHA-256');
    } finally {
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
