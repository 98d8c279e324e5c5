// The feed's life in stories: a plain morning, gaps, silence, failures, what needs a person, cheaper plans, quotes.
import { describe, expect, test } from 'vitest';
import { backoffMs, DEFAULT_TIMING } from '../../src/actors/feed-words.ts';
import { ManualClock, ScaledClock } from '../../src/lib/clock.ts';
import { Random } from '../../src/lib/random.ts';
import { Stage, START_MS } from './feed-stage.ts';

describe('a morning without trouble', () => {
  test('greets, shows the key, asks for the tape, and is live', () => {
    const stage = new Stage();
    stage.status('connected', 'auth_success', 'success');
    expect(stage.said).toEqual(['auth', '+T.*']);
    expect(stage.news).toEqual([
      { kind: 'state', state: 'connecting' },
      { kind: 'state', state: 'authenticating' },
      { kind: 'state', state: 'subscribing' },
      { kind: 'live', channel: 'T.*', degraded: false },
      { kind: 'state', state: 'live' },
    ]);
  });

  test('nothing is asked before the key is accepted', () => {
    const stage = new Stage();
    stage.status('connected');
    stage.message();
    expect(stage.said).toEqual(['auth']);
  });

  test('a connection that cannot even be opened is tried again', () => {
    const stage = new Stage({
      connect: () => {
        throw new Error('no such host');
      },
    });
    expect(stage.feed.state).toBe('backoff');
    expect(stage.feed.sentence).toContain('no such host');
  });
});

describe('a gap', () => {
  test('lasts from the last sign of life to the moment the tape flows again', () => {
    const stage = Stage.at('live');
    stage.clock.advance(5_000);
    stage.message();
    stage.clock.advance(2_000);
    stage.lose('read ECONNRESET');
    stage.clock.advance(1_000);
    stage.status('connected', 'auth_success');
    stage.clock.advance(500);
    stage.status('success');
    const gap = {
      kind: 'gap',
      fromMs: START_MS + 5_000,
      untilMs: START_MS + 8_500,
      reason: 'read ECONNRESET',
    };
    expect(stage.toldOf('gap')).toEqual([gap]);
    expect(stage.toldOf('gapOpened')).toHaveLength(1);
  });

  test('is one, however many attempts it takes', () => {
    const stage = Stage.at('live');
    for (let i = 0; i < 5; i++) {
      stage.lose(`failure ${i}`);
      stage.waitOut();
    }
    stage.status('connected', 'auth_success', 'success');
    expect(stage.toldOf('gap')).toEqual([expect.objectContaining({ fromMs: START_MS, reason: 'failure 0' })]);
  });

  test('begins where the last run ended', () => {
    const stage = new Stage({ behindSinceMs: START_MS - 60_000 });
    stage.status('connected', 'auth_success', 'success');
    const gap = { kind: 'gap', fromMs: START_MS - 60_000, untilMs: START_MS, reason: 'start' };
    expect(stage.toldOf('gap')).toEqual([gap]);
  });

  test('an answered ping shortens it: the tape would have come as well', () => {
    const stage = Stage.at('live');
    stage.clock.advance(9_000);
    stage.alive();
    stage.lose();
    expect(stage.toldOf('gapOpened')).toMatchObject([{ fromMs: START_MS + 9_000 }]);
  });
});

describe('silence', () => {
  test('of a quarter of a minute in market hours is a gap that the next print ends', () => {
    const stage = Stage.at('live');
    stage.clock.advance(4_000);
    stage.message();
    stage.clock.advance(16_000);
    expect(stage.feed.state).toBe('stale');
    stage.clock.advance(3_000);
    stage.message();
    expect(stage.feed.state).toBe('live');
    const gap = { kind: 'gap', fromMs: START_MS + 4_000, untilMs: START_MS + 23_000, reason: 'silence' };
    expect(stage.toldOf('gap')).toEqual([gap]);
    expect(stage.connections).toBe(1);
  });

  test('at night is nothing, and the opening starts the count', () => {
    const stage = Stage.at('live', { expectsData: (epochMs) => epochMs >= START_MS + 3_600_000 });
    stage.clock.advance(3_600_000 + 14_000);
    expect(stage.feed.state).toBe('live');
    stage.clock.advance(3_000);
    expect(stage.feed.state).toBe('stale');
    expect(stage.toldOf('gapOpened')).toMatchObject([{ fromMs: START_MS + 3_600_000 }]);
  });

  test('that lasts gets a new connection', () => {
    const stage = Stage.at('stale');
    stage.clock.advance(43_000);
    expect([stage.feed.state, stage.connections]).toEqual(['stale', 1]);
    stage.clock.advance(1_000);
    stage.waitOut();
    stage.status('connected', 'auth_success', 'success');
    expect([stage.feed.state, stage.connections]).toEqual(['live', 2]);
    expect(stage.toldOf('gap')).toMatchObject([{ fromMs: START_MS, reason: 'silence' }]);
  });

  test('that runs into the close ends with it', () => {
    const stage = Stage.at('stale');
    stage.marketIsOpen = false;
    stage.clock.advance(1_000);
    expect(stage.feed.state).toBe('live');
    expect(stage.toldOf('gap')).toHaveLength(1);
  });

  test('is waited for in real seconds where the market plays fast, and stamped in its own', () => {
    const base = new ManualClock(START_MS);
    const marketClock = new ScaledClock(base, START_MS, 60);
    const stage = Stage.at('live', { clock: base, marketClock });
    base.advance(10_000);
    expect(stage.feed.state).toBe('live');
    base.advance(6_000);
    expect(stage.feed.state).toBe('stale');
    base.advance(500);
    stage.message();
    expect(stage.toldOf('gap')).toMatchObject([{ fromMs: START_MS, untilMs: START_MS + 16_500 * 60 }]);
  });
});

describe('failures', () => {
  test('are waited out longer and longer, and a connection that held forgets them', () => {
    const stage = new Stage();
    for (let i = 0; i < 8; i++) {
      stage.lose();
      stage.waitOut();
    }
    expect(stage.toldOf('waiting').map(({ delayMs }) => delayMs / 1_000)).toEqual([
      1, 2, 4, 8, 16, 32, 60, 60,
    ]);
    stage.status('connected', 'auth_success', 'success');
    stage.marketIsOpen = false;
    stage.clock.advance(30_000);
    stage.lose();
    expect(stage.toldOf('waiting').at(-1)).toMatchObject({ delayMs: 1_000, attempt: 1 });
  });

  test('right after becoming live do not start over', () => {
    const stage = new Stage();
    for (let i = 0; i < 4; i++) {
      stage.status('connected', 'auth_success', 'success', 'slow_consumer');
      stage.waitOut();
    }
    expect(stage.toldOf('waiting').map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4]);
  });

  test('are spread by chance over the upper half of the wait', () => {
    const random = new Random('backoff');
    const waits = Array.from({ length: 500 }, () => backoffMs(DEFAULT_TIMING, 5, random.uniform()));
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(8_000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(16_000);
    expect(new Set(waits).size).toBeGreaterThan(400);
    expect(backoffMs(DEFAULT_TIMING, 5_000, 1)).toBe(60_000);
  });
});

describe('what needs a person', () => {
  test('a wrong key stops the feed and names the variable', () => {
    const stage = Stage.at('authenticating');
    stage.status('auth_failed');
    stage.clock.advance(3_600_000);
    expect([stage.feed.state, stage.connections]).toEqual(['refused', 1]);
    expect(stage.toldOf('refused')[0]?.sentence).toContain('MASSIVE_API_KEY');
  });

  test('a second copy with the key makes this one wait a minute and say why', () => {
    const stage = Stage.at('live');
    stage.status('max_connections');
    expect(stage.feed.sentence).toContain('another copy runs with this key');
    stage.clock.advance(59_000);
    expect(stage.connections).toBe(1);
    stage.clock.advance(31_000);
    expect(stage.connections).toBe(2);
  });
});

describe('a cheaper plan', () => {
  test('without trades is served with seconds, then minutes, and says so once', () => {
    const stage = Stage.at('authenticating');
    stage.status('auth_success', 'error', 'not_authorized', 'success');
    expect(stage.said).toEqual(['+T.*', '+A.*', '+AM.*']);
    expect(stage.toldOf('live')).toEqual([{ kind: 'live', channel: 'AM.*', degraded: true }]);
    expect(stage.toldOf('notice')).toHaveLength(2);
    stage.lose();
    stage.clock.advance(1_000);
    stage.status('connected', 'auth_success', 'error', 'error', 'success');
    expect(stage.toldOf('notice')).toHaveLength(2);
    expect(stage.toldOf('live')).toHaveLength(1);
  });

  test('without anything is refused with a sentence', () => {
    const stage = Stage.at('subscribing');
    stage.status('error', 'error', 'error');
    expect(stage.feed.state).toBe('refused');
    expect(stage.feed.sentence).toContain('T.*, A.*, AM.*');
  });
});

describe('quotes', () => {
  const [first, second, third] = [
    'O:SPY261218C00650000',
    'O:SPY261218P00650000',
    'O:QQQ261218C00610000',
  ] as const;

  test('are asked for when the feed is live, changed by difference, and asked for again after a failure', () => {
    const stage = new Stage();
    stage.feed.watchQuotes([first, second]);
    stage.status('connected', 'auth_success', 'success');
    stage.feed.watchQuotes([second, third]);
    stage.lose();
    stage.clock.advance(1_000);
    stage.status('connected', 'auth_success', 'success');
    const asked = [`+Q.${first}`, `+Q.${second}`, `-Q.${first}`, `+Q.${third}`];
    const again = ['close', 'auth', '+T.*', `+Q.${second}`, `+Q.${third}`];
    expect(stage.said).toEqual(['auth', '+T.*', ...asked, ...again]);
  });

  test('of more than a thousand contracts are cut to the first thousand', () => {
    const stage = Stage.at('live');
    stage.feed.watchQuotes(
      Array.from({ length: 1_200 }, (_, strike) => `O:SPY261218C${10_000_000 + strike}`),
    );
    expect(stage.said).toHaveLength(1_000);
  });

  test('that the plan does not have are a notice, and the tape goes on', () => {
    const stage = Stage.at('live');
    stage.status('error');
    expect(stage.toldOf('notice')).toHaveLength(1);
    expect(stage.feed.state).toBe('live');
  });
});
