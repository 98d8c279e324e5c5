// Where the API listens: on this machine unless there is a token, on a port that is free, and until it is closed.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { isLoopback } from '../../src/api/guard.ts';
import { Refusal } from '../../src/lib/refusal.ts';
import { alertAt, serviceOf, TOKEN } from './service.ts';

async function refusalOf(attempt: () => unknown): Promise<Refusal> {
  try {
    await attempt();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('an address that others reach', () => {
  test.each(['0.0.0.0', '::', '', '192.168.1.5', 'spyhop.lan', '128.0.0.1', '127.evil.example'])(
    'is refused without a token, before anything listens: %j',
    async (host) => {
      const refusal = await refusalOf(() => serviceOf({ settings: { host } }));
      expect(refusal.exitCode).toBe(2);
      expect(refusal.message).toMatch(/may not listen on .* without a token.*SPYHOP_TOKEN/);
    },
  );

  test.each(['127.0.0.1', '127.8.9.10', '::1', 'localhost'])('is not %s', (host) => {
    expect(isLoopback(host)).toBe(true);
    expect(() => serviceOf({ settings: { host } })).not.toThrow();
  });

  test.each(['', 'short', `${TOKEN}\n`, 'with spaces in it, yet long enough'])(
    'needs a token worth the name: %j',
    async (token) => {
      const refusal = await refusalOf(() => serviceOf({ settings: { host: '0.0.0.0', token } }));
      expect(refusal.exitCode).toBe(2);
      expect(refusal.message).toContain('openssl rand -hex 16');
    },
  );
});

describe('a port', () => {
  test('in use is refused by its number, with the way out', async () => {
    const other: Server = createServer();
    await new Promise<void>((done) => void other.listen(0, '127.0.0.1', done));
    const { port } = other.address() as AddressInfo;
    const { api } = serviceOf({ settings: { port } });
    const refusal = await refusalOf(() => api.listen());
    expect(refusal.message).toBe(
      `port ${port} on 127.0.0.1 is in use: stop what listens there, or choose another with --port`,
    );
    other.close();
    await api.close(1_000);
  });

  test('of an address that is not here is refused', async () => {
    const { api } = serviceOf({ settings: { host: '192.0.2.1', token: TOKEN } });
    expect((await refusalOf(() => api.listen())).message).toContain(
      '192.0.2.1 is not an address of this machine',
    );
    await api.close(1_000);
  });
});

describe('on the wire', () => {
  test('it answers, and says where it listens', async () => {
    const { api, logged } = serviceOf({ alerts: 1 });
    const address = await api.listen();
    expect(logged).toEqual([{ kind: 'api.listening', fields: { address, token: false } }]);
    const answer = await fetch(`${address}/v1/alerts`);
    expect(await answer.json()).toEqual({ items: [alertAt(0)], next: null });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    expect(await api.close(1_000)).toBe(0);
    await expect(fetch(address)).rejects.toThrow();
  });

  test.each([
    ['what is not HTTP', 'HELLO\r\n\r\n', 400],
    ['headers too large', `GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'x'.repeat(40_000)}\r\n\r\n`, 431],
    ['an address too long', `GET /?${'x'.repeat(40_000)} HTTP/1.1\r\nhost: localhost\r\n\r\n`, 431],
    ['no name of a host', 'GET /v1/alerts HTTP/1.1\r\n\r\n', 400],
    [
      'another name of a host',
      'GET /v1/alerts HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n',
      421,
    ],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx',
      400,
    ],
  ])('%s is refused without a stack', async (_what, bytes, status) => {
    const { api } = serviceOf();
    const { port } = new URL(await api.listen());
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(bytes);
    const answer = await text(socket);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).not.toMatch(/\.ts:|node:|stack/);
    await api.close(1_000);
  });

  test('closing waits for what is being answered', async () => {
    const { api, store, counts } = serviceOf({ alerts: 1 });
    const gate = Promise.withResolvers<void>();
    store.before = () => gate.promise;
    const address = await api.listen();
    const answer = fetch(`${address}/v1/alerts`);
    while (counts.inFlight === 0) await new Promise(setImmediate);
    const closed = api.close(1_000);
    gate.resolve();
    expect((await answer).status).toBe(200);
    expect(await closed).toBe(0);
  });

  test('closing cuts off what does not end by the deadline, and counts it', async () => {
    const { api, store, counts, clock } = serviceOf({ alerts: 1 });
    store.before = () => new Promise(() => {});
    const address = await api.listen();
    const answer = fetch(`${address}/v1/alerts`).catch(() => 'cut off');
    while (counts.inFlight === 0) await new Promise(setImmediate);
    const closed = api.close(1_000);
    clock.advance(1_000);
    expect(await answer).toBe('cut off');
    expect(await closed).toBe(1);
  });
});
