// Lists over many, in every format: underlyings, contracts with their filters, counted alerts, gaps and coverage.
import { describe, expect, test } from 'vitest';
import { csvOf, formatOf, ndjsonOf } from '../../src/api/formats.ts';
import { CALL, SESSION } from './fake-store.ts';
import { alertAt, serviceOf } from './service.ts';

describe('the format of a list', () => {
  test.each([
    ['', 'json'],
    ['*/*', 'json'],
    ['text/html, */*;q=0.1', 'json'],
    ['text/csv', 'csv'],
    ['application/x-ndjson', 'ndjson'],
    ['text/csv;q=0.5, application/x-ndjson;q=0.9', 'ndjson'],
    ['application/json, text/csv', 'json'],
    ['text/csv;q=0, application/json', 'json'],
    ['Text/CSV; q=0.8', 'csv'],
  ])('for "%s" is %s', (accept, format) => {
    expect(formatOf(accept)).toBe(format);
  });

  test('CSV: a head, and what has commas, quotes or lines in it between quotes', () => {
    const row = {
      feed: 'a,b',
      sessionDate: SESSION,
      began: 'say "so"',
      ended: null,
      reason: 'two\nlines',
      state: '',
    };
    const lines = csvOf([row], 'Gap').split('\r\n');
    expect(lines[0]).toBe('feed,sessionDate,began,ended,reason,state');
    expect(lines.slice(1).join('\r\n')).toBe(`"a,b",${SESSION},"say ""so""",,"two\nlines",\r\n`);
  });

  test.each([
    ['=HYPERLINK("http://a.b","c")', `"'=HYPERLINK(""http://a.b"",""c"")"`],
    ['+1+cmd', "'+1+cmd"],
    ['-2+3', "'-2+3"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['-12.50', '-12.50'],
    [-1e-7, '-1e-7'],
    ['closed (1006)', 'closed (1006)'],
  ])('CSV: words of the provider that would be a formula stay words: %s', (reason, cell) => {
    expect(csvOf([{ reason }], 'Gap').split('\r\n')[1]).toBe(`,,,,${cell},`);
  });

  test('NDJSON: an object a line', () => {
    expect(ndjsonOf([{ a: 1 }, { a: 'two\nlines' }])).toBe('{"a":1}\n{"a":"two\\nlines"}\n');
  });

  test('does not change what is in it, nor where the next page is', async () => {
    const { get } = serviceOf({ alerts: 5 });
    const json = await get('/v1/alerts?limit=2');
    const lines = await get('/v1/alerts?limit=2', { accept: 'application/x-ndjson' });
    expect(lines.headers['content-type']).toBe('application/x-ndjson; charset=utf-8');
    expect(lines.headers.vary).toBe('accept');
    expect(lines.headers.link).toBe(json.headers.link);
    expect(
      lines.body
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(json.json().items);
    const table = await get('/v1/alerts?limit=2', { accept: 'text/csv' });
    expect(table.headers['content-type']).toBe('text/csv; charset=utf-8; header=present');
    const [head = '', first = ''] = table.body.split('\r\n');
    expect(head.split(',').slice(0, 3)).toEqual(['id', 'at', 'sessionDate']);
    expect(first.startsWith(`${alertAt(4).id},${alertAt(4).at},`)).toBe(true);
  });
});

describe('underlyings', () => {
  test('are found by the beginning of their names, page by page', async () => {
    const { get } = serviceOf();
    const first = (await get('/v1/underlyings?prefix=n&limit=1')).json();
    expect(first).toEqual({
      items: [{ symbol: 'NFLX', volume: 500, premium: '1903.45', alerts: 1 }],
      next: 'NFLX',
    });
    const second = (await get('/v1/underlyings?prefix=n&limit=1&after=NFLX')).json();
    expect(second).toMatchObject({ items: [{ symbol: 'NVDA' }], next: null });
  });
});

describe('the contracts of an underlying', () => {
  test('come with their day, and with moneyness where the spot is given', async () => {
    const { get } = serviceOf();
    const plain = (await get('/v1/underlyings/nvda/contracts')).json();
    expect(plain).toEqual({
      items: [
        {
          contract: CALL,
          contractName: 'NVDA 18 Dec 26 180 call',
          expiryDate: '2026-12-18',
          dte: 28,
          right: 'call',
          strike: '180.00',
          adjusted: false,
          volume: 4_100,
          prints: 31,
          premium: '664200.00',
          lastPrice: '1.625',
          moneyness: null,
        },
      ],
      next: null,
    });
    const spot = (await get('/v1/underlyings/NVDA/contracts?spot=200')).json();
    expect(spot.items[0].moneyness).toBeCloseTo(Math.log(180 / 200), 6);
  });

  test('are asked for with the narrower of two bounds', async () => {
    const { get, store } = serviceOf();
    const filters =
      'right=put&expiryFrom=2026-12-01&minDte=20&maxDte=45&expiryUntil=2027-06-18&minStrike=150&maxStrike=400' +
      '&spot=200&below=0.1&above=0.2&minVolume=99.5&limit=7';
    expect((await get(`/v1/underlyings/NVDA/contracts?${filters}`)).statusCode).toBe(200);
    expect(store.filters).toEqual([
      {
        right: 'put',
        expiryFrom: '2026-12-10',
        expiryUntil: '2027-01-04',
        strikeMillsMin: Math.ceil(200_000 * Math.exp(-0.1)),
        strikeMillsMax: Math.floor(200_000 * Math.exp(0.2)),
        volumeMin: 100,
        limit: 7,
      },
    ]);
  });

  test('are walked by cursor, and refuse moneyness without a spot', async () => {
    const { get, store } = serviceOf();
    const first = (await get('/v1/underlyings/NVDA/contracts?limit=1')).json();
    await get(`/v1/underlyings/NVDA/contracts?limit=1&cursor=${first.next}`);
    expect(store.filters[1]?.after).toEqual({ atMs: 66_420_000, key: CALL });
    const refused = await get('/v1/underlyings/NVDA/contracts?below=0.1');
    expect([refused.statusCode, refused.json().parameter]).toEqual([400, 'spot']);
    expect((await get('/v1/underlyings/XYZ/contracts')).statusCode).toBe(404);
  });

  test('give their prints together, oldest first', async () => {
    const { get } = serviceOf();
    const page = (await get(`/v1/underlyings/NVDA/trades?date=${SESSION}&limit=2`)).json();
    expect(
      page.items.map(({ contract, size }: { contract: string; size: number }) => [contract, size]),
    ).toEqual([
      [CALL, 1],
      [CALL, 2],
    ]);
    expect(page.next).toMatch(/^[\w-]+$/);
  });
});

describe('what an auditor asks', () => {
  test('the rules at work, by the hashes that alerts name', async () => {
    const { get } = serviceOf();
    const items = [{ detector: 'threshold', id: 'threshold', hash: '00ff00ff00ff' }];
    expect((await get('/v1/rules')).json()).toEqual({ items });
  });

  test('alerts are counted by what they have in common', async () => {
    const { get } = serviceOf();
    expect((await get('/v1/alerts/stats')).json()).toEqual({
      items: [
        {
          sessionDate: SESSION,
          detector: 'threshold',
          kind: 'unusual contract',
          severity: 'high',
          direction: 'bullish',
          alerts: 3,
          premium: '6000.00',
        },
      ],
    });
    const refused = await get('/v1/alerts/stats?from=2026-11-21&until=2026-11-20');
    expect([refused.statusCode, refused.json().parameter]).toEqual([400, 'from']);
    expect((await get('/v1/alerts/stats?from=2020-01-02&until=2026-11-20')).statusCode).toBe(400);
  });

  test('holes of the feed say whether they are open', async () => {
    const { get } = serviceOf();
    const { items } = (await get('/v1/gaps')).json();
    expect(items.map(({ state, ended }: { state: string; ended: string | null }) => [state, ended])).toEqual([
      ['ended', '2026-11-20T17:00:05.000Z'],
      ['open', null],
    ]);
  });

  test('the largest contracts of five minutes, and the sessions of a contract', async () => {
    const { get } = serviceOf();
    const sums = { prints: 31, volume: 4_100, premium: '664200.00' };
    expect((await get('/v1/largest?at=2026-11-20T14:32:00Z')).json().items).toEqual([
      { contract: CALL, ...sums },
    ]);
    expect((await get('/v1/largest?at=2026-11-19T14:32:00Z')).json().items).toEqual([]);
    expect((await get('/v1/largest?at=yesterday')).statusCode).toBe(400);
    expect((await get(`/v1/contracts/${CALL}/days?until=2026-11-20`)).json().items).toEqual([
      { sessionDate: '2026-11-20', ...sums, lastPrice: '1.625' },
    ]);
    expect((await get('/v1/contracts/O:XOM261218C00180000/days')).statusCode).toBe(404);
  });

  test('coverage is a share of the file', async () => {
    const { get } = serviceOf();
    const answer = await get('/v1/coverage');
    expect(answer.json().items[0]).toMatchObject({
      filePrints: 1_000,
      had: 995,
      missed: 5,
      foreign: 0,
      share: 0.995,
    });
    const again = await get('/v1/coverage', { 'if-none-match': String(answer.headers.etag) });
    expect(again.statusCode).toBe(304);
  });
});
