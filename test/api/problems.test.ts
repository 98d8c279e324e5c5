// What goes wrong: each problem says which thing, what it may be and what to do, and never shows a stack.
import { describe, expect, test } from 'vitest';
import { encodeCursor } from '../../src/api/cursor.ts';
import { CALL, NOON_MS } from './fake-store.ts';
import { alertAt, DatabaseAway, serviceOf, TOKEN, WELL } from './service.ts';

type Answer = Awaited<ReturnType<ReturnType<typeof serviceOf>['get']>>;

function expectProblem(answer: Answer, status: number, problem: string): Record<string, unknown> {
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  const body = answer.json<Record<string, unknown>>();
  expect([answer.statusCode, body['status'], body['type']]).toEqual([status, status, `/docs#${problem}`]);
  expect(body['requestId']).toBe(answer.headers['x-request-id']);
  expect(answer.body).not.toMatch(/\bat .*\.ts:\d+/);
  return body;
}

describe('a parameter that may not be', () => {
  test.each([
    ['/v1/alerts?limit=0', 'limit', 'limit is "0": give a whole number from 1 to 1000.'],
    ['/v1/alerts?limit=1001', 'limit', 'limit is "1001": give a whole number from 1 to 1000.'],
    ['/v1/alerts?limit=', 'limit', 'limit is "": give a whole number from 1 to 1000.'],
    ['/v1/alerts?severity=HIGH', 'severity', 'severity is "HIGH": give low, medium, high.'],
    ['/v1/alerts?limit=5&limit=6', 'limit', 'limit is given more than once: give one value.'],
    [
      '/v1/alerts?serverity=high',
      'serverity',
      '"serverity" is not a parameter here (did you mean severity?): ',
    ],
    ['/health/live?x=1', 'x', '"x" is not a parameter here: it takes none.'],
    ['/v1/alerts?minPremium=-1', 'minPremium', 'minPremium is "-1": give dollars without sign'],
    ['/v1/alerts?minPremium=1e9', 'minPremium', 'minPremium is "1e9": give dollars without sign'],
    ['/v1/alerts?from=2026-11-20', 'from', 'from is "2026-11-20": give a moment with its zone'],
    ['/v1/alerts?from=2026-02-30T00:00:00Z', 'from', 'from is "2026-02-30T00:00:00Z": give a moment'],
    ['/v1/alerts?underlying=%27;DROP%20TABLE', 'underlying', `underlying is "';DROP TABLE": give a symbol`],
    ['/v1/alerts/XYZ', 'id', 'id is "XYZ": give 16 digits of 0-9 and a-f.'],
    ['/v1/contracts/NVDA', 'osi', 'osi is "NVDA": give an OSI ticker'],
    ['/v1/contracts/O:NVDA261318C00180000', 'osi', 'osi is "O:NVDA261318C00180000": give an OSI ticker'],
    [`/v1/contracts/${CALL}?date=2026-11-21`, 'date', 'date is "2026-11-21": give the date of a trading day'],
    [`/v1/alerts?cursor=${'x'.repeat(90)}`, 'cursor', `cursor is "${'x'.repeat(60)}…" (90 characters): give`],
    [
      '/v1/alerts?from=2026-11-20T15:00:00Z&until=2026-11-20T15:00:00Z',
      'until',
      'until is not after from: give a moment after from.',
    ],
    [
      '/v1/coverage?from=2026-11-21&until=2026-11-20',
      'from',
      'from is 2026-11-21: give a date not after until.',
    ],
    [
      `/v1/contracts/${CALL}/days?from=2026-11-21&until=2026-11-20`,
      'from',
      'from is 2026-11-21: give a date not after until.',
    ],
  ])('is named with what it may be: %s', async (url, parameter, detail) => {
    const { get, store } = serviceOf();
    const problem = expectProblem(await get(url), 400, 'parameter-refused');
    expect(problem['parameter']).toBe(parameter);
    expect(problem['detail']).toEqual(expect.stringContaining(detail));
    expect(problem['allowed']).toEqual(expect.any(String));
    expect(store.asked).toEqual([]);
  });

  test('such as the cursor of another list', async () => {
    const { get } = serviceOf();
    const cursor = encodeCursor('trades', { atMs: NOON_MS, key: '5' });
    expectProblem(await get(`/v1/alerts?cursor=${cursor}`), 400, 'parameter-refused');
    expect((await get(`/v1/contracts/${CALL}/trades?cursor=${cursor}`)).statusCode).toBe(200);
    expectProblem(await get(`/v1/contracts/${CALL}/trades?cursor=${cursor}A`), 400, 'parameter-refused');
  });
});

describe('a request that may not be', () => {
  test.each(['/v2/alerts', '/v1', '/v1/alerts/', '/favicon.ico', '/%00', '/v1/contracts'])(
    'to an address that does not exist: %s',
    async (url) => {
      const { get } = serviceOf();
      const answer = await get(url);
      expect([400, 404]).toContain(answer.statusCode);
      expectProblem(answer, answer.statusCode, answer.statusCode === 404 ? 'not-found' : 'parameter-refused');
    },
  );

  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'] as const)('with the method %s', async (method) => {
    const { api, counts } = serviceOf();
    const known = await api.app.inject({ method, url: '/v1/alerts/0000000000000001' });
    expectProblem(known, 405, 'method-not-allowed');
    expect(known.headers.allow).toBe('GET, HEAD');
    expectProblem(await api.app.inject({ method, url: '/v2' }), 404, 'not-found');
    expect(counts.inFlight).toBe(0);
  });

  test('with HEAD, where there is a body to have, is answered, and refused where there is a stream', async () => {
    const { api } = serviceOf({ alerts: 1 });
    const answer = await api.app.inject({ method: 'HEAD', url: '/v1/alerts' });
    expect([answer.statusCode, answer.body]).toEqual([200, '']);
    const stream = await api.app.inject({ method: 'HEAD', url: '/v1/stream' });
    expect([stream.statusCode, stream.headers.allow]).toEqual([405, 'GET']);
  });

  test('with a body', async () => {
    const { api } = serviceOf();
    const payload = 'x'.repeat(2_000);
    expectProblem(
      await api.app.inject({ method: 'POST', url: '/v1/alerts', payload }),
      413,
      'body-too-large',
    );
  });

  test('whose address is not well formed', async () => {
    const { api } = serviceOf();
    const answer = await api.app.inject({ method: 'GET', url: '/v1/alerts/%zz' });
    expect(answer.statusCode).toBe(400);
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  });

  test('whose address is longer than anything', async () => {
    const { get } = serviceOf();
    const answer = await get(`/v1/alerts/${'a'.repeat(500)}`);
    expect(answer.statusCode).toBe(414);
    expect(answer.json()).toMatchObject({ type: '/docs#address-too-long' });
  });

  test('that another name led here', async () => {
    const { get, counts, alertFeed } = serviceOf();
    expectProblem(await get('/v1/alerts', { host: 'evil.example:4680' }), 421, 'host-refused');
    expect((await get('/v1/alerts', { host: '[::1]:4680' })).statusCode).toBe(200);
    expect(counts.sources(alertFeed).http_rejected_requests_total()).toEqual({ host: 1 });
  });
});

describe('the store', () => {
  test.each(['/v1/alerts', '/v1/alerts/0000000000000001', `/v1/contracts/${CALL}/trades`])(
    'being away is a 503 that says when to come back: %s',
    async (url) => {
      const { get, store, logged } = serviceOf();
      store.fault = { thrown: new DatabaseAway('connect ECONNREFUSED 10.0.0.5:5432') };
      const answer = await get(url);
      expectProblem(answer, 503, 'store-away');
      expect(answer.headers['retry-after']).toBe('5');
      expect(answer.body).not.toContain('10.0.0.5');
      expect(logged).toEqual([]);
    },
  );

  test.each([new Error('relation "alert" does not exist'), 'a text', null, undefined, 42])(
    'failing in an unknown way is a 500 that tells nothing and a line that tells all: %s',
    async (fault) => {
      const { get, store, logged } = serviceOf();
      store.fault = { thrown: fault };
      const answer = await get('/v1/alerts', { 'x-request-id': 'mine-1' });
      expectProblem(answer, 500, 'failed');
      expect(answer.body).not.toContain('relation');
      expect(logged).toEqual([
        { kind: 'api.failed', fields: { requestId: 'mine-1', route: '/v1/alerts', error: fault } },
      ]);
    },
  );

  test('that never answers does not hold a request for ever', async () => {
    const { get, store } = serviceOf({ settings: { limits: { answerMsMax: 20 } } });
    store.before = () => new Promise(() => {});
    const answer = await get('/v1/alerts');
    expectProblem(answer, 503, 'overloaded');
  });

  test('being slow lets only so many wait', async () => {
    const { get, store, counts } = serviceOf({ settings: { limits: { requestsInFlightMax: 2 } } });
    const gate = Promise.withResolvers<void>();
    store.before = () => gate.promise;
    const waiting = [get('/v1/alerts'), get('/v1/alerts')];
    while (counts.inFlight < 2) await new Promise(setImmediate);
    const refused = await get('/v1/alerts');
    expectProblem(refused, 503, 'overloaded');
    gate.resolve();
    expect((await Promise.all(waiting)).map(({ statusCode }) => statusCode)).toEqual([200, 200]);
    expect(counts.inFlight).toBe(0);
  });
});

describe('a token', () => {
  const settings = { host: '0.0.0.0', token: TOKEN };

  test.each([
    ['none', {}],
    ['another', { authorization: 'Bearer 0123456789abcdef0123456789abcdee' }],
    ['one that is longer', { authorization: `Bearer ${TOKEN}0` }],
    ['another scheme', { authorization: `Basic ${TOKEN}` }],
  ])('is needed where one is configured: %s', async (_what, headers) => {
    const { get } = serviceOf({ settings });
    const answer = await get('/v1/alerts', headers);
    expectProblem(answer, 401, 'token-refused');
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="spyhop"');
    expect(answer.body).not.toContain(TOKEN);
  });

  test('opens the door, whatever name the host is called by', async () => {
    const { get } = serviceOf({ settings, alerts: 1 });
    const headers = { authorization: `bearer ${TOKEN}`, host: 'spyhop.lan' };
    for (const url of ['/v1/alerts', `/v1/alerts/${alertAt(0).id}`, '/metrics', '/health/ready']) {
      expect((await get(url, headers)).statusCode).toBe(200);
    }
  });

  test('is not asked of what tells nothing', async () => {
    const { get } = serviceOf({ settings });
    for (const url of ['/', '/docs', '/openapi.json', '/health/live']) {
      expect((await get(url)).statusCode).toBe(200);
    }
    for (const url of ['/metrics', '/health/ready', '/v1/stream', '/v1/nothing']) {
      expect((await get(url)).statusCode).toBe(401);
    }
  });
});

describe('health', () => {
  test('is ready when every part is', async () => {
    const { get } = serviceOf();
    const answer = await get('/health/ready');
    expect([answer.statusCode, answer.json()]).toEqual([200, { status: 'ready', parts: WELL }]);
  });

  test('is 503 with every part in a sentence when one is not, or is silent', async () => {
    const { get, health } = serviceOf();
    const sentence = 'Postgres does not answer: start it.';
    health.parts = [{ part: 'database', ready: false, sentence, since: null }, ...WELL.slice(1, 4)];
    const answer = await get('/health/ready');
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toMatchObject({
      status: 'not ready',
      parts: [
        { sentence },
        {},
        {},
        {},
        { part: 'writer', ready: false, sentence: 'Nothing is known of the writer yet.' },
        { part: 'actors', ready: false, sentence: 'Nothing is known of the actors yet.' },
      ],
    });
    expect((await get('/health/live')).json()).toEqual({ status: 'live' });
  });
});

test('requests are counted by route, never by address', async () => {
  const { get, counts, alertFeed } = serviceOf({ alerts: 1 });
  await get(`/v1/alerts/${alertAt(0).id}`);
  await get('/v1/alerts/ffffffffffffffff');
  await get('/wp-login.php');
  const page = (await get('/metrics')).body;
  expect(page).toContain('spyhop_http_requests_total{route="/v1/alerts/{id}",status="2xx"} 1\n');
  expect(page).toContain('spyhop_http_requests_total{route="/v1/alerts/{id}",status="4xx"} 1\n');
  expect(page).toContain('spyhop_http_requests_total{route="none",status="4xx"} 1\n');
  expect(page).not.toContain('wp-login');
  expect(page).toContain('spyhop_http_requests_in_flight 1\n');
  expect(counts.sources(alertFeed).http_requests_in_flight()).toBe(0);
});
