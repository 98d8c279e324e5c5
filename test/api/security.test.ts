// Who is let in and how often: tokens with scopes, limits for each client, and headers that keep browsers out.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { TokenBook } from '../../src/lib/token-book.ts';
import { NOON_MS } from './fake-store.ts';
import { serviceOf, TOKEN } from './service.ts';

const folder = mkdtempSync(join(tmpdir(), 'spyhop-security-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe('a token', () => {
  const tokens = new TokenBook(folder, TOKEN);
  const metrics = tokens.create('prometheus', 'metrics', NOON_MS, null);
  const read = tokens.create('grafana', 'read', NOON_MS, 60_000);
  const settings = { host: '0.0.0.0', token: TOKEN, tokens };

  test('opens what its scope includes, and the refusal says what is lacking', async () => {
    const { get } = serviceOf({ settings });
    expect((await get('/metrics', bearer(metrics))).statusCode).toBe(200);
    expect((await get('/v1/alerts', bearer(read))).statusCode).toBe(200);
    expect((await get('/metrics', bearer(read))).statusCode).toBe(200);
    const refused = await get('/v1/alerts', bearer(metrics));
    expect([refused.statusCode, refused.json().type]).toEqual([403, '/docs#scope-refused']);
    expect(refused.json().detail).toMatch(/^The token [0-9a-f]{8} may metrics, and this needs read\.$/);
    expect(refused.body).not.toContain(metrics);
  });

  test('ends, and the refusal says so', async () => {
    const { get, clock } = serviceOf({ settings });
    clock.moveTo(NOON_MS + 60_000);
    const refused = await get('/v1/alerts', bearer(read));
    expect([refused.statusCode, refused.json().detail]).toEqual([401, 'The token is expired: make another.']);
    expect(refused.headers['www-authenticate']).toBe('Bearer realm="spyhop"');
  });

  test('counts in the header alone: an address is kept in histories and logs', async () => {
    const { get } = serviceOf({ settings });
    for (const name of ['token', 'access_token', 'authorization']) {
      expect((await get(`/v1/alerts?${name}=${TOKEN}`)).statusCode).toBe(401);
    }
  });

  test('lets an address be listened on that strangers reach', () => {
    expect(() => serviceOf({ settings: { host: '0.0.0.0', token: null, tokens } })).not.toThrow();
    const none = new TokenBook(join(folder, 'nowhere'), null);
    expect(() => serviceOf({ settings: { host: '0.0.0.0', token: null, tokens: none } })).toThrow(
      /without a token/,
    );
  });
});

describe('one client', () => {
  test('is answered so often a second, and told when to come back', async () => {
    const { get, counts } = serviceOf({ settings: { limits: { requestsPerSecondMax: 5 } } });
    const refused = [];
    for (let request = 0; request < 8; request++) {
      const answer = await get('/v1/alerts');
      if (answer.statusCode === 429) refused.push(answer);
    }
    expect(refused).toHaveLength(3);
    expect(refused[0]!.json()).toMatchObject({
      type: '/docs#too-many-requests',
      status: 429,
      detail: 'One client is answered 5 times a second: ask again in a second.',
    });
    expect(refused[0]!.headers['retry-after']).toBe('1');
    expect(counts.sources({ counts: {} } as never).http_rejected_requests_total()).toMatchObject({
      rate_limit: 3,
    });
    expect(counts.inFlight).toBe(0);
  });

  test('does not spend what another has: a token is a client of its own', async () => {
    const tokens = new TokenBook(folder, TOKEN);
    const other = tokens.create('another', 'read', NOON_MS, null);
    const limits = { requestsPerSecondMax: 3 };
    const { get } = serviceOf({ settings: { host: '0.0.0.0', token: TOKEN, tokens, limits } });
    const ask = async (token: string) => (await get('/v1/alerts', bearer(token))).statusCode;
    const first = [await ask(TOKEN), await ask(TOKEN), await ask(TOKEN), await ask(TOKEN)];
    expect(first).toEqual([200, 200, 200, 429]);
    expect(await ask(other)).toBe(200);
  });

  test('also spends what it has by guessing tokens', async () => {
    const settings = { host: '0.0.0.0', token: TOKEN, limits: { requestsPerSecondMax: 3 } };
    const { get } = serviceOf({ settings });
    const codes: number[] = [];
    for (let guess = 0; guess < 5; guess++) {
      codes.push((await get('/v1/alerts', bearer(`guess-number-${guess}-of-a-token`))).statusCode);
    }
    expect(codes).toEqual([401, 401, 401, 429, 429]);
  });

  test('may be without a limit', async () => {
    const { get } = serviceOf({ settings: { limits: { requestsPerSecondMax: 0 } } });
    const answers = await Promise.all(Array.from({ length: 50 }, () => get('/v1/alerts')));
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([200]));
  });
});

describe('a browser', () => {
  test('is told to keep answers from other pages, in every answer', async () => {
    const { get } = serviceOf();
    for (const url of ['/v1/alerts', '/docs', '/v1/nothing', '/metrics']) {
      const { headers } = await get(url);
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
      });
      expect(headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  test('may not ask for another page: there is no way through CORS', async () => {
    const { api } = serviceOf();
    const answer = await api.app.inject({
      method: 'OPTIONS',
      url: '/v1/alerts',
      headers: { origin: 'https://example.com', 'access-control-request-method': 'GET' },
    });
    expect(answer.statusCode).toBe(405);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });
});
