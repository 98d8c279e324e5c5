// The budget of alerts: read by anybody who may read, changed by who may change, and by nobody else.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { TokenBook } from '../../src/lib/token-book.ts';
import { CALL, NOON_MS } from './fake-store.ts';
import { serviceOf, TOKEN } from './service.ts';

const folder = mkdtempSync(join(tmpdir(), 'spyhop-budget-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('says what it is, what is spent, and what was held back', async () => {
  const { get } = serviceOf();
  const at = new Date(NOON_MS).toISOString();
  expect((await get('/v1/budget')).json()).toEqual({
    alertsPerDay: 20,
    ordersForecast: 2_345_678,
    spent: { contracts: 7, underlyings: 2 },
    burnRate: 0.9143,
    heldBack: [
      { underlying: 'NVDA', contract: CALL, at, share: 0.8712 },
      { underlying: 'SPY', contract: null, at, share: 0.5 },
    ],
  });
});

test('is changed by a PUT, which may be repeated, and which answers with what holds then', async () => {
  const { put, budget } = serviceOf();
  for (let time = 0; time < 2; time++) {
    const answer = await put('/v1/budget?alertsPerDay=12.5');
    expect([answer.statusCode, answer.json().alertsPerDay]).toEqual([200, 12.5]);
  }
  expect(budget.alertsPerDay).toBe(12.5);
});

test.each([
  '',
  '?alertsPerDay=',
  '?alertsPerDay=0',
  '?alertsPerDay=-1',
  '?alertsPerDay=1e9',
  '?alertsPerDay=many',
])('is not changed by nonsense: %s', async (query) => {
  const { put, budget } = serviceOf();
  const answer = await put(`/v1/budget${query}`);
  expect([answer.statusCode, answer.json().parameter]).toEqual([400, 'alertsPerDay']);
  expect(budget.alertsPerDay).toBe(20);
});

test('is not there while the detector surprise is not at work', async () => {
  const { get, put, budget } = serviceOf();
  budget.isAtWork = false;
  const answer = await get('/v1/budget');
  expect([answer.statusCode, answer.json().detail]).toEqual([
    404,
    'There is no budget: the detector surprise is not at work (--detector surprise).',
  ]);
  expect((await put('/v1/budget?alertsPerDay=5')).statusCode).toBe(404);
});

test('is changed only by a token that may', async () => {
  const tokens = new TokenBook(folder, TOKEN);
  const read = tokens.create('grafana', 'read', NOON_MS, null);
  const { get, put, budget } = serviceOf({ settings: { host: '0.0.0.0', token: TOKEN, tokens } });
  const as = (token: string) => ({ authorization: `Bearer ${token}` });
  expect((await get('/v1/budget', as(read))).statusCode).toBe(200);
  expect((await put('/v1/budget?alertsPerDay=5', as(read))).statusCode).toBe(403);
  expect((await put('/v1/budget?alertsPerDay=5')).statusCode).toBe(401);
  expect(budget.alertsPerDay).toBe(20);
  expect((await put('/v1/budget?alertsPerDay=5', as(TOKEN))).statusCode).toBe(200);
});

test('names its methods to who asks with another, and nothing else can be put', async () => {
  const { api, put } = serviceOf();
  const answer = await api.app.inject({ method: 'DELETE', url: '/v1/budget' });
  expect([answer.statusCode, answer.headers.allow]).toEqual([405, 'GET, HEAD, PUT']);
  const other = await put('/v1/alerts');
  expect([other.statusCode, other.headers.allow]).toEqual([405, 'GET, HEAD']);
});
