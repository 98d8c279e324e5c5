// Starts that fail and sessions that end: a sentence, nothing left running, and the next session at midnight.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DAY_MS } from '../src/domain/calendar.ts';
import { eventually } from './support/eventually.ts';
import { ServiceStage, SESSION } from './support/service-stage.ts';
import { TcpProxy } from './support/tcp-proxy.ts';

/** Connections that a service has to the stage's database. */
async function connections({ clone }: ServiceStage): Promise<number> {
  const [row] = await clone.db.rows<{ count: number }>(
    `select count(*)::int as count from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid() and client_port <> -1`,
  );
  // The stage's own pool keeps some.
  return row!.count - (clone.db.connections.open - 1);
}

async function takenPort(): Promise<{ readonly port: number } & AsyncDisposable> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => new Promise((done) => void server.close(() => done())),
  };
}

describe('a service that cannot start', () => {
  it('names the port that is in use, and leaves no connection behind', async () => {
    await using stage = await ServiceStage.set();
    await using taken = await takenPort();
    const api = { host: '127.0.0.1', port: taken.port, token: null, version: 'test' };
    await expect(stage.start({ api })).rejects.toThrow(
      `port ${taken.port} on 127.0.0.1 is in use: stop what listens there, or choose another with --port`,
    );
    await eventually(
      'the connections to be gone',
      () => connections(stage),
      (count) => count === 0,
    );
    const service = await stage.start();
    expect(await stage.stop(service)).toBe(0);
  });

  it('takes its embedded Postgres down with it, also when an address without a token is refused', async () => {
    await using stage = await ServiceStage.set({ withHistory: false });
    const api = { host: '0.0.0.0', port: 0, token: null, version: 'test' };
    await expect(stage.start({ databaseUrl: null, api })).rejects.toThrow(/token/);
    const pidFiles = readdirSync(join(stage.folder, 'postgres'), { recursive: true }).filter((name) =>
      String(name).endsWith('postmaster.pid'),
    );
    expect(pidFiles).toEqual([]);
  });

  it('names the folder of the journal that it cannot write', async () => {
    await using stage = await ServiceStage.set({ withHistory: false });
    const folder = join(stage.folder, 'journal');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, SESSION.date), 'in the way');
    const refusal = await stage.start().catch((error: unknown) => error);
    expect(refusal).toMatchObject({ name: 'Refusal' });
    expect(String(refusal)).toContain(join(folder, SESSION.date));
    await eventually(
      'the connections to be gone',
      () => connections(stage),
      (count) => count === 0,
    );
  });

  it('does not start twice over one folder', async () => {
    await using stage = await ServiceStage.set({ withHistory: false });
    writeFileSync(join(stage.folder, 'service.pid'), `${process.ppid}\n`);
    await expect(stage.start()).rejects.toThrow(
      `a spyhop (process ${process.ppid}) uses ${stage.folder} already`,
    );
  });
});

describe('midnight in New York', () => {
  // A minute of the market's time before midnight, because the service may take long to start; then it comes fast.
  const startMs = SESSION.midnightMs + DAY_MS - 60_000;
  const SPEED = 60;

  it('ends the session and opens the next, which is after the weekend', async () => {
    await using stage = await ServiceStage.set({ startMs });
    const service = await stage.start();
    stage.marketClock.setSpeed(SPEED);
    await eventually('the next session', () => stage.logs('session.closed').length === 1);
    expect(stage.logs('session.opened').map(({ session }) => session)).toEqual(['2026-11-20', '2026-11-23']);
    expect(existsSync(join(stage.folder, 'journal', '2026-11-23', '000001.journal'))).toBe(true);
    expect((await stage.health(service))['journal']).toMatchObject({ ready: true });
    expect((await stage.get(service, '/v1/underlyings/SPY/flow')).status).toBeLessThan(500);
    expect(await stage.metric(service, 'spyhop_events_unaccounted')).toBe(0);
    expect(await stage.stop(service)).toBe(0);
  });

  it('waits for a database that is away just then', async () => {
    await using stage = await ServiceStage.set({ startMs });
    const { proxy, url } = await TcpProxy.before(stage.clone.url);
    await using _line = proxy;
    const service = await stage.start({ databaseUrl: url });
    proxy.cut();
    stage.marketClock.setSpeed(SPEED);
    await eventually('a first attempt', () => stage.logs('service.failed').length > 0);
    proxy.mend();
    await eventually('the next session', () => stage.logs('session.closed').length === 1);
    expect(await stage.stop(service)).toBe(0);
  });
});
