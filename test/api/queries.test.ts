// The questions that the API answers from the store: filters, pages, contracts, and the shapes of the answers.
import { describe, expect, test } from 'vitest';
import { CALL, SESSION } from './fake-store.ts';
import { alertAt, serviceOf } from './service.ts';

interface Listed {
  readonly items: { readonly id: string }[];
  readonly next: string | null;
}

describe('the list of alerts', () => {
  test('comes newest first, fifty at a time', async () => {
    const { get } = serviceOf({ alerts: 60 });
    const answer = await get('/v1/alerts');
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    const { items, next } = answer.json<Listed>();
    expect(items).toHaveLength(50);
    expect(items[0]).toEqual(alertAt(59));
    expect(next).toMatch(/^[\w-]+$/);
  });

  test.each([1, 7, 59, 60, 61, 1_000])('is walked whole in pages of %i, each alert once', async (limit) => {
    const { get } = serviceOf({ alerts: 60 });
    const seen: string[] = [];
    let address: string | undefined = `/v1/alerts?limit=${limit}`;
    while (address !== undefined) {
      const answer = await get(address);
      const { items, next } = answer.json<Listed>();
      seen.push(...items.map(({ id }) => id));
      address = /^<(.+)>; rel="next"$/.exec(String(answer.headers.link ?? ''))?.[1];
      expect(address === undefined).toBe(next === null);
    }
    expect(seen).toEqual(Array.from({ length: 60 }, (_, at) => alertAt(59 - at).id));
  });

  test('hands every filter to the store as it means it', async () => {
    const { get, store } = serviceOf();
    const answer = await get(
      '/v1/alerts?underlying=nvda&contract=nvda261218c00180000&detector=threshold&severity=high' +
        '&direction=bullish&kind=unusual%20contract&side=buy&minSurprise=6.5&minPremium=1999.5' +
        '&from=2026-11-20T09:30:00-05:00&until=2026-11-20T15:00:00.250Z&limit=3',
    );
    expect(answer.statusCode).toBe(200);
    expect(store.asked).toEqual([
      {
        underlying: 'NVDA',
        contract: CALL,
        detector: 'threshold',
        severity: 'high',
        direction: 'bullish',
        kind: 'unusual contract',
        side: 'buy',
        surpriseMin: 6.5,
        premiumCentsMin: 199_950,
        fromMs: Date.UTC(2026, 10, 20, 14, 30),
        untilMs: Date.UTC(2026, 10, 20, 15, 0, 0, 250),
        limit: 3,
      },
    ]);
  });

  test('takes a plus that was not encoded', async () => {
    const { get, store } = serviceOf();
    await get('/v1/alerts?from=2026-11-20T15:30:00+01:00');
    expect(store.asked[0]?.fromMs).toBe(Date.UTC(2026, 10, 20, 14, 30));
  });

  test('keeps the filters in the address of the next page', async () => {
    const { get } = serviceOf({ alerts: 60 });
    const answer = await get('/v1/alerts?severity=high&limit=2');
    expect(answer.headers.link).toMatch(/^<\/v1\/alerts\?severity=high&limit=2&cursor=[\w-]+>; rel="next"$/);
  });
});

describe('one alert', () => {
  test('is given by its id, and costs nothing when it is known', async () => {
    const { get } = serviceOf({ alerts: 3 });
    const first = await get(`/v1/alerts/${alertAt(2).id}`);
    expect(first.json()).toEqual(alertAt(2));
    const { etag } = first.headers;
    const again = await get(`/v1/alerts/${alertAt(2).id}`, { 'if-none-match': `W/${etag}, "other"` });
    expect([again.statusCode, again.body]).toEqual([304, '']);
  });

  test('that does not exist is not found', async () => {
    const { get } = serviceOf({ alerts: 3 });
    const answer = await get('/v1/alerts/ffffffffffffffff');
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toMatchObject({
      type: '/docs#not-found',
      detail: 'There is no alert with this id.',
    });
  });
});

describe('a contract', () => {
  test.each([
    CALL,
    'NVDA261218C00180000',
    'O%3ANVDA261218C00180000',
    'O%3aNVDA261218C00180000',
    '%4f%3a%4e%56DA261218C00180000',
    'o:nvda261218c00180000',
  ])('is known as %s', async (osi) => {
    const { get } = serviceOf();
    const answer = await get(`/v1/contracts/${osi}`);
    expect(answer.json()).toEqual({
      contract: CALL,
      contractName: 'NVDA 18 Dec 26 180 call',
      underlying: 'NVDA',
      root: 'NVDA',
      expiryDate: '2026-12-18',
      right: 'call',
      strike: '180.00',
      multiplier: 100,
      adjusted: false,
      sessionDate: SESSION,
      volume: 4_100,
      prints: 31,
      premium: '664200.00',
      lastPrice: '1.625',
    });
  });

  test('has its trades in pages, oldest first', async () => {
    const { get } = serviceOf();
    const first = await get(`/v1/contracts/${CALL}/trades?limit=200`);
    expect(first.json<{ items: unknown[] }>().items[1]).toEqual({
      at: '2026-11-20T17:00:00.010Z',
      price: '1.6201',
      size: 2,
      premium: '324.02',
      condition: 227,
      exchange: 312,
      sequence: 1,
    });
    const next = first.json<Listed>().next;
    const second = await get(`/v1/contracts/${CALL}/trades?limit=200&cursor=${next}`);
    expect(second.json<{ items: { sequence: number }[] }>().items.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: 50 }, (_, at) => 200 + at),
    );
    expect(second.json<Listed>().next).toBeNull();
  });

  test('has its bars and its baseline', async () => {
    const { get } = serviceOf();
    expect((await get(`/v1/contracts/${CALL}/bars?date=${SESSION}`)).json()).toEqual({
      contract: CALL,
      sessionDate: SESSION,
      bars: [
        {
          start: '2026-11-20T17:00:00.000Z',
          open: '1.62',
          high: '1.69',
          low: '1.61',
          close: '1.645',
          volume: 4_100,
          prints: 31,
          premium: '664200.00',
        },
      ],
    });
    expect((await get(`/v1/contracts/${CALL}/baseline`)).json()).toEqual({
      contract: CALL,
      run: 7,
      asOf: SESSION,
      sessions: 30,
      meanDayVolume: 812.5,
    });
  });

  test.each(['', '/trades', '/bars', '/baseline'])('nobody traded is not found%s', async (part) => {
    const { get } = serviceOf();
    expect((await get(`/v1/contracts/O:NVDA261218P00180000${part}`)).statusCode).toBe(404);
  });
});

test('the flow of an underlying is that of the current session unless another is asked for', async () => {
  const { get } = serviceOf();
  expect((await get('/v1/underlyings/nvda/flow')).json()).toEqual({
    underlying: 'NVDA',
    sessionDate: SESSION,
    buckets: [
      {
        start: '2026-11-20T17:00:00.000Z',
        prints: 9,
        volume: 500,
        callPremium: '1903.45',
        putPremium: '0.00',
        alerts: 1,
      },
    ],
  });
  expect((await get('/v1/underlyings/NVDA/flow?date=2026-11-19')).statusCode).toBe(404);
});
