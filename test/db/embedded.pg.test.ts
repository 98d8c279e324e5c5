// The embedded server over deaths of its parent and of itself: found again, started anew, refused in a sentence.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startEmbedded } from '../../src/db/embedded.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { open } from '../support/database.ts';

const CHILD = new URL('../support/embedded-parent.ts', import.meta.url).pathname;
const clock = systemClock();

function pidIn(dataDir: string): number {
  return Number(readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]);
}

describe('the embedded server', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = join(mkdtempSync(join(tmpdir(), 'spyhop-embedded-')), 'data');
  });
  afterEach(async () => {
    if (statSync(join(dataDir, 'postgres/postmaster.pid'), { throwIfNoEntry: false }) !== undefined) {
      await (await startEmbedded(dataDir, clock)).stop();
    }
    rmSync(join(dataDir, '..'), { recursive: true, force: true });
  });

  it('is adopted when the process that started it was killed', async () => {
    const parent = spawn(process.execPath, [CHILD, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(parent.stdout, 'data');
    const pid = pidIn(dataDir);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    const server = await startEmbedded(dataDir, clock);
    expect({ adopted: server.adopted, pid: pidIn(dataDir) }).toEqual({ adopted: true, pid });
    expect(await server.stop()).toBe(true);
  });

  it('starts again after the server itself was killed, with what was committed', async () => {
    const first = await startEmbedded(dataDir, clock);
    const db = open(first.url);
    await db.change('create table kept as select 1 as one');
    process.kill(pidIn(dataDir), 'SIGKILL');
    await db.close();
    const second = await startEmbedded(dataDir, clock);
    const again = open(second.url);
    expect(await again.rows('select one from kept')).toEqual([{ one: 1 }]);
    await again.close();
    expect(second.adopted).toBe(false);
    expect(second.port).toBe(first.port);
    await second.stop();
  });

  it('does not believe a pid file whose number belongs to somebody else now', async () => {
    const first = await startEmbedded(dataDir, clock);
    const file = join(dataDir, 'postgres/postmaster.pid');
    const lines = readFileSync(file, 'utf8').split('\n');
    await first.stop();
    writeFileSync(file, [String(process.pid), ...lines.slice(1)].join('\n'));
    const second = await startEmbedded(dataDir, clock);
    expect(second.adopted).toBe(false);
    await second.stop();
  });

  it('is left running by the first to go while another is connected, and stopped by the last', async () => {
    const first = await startEmbedded(dataDir, clock);
    const second = await startEmbedded(dataDir, clock);
    const db = open(second.url);
    await db.rows('select 1');
    expect(await first.stop()).toBe(false);
    await db.close();
    expect(await second.stop()).toBe(true);
  });

  it('keeps its password to its owner, and listens on loopback only', async () => {
    const server = await startEmbedded(dataDir, clock);
    expect(statSync(join(dataDir, 'postgres.json')).mode & 0o777).toBe(0o600);
    const db = open(server.url);
    expect(await db.rows('show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    await db.close();
    await server.stop();
  });

  it('refuses a directory of another major version, and one whose password is lost', async () => {
    mkdirSync(join(dataDir, 'postgres'), { recursive: true });
    const versionFile = join(dataDir, 'postgres/PG_VERSION');
    writeFileSync(versionFile, '17\n');
    await expect(startEmbedded(dataDir, clock)).rejects.toThrow(/was made by Postgres 17, this is 18/);
    writeFileSync(versionFile, '18\n');
    await expect(startEmbedded(dataDir, clock)).rejects.toThrow(/postgres\.json is missing or damaged/);
  });

  it('refuses a data directory that is a file', async () => {
    writeFileSync(dataDir, '');
    await expect(startEmbedded(dataDir, clock)).rejects.toThrow(/data/);
    rmSync(dataDir);
  });
});
