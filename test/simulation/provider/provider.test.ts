// The simulated provider's websocket, heard by a plain client: its protocol to the byte, and the day it plays.
import { afterEach, describe, expect, test } from 'vitest';
import { type Clock, ManualClock, ScaledClock } from '../../../src/lib/clock.ts';
import { type Provider, startProvider } from '../../../src/simulation/provider/provider.ts';
import { DATE, DAY, MARKET, OPEN_MS, PlainClient, playFrom, SESSION, until } from './provider-stage.ts';

let running: Provider | null = null;
afterEach(async () => {
  await running?.close();
  running = null;
});

async function play(startMs = OPEN_MS): Promise<{ clock: ManualClock; provider: Provider }> {
  const playing = await playFrom(startMs);
  running = playing.provider;
  return playing;
}

const status = (word: string, message: string): string =>
  JSON.stringify([{ ev: 'status', status: word, message }]);
/** Prints of the day in a span, by their place. */
const rowsBetween = (fromMs: number, untilMs: number): number[] =>
  Array.from(DAY.columns.atMs.subarray(0, DAY.length), (atMs, row) => ({
    row,
    epochMs: atMs + SESSION.midnightMs,
  }))
    .filter(({ epochMs }) => epochMs > fromMs && epochMs <= untilMs)
    .map(({ row }) => row);

describe('the conversation', () => {
  test('is the documented one, word for word', async () => {
    const { provider } = await play();
    const client = new PlainClient(provider.url);
    await until(() => client.frames.length === 1, 'the greeting');
    await client.ask('auth', 'good');
    await client.ask('subscribe', 'T.*');
    await client.ask('unsubscribe', 'T.*');
    expect(client.frames).toEqual([
      status('connected', 'Connected Successfully'),
      status('auth_success', 'authenticated'),
      status('success', 'subscribed to: T.*'),
      status('success', 'unsubscribed to: T.*'),
    ]);
  });

  test('with a wrong key ends', async () => {
    const { provider } = await play();
    const client = new PlainClient(provider.url);
    await until(() => client.frames.length === 1, 'the greeting');
    expect(await client.ask('auth', 'bad')).toMatchObject({ status: 'auth_failed' });
    await until(() => client.closeCode === 1008, 'the end');
  });

  test('without a key ends after ten seconds', async () => {
    const { clock, provider } = await play();
    const client = new PlainClient(provider.url);
    await until(() => client.frames.length === 1, 'the greeting');
    clock.advance(10_000);
    await until(() => client.closeCode === 1008, 'the end');
    expect(client.statuses.at(-1)).toMatchObject({ status: 'auth_timeout' });
  });

  test('before the key gives no tape', async () => {
    const { clock, provider } = await play();
    const client = new PlainClient(provider.url);
    await until(() => client.frames.length === 1, 'the greeting');
    expect(await client.ask('subscribe', 'T.*')).toMatchObject({ status: 'auth_required' });
    clock.advance(5_000);
    await client.ask('auth', 'good');
    expect(client.of('T')).toEqual([]);
  });

  test('answers each channel, and what is no channel with an error', async () => {
    const { provider } = await play();
    const client = await PlainClient.subscribed(provider.url, 'T.*');
    for (const wrong of ['Q.*', 'X.*', 'T.SPY', 'T.O:SPY', 'nonsense']) {
      expect(await client.ask('subscribe', wrong)).toMatchObject({ status: 'error' });
    }
    client.say('{"action":');
    client.say({ action: 'dance', params: '' });
    client.say('7');
    await until(() => client.statuses.length === 11, 'the answers');
    expect(client.statuses.slice(-3).every(({ status: word }) => word === 'error')).toBe(true);
    expect(client.closeCode).toBeNull();
  });

  test('with a plan of aggregates gives no trades', async () => {
    const { provider } = await play();
    const client = new PlainClient(provider.url);
    await until(() => client.frames.length === 1, 'the greeting');
    await client.ask('auth', 'minutes');
    expect(await client.ask('subscribe', 'T.*')).toMatchObject({ status: 'error' });
    expect(await client.ask('subscribe', 'AM.*')).toMatchObject({ status: 'success' });
  });

  test('with a second connection of a key sends the older one away', async () => {
    const { provider } = await play();
    const older = await PlainClient.subscribed(provider.url, 'T.*');
    const newer = await PlainClient.subscribed(provider.url, 'T.*');
    await until(() => older.closeCode === 1008, 'the end of the older');
    expect(older.statuses.at(-1)).toEqual({
      ev: 'status',
      status: 'max_connections',
      message: 'Maximum number of connections exceeded.',
    });
    expect(newer.closeCode).toBeNull();
  });
});

describe('the day', () => {
  test('is played whole, in order, each print once, as the market made it', async () => {
    const { clock, provider } = await play(SESSION.midnightMs);
    const client = await PlainClient.subscribed(provider.url, 'T.*');
    clock.moveTo(SESSION.midnightMs + SESSION.lateCloseMs + 3_600_000);
    await until(() => client.of('T').length === DAY.length, 'the whole day');
    const { contract, atMs, priceE4, size, condition, exchange } = DAY.columns;
    client.of('T').forEach((element, row) => {
      expect(element).toEqual({
        ev: 'T',
        sym: DAY.contracts.ticker(contract[row]!),
        x: exchange[row],
        p: priceE4[row]! / 10_000,
        s: size[row],
        ...(condition[row] === 0 ? {} : { c: [condition[row]] }),
        t: SESSION.midnightMs + atMs[row]!,
        q: 1_000_001 + row,
      });
    });
  });

  test('begun in the middle gives what comes from then on, with the same sequence numbers', async () => {
    const noonMs = SESSION.midnightMs + 12 * 3_600_000;
    const { clock, provider } = await play(noonMs);
    const client = await PlainClient.subscribed(provider.url, 'T.*');
    clock.advance(600_000);
    const rows = rowsBetween(noonMs, noonMs + 600_000);
    await until(() => client.of('T').length === rows.length, 'ten minutes of tape');
    expect(client.of('T').map(({ q }) => q)).toEqual(rows.map((row) => 1_000_001 + row));
  });

  test('is heard once by a client that connects again', async () => {
    const { clock, provider } = await play();
    const first = await PlainClient.subscribed(provider.url, 'T.*');
    clock.advance(60_000);
    const early = rowsBetween(OPEN_MS, OPEN_MS + 60_000);
    await until(() => first.of('T').length === early.length, 'the first minute');
    provider.drop();
    await until(() => first.closeCode !== null, 'the break');
    const second = await PlainClient.subscribed(provider.url, 'T.*');
    clock.advance(60_000);
    const late = rowsBetween(OPEN_MS + 60_000, OPEN_MS + 120_000);
    await until(() => second.of('T').length === late.length, 'the second minute');
    expect([...first.of('T'), ...second.of('T')].map(({ q }) => q)).toEqual(
      [...early, ...late].map((row) => 1_000_001 + row),
    );
  });

  test('follows a clock whose speed changes while it plays', async () => {
    const base = new ManualClock(0);
    const clock = new ScaledClock(base, OPEN_MS, 600);
    running = await startProvider({
      market: MARKET,
      date: DATE,
      clock: clock satisfies Clock,
      port: 0,
      keys: ['good'],
    });
    base.advance(3_000);
    expect(clock.now()).toBe(OPEN_MS + 1_800_000);
    const fast = running.played;
    expect(fast).toBeGreaterThanOrEqual(rowsBetween(0, OPEN_MS + 1_800_000 - 250 * 600).length);
    clock.setSpeed(1);
    base.advance(250);
    expect(running.played).toBe(rowsBetween(0, OPEN_MS + 1_800_000 + 250).length);
    base.advance(60_000);
    expect(running.played).toBe(rowsBetween(0, clock.now()).length);
  });

  test('in windows adds up to the prints of each window', async () => {
    const { clock, provider } = await play(OPEN_MS - 1);
    const client = await PlainClient.subscribed(provider.url, 'A.*');
    await client.ask('subscribe', 'AM.*');
    await client.ask('subscribe', 'T.*');
    clock.moveTo(OPEN_MS + 120_000);
    const endMs = OPEN_MS + 120_000;
    // A window is told when it is over.
    clock.advance(1_000);
    const prints = rowsBetween(OPEN_MS - 1, clock.now()).length;
    await until(() => client.of('T').length === prints, 'two minutes and a second');
    await client.ask('unsubscribe', 'A.*');
    const volume = (kind: string, time: string, field: string): number =>
      client
        .of(kind)
        .filter((element) => Number(element[time]) < endMs)
        .filter(({ c }) => !Array.isArray(c) || ![201, 203, 205, 207].includes(Number(c[0])))
        .reduce((sum, element) => sum + Number(element[field]), 0);
    expect(volume('AM', 's', 'v')).toBe(volume('T', 't', 's'));
    expect(volume('A', 's', 'v')).toBe(volume('AM', 's', 'v'));
    expect(client.of('AM').every(({ s, e }) => Number(e) - Number(s) === 60_000)).toBe(true);
  });

  test('gives the quotes of the contracts that are asked for, and of no other', async () => {
    const { clock, provider } = await play();
    const ticker = DAY.contracts.ticker(DAY.columns.contract[100]!);
    const client = await PlainClient.subscribed(provider.url, `Q.${ticker}`);
    clock.advance(60_000);
    await until(() => client.of('Q').length >= 2, 'some quotes');
    expect(new Set(client.of('Q').map(({ sym }) => sym))).toEqual(new Set([ticker]));
    await client.ask('unsubscribe', `Q.${ticker}`);
    const heard = client.of('Q').length;
    clock.advance(60_000);
    await client.ask('subscribe', 'AM.*');
    expect(client.of('Q')).toHaveLength(heard);
  });
});

test('a port in use is refused by its number', async () => {
  const { provider } = await play();
  const port = Number(new URL(provider.url).port);
  const again = startProvider({
    market: MARKET,
    date: DATE,
    clock: new ManualClock(OPEN_MS),
    port,
    keys: [],
  });
  await expect(again).rejects.toThrow(`port ${port} on 127.0.0.1 is in use`);
});
