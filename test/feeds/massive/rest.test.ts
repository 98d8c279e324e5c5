// The REST client against the simulated provider and against servers that misbehave.
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { CONDITIONS } from '../../../src/domain/conditions.ts';
import { MassiveRest, type RestTrade } from '../../../src/feeds/massive/rest.ts';
import { parseLossless, RestRequests, type RestSettings } from '../../../src/feeds/massive/rest-request.ts';
import type { Clock } from '../../../src/lib/clock.ts';
import {
  DAY,
  MARKET,
  OPEN_MS,
  playFrom,
  type Playing,
  SESSION,
  DATE,
} from '../../simulation/provider/provider-stage.ts';

const NOON_MS = SESSION.midnightMs + 12 * 3_600_000;
const TIMEOUT_MS = 77_777;

/** A clock whose waits are over at once and written down; only deadlines never come, unless `late` is set. */
class HastyClock implements Clock {
  readonly waits: number[] = [];
  late = false;

  now(): number {
    return NOON_MS + 500;
  }

  after(ms: number, callback: () => void): { cancel: () => void } {
    if (ms === TIMEOUT_MS && !this.late) return { cancel: () => {} };
    if (ms !== TIMEOUT_MS) this.waits.push(ms);
    const timer = setTimeout(callback, 1);
    return { cancel: () => clearTimeout(timer) };
  }
}

let playing: Playing | null = null;
let server: Server | null = null;
afterEach(async () => {
  await playing?.provider.close();
  server?.closeAllConnections();
  server?.close();
  playing = server = null;
});

function settings(baseUrl: string, rest: Partial<RestSettings> = {}): RestSettings & { clock: HastyClock } {
  return {
    baseUrl,
    key: 'good',
    clock: new HastyClock(),
    random: () => 1,
    timeoutMs: TIMEOUT_MS,
    ...rest,
  } as RestSettings & {
    clock: HastyClock;
  };
}

async function provider(key = 'good'): Promise<{ rest: MassiveRest; clock: HastyClock; playing: Playing }> {
  playing = await playFrom(NOON_MS);
  const all = settings(playing.provider.restUrl, { key });
  return { rest: new MassiveRest(all), clock: all.clock, playing };
}

async function serve(answer: RequestListener): Promise<string> {
  server = createServer(answer);
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function all<Item>(pages: AsyncIterable<readonly Item[]>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const page of pages) items.push(...page);
  return items;
}

describe('the provider answers', () => {
  test('the prints of a contract up to now, as they were on the tape', async () => {
    const { rest } = await provider();
    const number = DAY.columns.contract[200]!;
    const expected: RestTrade[] = [];
    for (let row = 0; row < DAY.length; row++) {
      const epochMs = SESSION.midnightMs + DAY.columns.atMs[row]!;
      if (DAY.columns.contract[row] !== number || epochMs < OPEN_MS || epochMs >= NOON_MS) continue;
      expected.push({
        epochMs,
        nanoseconds: 0,
        priceE4: DAY.columns.priceE4[row]!,
        size: DAY.columns.size[row]!,
        condition: DAY.columns.condition[row]!,
        exchange: DAY.columns.exchange[row]!,
      });
    }
    expect(await all(rest.trades(DAY.contracts.ticker(number), OPEN_MS, NOON_MS))).toEqual(expected);
    expect(expected.length).toBeGreaterThan(0);
  });

  test('page after page, in order', async () => {
    const { playing: here } = await provider();
    const requests = new RestRequests(settings(here.provider.restUrl));
    const ticker = DAY.contracts.ticker(DAY.columns.contract[200]!);
    const times: string[] = [];
    let pages = 0;
    for (let path: string | null = `/v3/trades/${ticker}?limit=1&order=asc`; path !== null; pages++) {
      const body = (await requests.get(path)) as {
        results: Array<{ sip_timestamp: string }>;
        next_url?: string;
      };
      times.push(...body.results.map(({ sip_timestamp: time }) => time));
      path = requests.nextPath(body.next_url);
    }
    expect(pages).toBe(times.length);
    expect(times.toSorted()).toEqual(times);
  });

  test('its clock, its conditions and the open interest of a whole chain', async () => {
    const { rest } = await provider();
    expect(await rest.marketStatus()).toEqual({ market: 'open', serverTimeMs: NOON_MS, clockOffsetMs: 0 });
    expect((await rest.conditions()).map(({ id }) => id)).toEqual(CONDITIONS.map(({ id }) => id));
    const chain = await all(rest.openInterest('SPY'));
    expect(chain.map(({ osi }) => osi)).toEqual(MARKET.listed('SPY', DATE).toSorted());
    expect(await all(rest.openInterest('I:SPX'))).not.toEqual([]);
  });
});

describe('a refusal', () => {
  test('names the key that is not known, without showing it', async () => {
    const { rest } = await provider('secret-key');
    const failure = rest.marketStatus();
    await expect(failure).rejects.toThrow(/MASSIVE_API_KEY/);
    await expect(failure).rejects.not.toThrow(/secret-key/);
  });

  test('names the plan that does not include what was asked', async () => {
    const { rest } = await provider('minutes');
    await expect(all(rest.trades('O:SPY261218C00650000', OPEN_MS, NOON_MS))).rejects.toThrow(
      /plan of this key/,
    );
  });

  test('names what is not there', async () => {
    const { rest } = await provider();
    await expect(all(rest.trades('O:SPY', OPEN_MS, NOON_MS))).rejects.toThrow(
      /nothing at \/v3\/trades\/O%3ASPY/,
    );
    await expect(all(rest.openInterest('NOSUCH'))).rejects.toThrow(/check the ticker/);
  });

  test('tells that nobody is there, after some attempts', async () => {
    const rest = new MassiveRest(settings('http://127.0.0.1:1', { attemptsMax: 3 }));
    await expect(rest.marketStatus()).rejects.toThrow(/in 3 attempts .*check the connection/);
  });
});

describe('patience', () => {
  test('outlasts a busy and a broken server', async () => {
    const { rest, clock, playing: here } = await provider();
    here.provider.faults.restStatuses.push(429, 500, 503);
    expect((await rest.marketStatus()).market).toBe('open');
    expect(clock.waits).toEqual([500, 1_000, 2_000]);
  });

  test('waits as long as the server asks, within reason', async () => {
    const answers = ['7', '999999'];
    const url = await serve((_request, response) => {
      const wait = answers.shift();
      if (wait === undefined) response.end('{"market":"open","serverTime":"2026-11-20T12:00:00-05:00"}');
      else response.writeHead(429, { 'retry-after': wait }).end();
    });
    const mine = settings(url);
    await new MassiveRest(mine).marketStatus();
    expect(mine.clock.waits).toEqual([7_000, 180_000]);
  });

  test('takes a rate limit that is dressed as a success for what it is', async () => {
    let asked = 0;
    const url = await serve((_request, response) => {
      const limit = '{"status":"ERROR","error":"You\'ve exceeded the maximum requests per minute"}';
      response.end(asked++ === 0 ? limit : '{"serverTime":"2026-11-20T17:00:00Z"}');
    });
    await new MassiveRest(settings(url)).marketStatus();
    expect(asked).toBe(2);
  });

  test('ends when no answer comes', async () => {
    const url = await serve(() => {});
    const mine = settings(url, { attemptsMax: 2 });
    mine.clock.late = true;
    await expect(new MassiveRest(mine).marketStatus()).rejects.toThrow(/no answer within/);
  });
});

describe('the key', () => {
  test('goes to our host in a header, and never where a next page points', async () => {
    const seen: Array<readonly [url: string | undefined, authorization: string | undefined]> = [];
    const url = await serve((request, response) => {
      seen.push([request.url, request.headers.authorization]);
      if (request.url?.includes('cursor')) response.end('{"status":"OK","results":[]}');
      else
        response.end(
          '{"status":"OK","results":[],"next_url":"https://elsewhere.example/v3/x?cursor=1&apiKey=k"}',
        );
    });
    await new MassiveRest(settings(url)).conditions();
    expect(seen.map(([path]) => path)).toEqual([
      expect.stringContaining('/v3/reference/conditions'),
      '/v3/x?cursor=1',
    ]);
    expect(seen.every(([path, shown]) => shown === 'Bearer good' && !path?.includes('good'))).toBe(true);
  });

  test('is not told back by an error that repeats it', async () => {
    const url = await serve((_request, response) => response.writeHead(400).end('{"error":"bad key good"}'));
    await expect(new MassiveRest(settings(url)).marketStatus()).rejects.toThrow('bad key ***');
  });
});

test('no more requests are under way than allowed', async () => {
  let now = 0;
  let most = 0;
  const url = await serve((_request, response) => {
    most = Math.max(most, ++now);
    setTimeout(() => {
      now--;
      response.end('{"serverTime":"2026-11-20T17:00:00Z"}');
    }, 2);
  });
  const rest = new MassiveRest(settings(url, { concurrencyMax: 3 }));
  await Promise.all(Array.from({ length: 12 }, () => rest.marketStatus()));
  expect(most).toBe(3);
});

test('nineteen digits and prices stay what was sent', () => {
  expect(parseLossless('{"sip_timestamp":1779456601047390893,"price":0.30000000000000004,"size":3}')).toEqual(
    {
      sip_timestamp: '1779456601047390893',
      price: '0.30000000000000004',
      size: 3,
    },
  );
});
