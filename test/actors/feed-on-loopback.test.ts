// The feed on real sockets: the statechart, the socket and the decoder against the simulated provider on loopback.
import { afterEach, describe, expect, test } from 'vitest';
import { type Feed, startFeed } from '../../src/actors/feed.ts';
import type { FeedNews } from '../../src/actors/feed-words.ts';
import { ContractTable } from '../../src/domain/contract-table.ts';
import { openSocket } from '../../src/feeds/massive/socket.ts';
import { WireDecoder } from '../../src/feeds/massive/wire.ts';
import {
  DAY,
  OPEN_MS,
  type Playing,
  playFrom,
  SESSION,
  until,
} from '../simulation/provider/provider-stage.ts';

interface Listening extends Playing {
  readonly feed: Feed;
  readonly news: FeedNews[];
  readonly wire: WireDecoder;
  /** Sequence numbers in the order of their receipt. */
  readonly heard: number[];
}

let listening: Listening | null = null;
afterEach(async () => {
  listening?.feed.drain();
  await listening?.provider.close();
  listening = null;
});

async function listen(key = 'good', url?: string): Promise<Listening> {
  const { clock, provider } = await playFrom(OPEN_MS);
  const wire = new WireDecoder({ session: SESSION, table: new ContractTable() });
  const news: FeedNews[] = [];
  const heard: number[] = [];
  const feed = startFeed({
    connect: (events) =>
      openSocket(
        { url: url ?? provider.url, key, clock },
        {
          ...events,
          onFrame: (bytes, receivedAtMs) => {
            const { trades } = wire.decode(bytes, receivedAtMs);
            for (let row = 0; row < (trades?.length ?? 0); row++) heard.push(trades!.sequence![row]!);
          },
        },
      ),
    channels: ['T.*', 'A.*', 'AM.*'],
    clock,
    random: () => 0.5,
    expectsData: () => true,
    tell: (one) => news.push(one),
  });
  listening = { clock, provider, feed, news, wire, heard };
  return listening;
}

/** Sequence numbers of the prints that fall due after the opening, up to some ms later. */
function due(fromMs: number, untilMs: number): number[] {
  const sequences: number[] = [];
  for (let row = 0; row < DAY.length; row++) {
    const afterOpenMs = DAY.columns.atMs[row]! - SESSION.openMs;
    if (afterOpenMs > fromMs && afterOpenMs <= untilMs) sequences.push(1_000_001 + row);
  }
  return sequences;
}

/** Lets time pass in steps, with a rest for the sockets after each, or the feed would think that nobody speaks. */
async function pass(ms: number): Promise<void> {
  const { clock } = listening!;
  const endMs = clock.now() + ms;
  while (clock.now() < endMs) {
    clock.moveTo(Math.min(endMs, clock.now() + 4_000));
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
}

const isLive = (): boolean => listening?.feed.state === 'live';

describe('the feed on loopback', () => {
  test('hears every print that falls due', async () => {
    const { heard } = await listen();
    await until(isLive, 'live');
    await pass(120_000);
    await until(() => heard.length === due(0, 120_000).length, 'two minutes of tape');
    expect(heard).toEqual(due(0, 120_000));
  });

  test('comes back after a break, with a gap as long as it was and no print twice', async () => {
    const { clock, provider, heard, news, feed } = await listen();
    await until(isLive, 'live');
    await pass(60_000);
    await until(() => heard.length === due(0, 60_000).length, 'a minute of tape');
    provider.drop();
    await until(() => feed.state === 'backoff', 'the break');
    clock.advance(2_000);
    await until(isLive, 'live again');
    const gap = news.find((one) => one.kind === 'gap');
    expect(gap).toMatchObject({ untilMs: OPEN_MS + 62_000 });
    await pass(60_000);
    const wanted = [...due(0, 60_000), ...due(62_000, 122_000)];
    await until(() => heard.length === wanted.length, 'another minute');
    expect(heard).toEqual(wanted);
  });

  test('reads on through garbage and duplicates', async () => {
    const { provider, heard, wire } = await listen();
    await until(isLive, 'live');
    Object.assign(provider.faults, { garbage: true, duplicate: true, shuffle: true });
    await pass(60_000);
    await until(() => heard.length === 2 * due(0, 60_000).length, 'a minute, twice');
    expect(heard.toSorted((a, b) => a - b)).toEqual(
      due(0, 60_000).flatMap((sequence) => [sequence, sequence]),
    );
    expect(wire.counts.rejected).toBeGreaterThan(0);
  });

  test('is stale while the provider says nothing, and live when it speaks', async () => {
    const { clock, provider, feed, news } = await listen();
    await until(isLive, 'live');
    provider.faults.silent = true;
    clock.advance(17_000);
    expect(feed.state).toBe('stale');
    provider.faults.silent = false;
    clock.advance(10_000);
    await until(isLive, 'live again');
    expect(news.filter(({ kind }) => kind === 'gap')).toMatchObject([{ fromMs: OPEN_MS, reason: 'silence' }]);
  });

  test('stops on a wrong key', async () => {
    const { feed } = await listen('wrong');
    await until(() => feed.state === 'refused', 'the refusal');
    expect(feed.sentence).not.toContain('wrong');
  });

  test('takes windows when the plan has no prints', async () => {
    const { feed, wire } = await listen('minutes');
    await until(isLive, 'live');
    expect(feed.channel).toBe('A.*');
    await pass(60_000);
    await until(() => wire.counts.minutes > 10, 'some windows');
  });

  test('gives way to a newer connection with its key', async () => {
    const { clock, provider, feed } = await listen();
    await until(isLive, 'live');
    const lost: string[] = [];
    const rival = openSocket(
      { url: provider.url, key: 'good', clock },
      {
        onStatus: (status) => {
          if (status === 'connected') rival.authenticate();
        },
        onFrame: () => {},
        onMessage: () => {},
        onAlive: () => {},
        onLost: (reason) => lost.push(reason),
      },
    );
    await until(() => feed.state === 'backoff', 'the kick');
    expect(feed.sentence).toContain('another copy runs with this key');
    rival.close();
    expect(lost).toEqual([]);
  });

  test('waits when there is nobody, or somebody who speaks no websocket', async () => {
    const nobody = await listen('good', 'ws://127.0.0.1:1/options');
    await until(() => nobody.feed.state === 'backoff', 'the failure');
    expect(nobody.feed.sentence).toContain('ECONNREFUSED');
    nobody.feed.drain();
    const stranger = nobody.provider;
    const feed = await listen('good', `${stranger.url}-none`);
    await until(() => feed.feed.state === 'backoff', 'the failure');
    expect(feed.feed.sentence).toMatch(/the server answered 4\d\d/);
    await stranger.close();
  });
});
