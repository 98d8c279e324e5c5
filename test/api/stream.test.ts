// The stream of alerts over a real socket: live, resumed without a gap or a double, and rid of those who do not read.
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { Api } from '../../src/api/server.ts';
import { alertAt, DatabaseAway, serviceOf, TOKEN } from './service.ts';

const open: Api[] = [];

afterEach(async () => {
  for (const api of open.splice(0)) await api.close(1_000);
});

type Service = ReturnType<typeof serviceOf>;

async function listening(
  settings: Parameters<typeof serviceOf>[0] = {},
): Promise<Service & { port: number }> {
  const service = serviceOf(settings);
  open.push(service.api);
  return { ...service, port: Number(new URL(await service.api.listen()).port) };
}

const turn = (): Promise<void> => new Promise((done) => void setImmediate(done));

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await turn();
}

/** A client of the stream, with everything it was told. */
class Follower {
  readonly response: IncomingMessage;
  text = '';
  ended = false;

  private constructor(response: IncomingMessage) {
    this.response = response;
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => void (this.text += chunk));
    response.on('close', () => void (this.ended = true));
    response.on('error', () => void (this.ended = true));
  }

  static async of(port: number, headers: Record<string, string> = {}, query = ''): Promise<Follower> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    get({ port, host: '127.0.0.1', path: `/v1/stream${query}`, headers, agent: false }, resolve).on(
      'error',
      reject,
    );
    return new Follower(await promise);
  }

  /** Ids of the alerts, in the order they came. */
  get ids(): string[] {
    return Array.from(this.text.matchAll(/^id: (\S+)$/gm), ([, id]) => id!);
  }

  get alerts(): unknown[] {
    return Array.from(
      this.text.matchAll(/^event: alert\ndata: (.*)$/gm),
      ([, data]) => JSON.parse(data!) as unknown,
    );
  }

  async leave(): Promise<void> {
    this.response.destroy();
    await until(() => this.ended);
  }
}

const ids = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, at) => alertAt(from + at).id);

/** Stores alerts and tells them, as the service does. */
function raise({ store, alertFeed }: Service, from: number, to: number): void {
  const alerts = Array.from({ length: to - from }, (_, at) => alertAt(from + at));
  store.stored.push(...alerts);
  alertFeed.publish(alerts);
}

describe('who follows', () => {
  test('is told each alert with its id, and what not to keep', async () => {
    const service = await listening();
    const follower = await Follower.of(service.port);
    raise(service, 0, 3);
    await until(() => follower.ids.length === 3);
    expect(follower.alerts).toEqual([alertAt(0), alertAt(1), alertAt(2)]);
    expect(follower.text.startsWith('retry: 2000\n\nid: ')).toBe(true);
    expect(follower.response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
  });

  test('hears every fifteen seconds that somebody is there', async () => {
    const service = await listening();
    const follower = await Follower.of(service.port);
    await until(() => service.alertFeed.counts.subscribers === 1);
    service.clock.advance(14_999);
    service.clock.advance(1);
    await until(() => follower.text.includes(': still here\n\n'));
    service.clock.advance(15_000);
    await until(() => follower.text.split(': still here').length >= 3);
    expect(follower.text).toBe('retry: 2000\n\n: still here\n\n: still here\n\n');
  });

  test('is forgotten when it leaves', async () => {
    const service = await listening();
    const follower = await Follower.of(service.port);
    await until(() => service.alertFeed.counts.subscribers === 1);
    await follower.leave();
    await until(() => service.alertFeed.counts.subscribers === 0);
    await until(() => service.counts.inFlight === 0);
    expect(service.alertFeed.counts.dropped).toBe(0);
  });

  test('is not a request in flight', async () => {
    const service = await listening({ settings: { limits: { requestsInFlightMax: 1 } } });
    await Follower.of(service.port);
    await Follower.of(service.port);
    await until(() => service.alertFeed.counts.subscribers === 2);
    expect(service.counts.inFlight).toBe(0);
  });

  test('needs the token', async () => {
    const service = await listening({ settings: { token: TOKEN } });
    expect((await Follower.of(service.port)).response.statusCode).toBe(401);
    const follower = await Follower.of(service.port, { authorization: `Bearer ${TOKEN}` });
    expect(follower.response.statusCode).toBe(200);
  });

  test('is refused when as many follow as may', async () => {
    const service = await listening({ feed: { subscribersMax: 1 } });
    await Follower.of(service.port);
    const refused = await Follower.of(service.port);
    expect(refused.response.statusCode).toBe(503);
    expect(refused.response.headers['retry-after']).toBe('5');
  });
});

describe('who comes back', () => {
  test('gets what was told meanwhile, from memory, then what is new', async () => {
    const service = await listening();
    const first = await Follower.of(service.port);
    raise(service, 0, 3);
    await until(() => first.ids.length === 3);
    await first.leave();
    raise(service, 3, 6);
    const again = await Follower.of(service.port, { 'last-event-id': first.ids.at(-1)! });
    await until(() => service.alertFeed.counts.subscribers === 1);
    raise(service, 6, 8);
    await until(() => again.ids.length >= 5);
    expect(again.ids).toEqual(ids(3, 8));
    expect(service.store.resumed).toEqual([]);
  });

  test.each([
    ['memory', {}],
    ['the store', { recentMax: 0 }],
  ])('gets from %s what was stored later, also where its time is older', async (_where, feed) => {
    const service = await listening({ feed });
    raise(service, 5, 6);
    raise(service, 2, 3);
    const again = await Follower.of(service.port, { 'last-event-id': alertAt(5).id });
    await until(() => again.ids.length === 1);
    expect(again.ids).toEqual([alertAt(2).id]);
  });

  test('after a restart gets it from the store, however many pages it takes', async () => {
    const service = await listening({ alerts: 2_500 });
    const again = await Follower.of(service.port, {}, `?lastEventId=${alertAt(99).id}`);
    await until(() => again.ids.length >= 2_400);
    raise(service, 2_500, 2_502);
    await until(() => again.ids.length >= 2_402);
    expect(again.ids).toEqual(ids(100, 2_502));
    expect(service.store.resumed).toEqual([99, 1_099, 2_099].map((number) => alertAt(number).id));
  });

  test.each(['before', 'after'])(
    'misses nothing and gets nothing twice of what is stored while the store answers, %s it has looked',
    async (moment) => {
      const service = await listening({ alerts: 10 });
      const { store, alertFeed } = service;
      const gate = Promise.withResolvers<void>();
      const ask = store.alertsAfter.bind(store);
      store.alertsAfter = async (id, limit) => {
        if (moment === 'before') await gate.promise;
        const page = await ask(id, limit);
        await gate.promise;
        return page;
      };
      const coming = Follower.of(service.port, { 'last-event-id': alertAt(4).id });
      await until(() => alertFeed.counts.subscribers === 1);
      raise(service, 10, 12);
      if (moment === 'before') store.stored.push(alertAt(12));
      gate.resolve();
      const again = await coming;
      if (moment === 'before') alertFeed.publish([alertAt(12)]);
      else raise(service, 12, 13);
      raise(service, 13, 14);
      await until(() => again.ids.includes(alertAt(13).id));
      expect(again.ids).toEqual(ids(5, 14));
    },
  );

  test('with an alert that nobody knows is told to ask for the list', async () => {
    const service = await listening({ alerts: 10 });
    const again = await Follower.of(service.port, { 'last-event-id': 'ffffffffffffffff' });
    await until(() => again.text.includes('event: reset\n'));
    raise(service, 10, 11);
    await until(() => again.ids.length === 1);
    expect(again.text).toContain('data: {"reason":"the last alert that you name is not known"}\n\n');
  });

  test('having missed too much is told so', async () => {
    const service = await listening({ alerts: 60, settings: { limits: { resumeAlertsMax: 50 } } });
    const again = await Follower.of(service.port, { 'last-event-id': alertAt(1).id });
    await until(() => again.text.includes('event: reset\n'));
    expect(again.ids).toEqual([]);
  });

  test('with what is no id is refused, and while the database is away asked to wait', async () => {
    const service = await listening({ alerts: 1 });
    expect((await Follower.of(service.port, { 'last-event-id': "1' or 1=1" })).response.statusCode).toBe(400);
    service.store.fault = { thrown: new DatabaseAway('gone') };
    const away = await Follower.of(service.port, { 'last-event-id': alertAt(9).id });
    expect(away.response.statusCode).toBe(503);
    expect(service.alertFeed.counts.subscribers).toBe(0);
    expect((await Follower.of(service.port)).response.statusCode).toBe(200);
  });
});

describe('who does not read', () => {
  /** A client that asks and then leaves everything in its socket. */
  async function deafClient(service: Service & { port: number }) {
    const socket = connect(service.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.pause();
    socket.write('GET /v1/stream HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await until(() => service.alertFeed.counts.subscribers === 1);
    return socket;
  }

  const LONG = 'x'.repeat(100_000);

  test('is cut off when its queue is full, and the others are not', async () => {
    const service = await listening({ feed: { queueMax: 20, recentMax: 5 } });
    const { alertFeed } = service;
    const socket = await deafClient(service);
    const reader = await Follower.of(service.port);
    let told = 0;
    while (alertFeed.counts.dropped === 0) {
      // Only what the reader has taken is followed by more, so that the deaf client alone falls behind.
      alertFeed.publish([alertAt(told++, { contractName: LONG })]);
      await until(() => reader.ids.length === told);
    }
    expect(alertFeed.counts).toMatchObject({ subscribers: 1, dropped: 1 });
    expect(service.logged.filter(({ kind }) => kind === 'api.subscriber_dropped')).toEqual([
      { kind: 'api.subscriber_dropped', fields: { requestId: expect.any(String) as string, waiting: 20 } },
    ]);
    socket.destroy();
  });

  test('is cut off when its socket takes nothing for two heartbeats', async () => {
    const service = await listening();
    const socket = await deafClient(service);
    let told = 0;
    while (service.alertFeed.counts.waiting === 0) {
      service.alertFeed.publish([alertAt(told++, { contractName: LONG })]);
      await turn();
    }
    service.clock.advance(15_000);
    expect(service.alertFeed.counts.dropped).toBe(0);
    service.clock.advance(15_000);
    expect(service.alertFeed.counts).toMatchObject({ subscribers: 0, dropped: 1 });
    socket.destroy();
  });

  test('is not cut off for one burst that is longer than its queue', async () => {
    const service = await listening({ feed: { queueMax: 5 } });
    const follower = await Follower.of(service.port);
    raise(service, 0, 40);
    await until(() => follower.ids.length === 40);
    expect(service.alertFeed.counts.dropped).toBe(0);
  });
});

test('closing the service ends every stream in good order', async () => {
  const service = await listening();
  const followers = [await Follower.of(service.port), await Follower.of(service.port)];
  raise(service, 0, 1);
  await until(() => followers.every((one) => one.ids.length === 1));
  expect(await service.api.close(1_000)).toBe(0);
  await until(() => followers.every((one) => one.ended));
  expect(followers.map(({ text }) => text.endsWith(': the service is stopping\n\n'))).toEqual([true, true]);
  expect(service.alertFeed.counts.subscribers).toBe(0);
});
