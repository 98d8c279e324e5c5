// The log: one JSON line an event, no secret in any of them, and no flood.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ManualClock } from '../src/lib/clock.ts';
import { createLog, LINES_PER_MINUTE_MAX, LOG_KINDS, type LogSettings, redacted } from '../src/log.ts';
import { assertProperty } from './support/properties.ts';

const NOON_MS = Date.UTC(2026, 10, 20, 17);
const KEY = 'pk_9Zx/"7\\secret+key';

function logTo(settings: Partial<LogSettings> = {}) {
  const lines: string[] = [];
  const clock = new ManualClock(NOON_MS);
  const log = createLog({
    level: 'info',
    destination: { write: (line) => lines.push(line) },
    redact: [KEY],
    clock,
    ...settings,
  });
  return { log, lines, clock, last: () => JSON.parse(lines.at(-1)!) as Record<string, unknown> };
}

describe('a line', () => {
  test('is JSON with its level, time, kind, fields and sentence', () => {
    const { log, lines } = logTo();
    log.write('feed.lost', { reason: 'stale', retryMs: 250 });
    expect(lines).toEqual([
      '{"level":"warn","time":"2026-11-20T17:00:00.000Z","kind":"feed.lost","reason":"stale","retryMs":250,' +
        '"msg":"The connection ended; another is tried."}\n',
    ]);
  });

  test('says what was thrown, without a stack unless one debugs', () => {
    const error = Object.assign(new Error('connect failed'), { code: 'ECONNREFUSED' });
    const quiet = logTo();
    quiet.log.write('database.away', { error });
    expect(quiet.last()['error']).toEqual({ name: 'Error', message: 'connect failed', code: 'ECONNREFUSED' });
    const loud = logTo({ level: 'debug' });
    loud.log.write('database.away', { error });
    expect(loud.last()['error']).toMatchObject({ stack: expect.stringContaining('log.test') as string });
  });

  test('is not written below the level, nor counted', () => {
    const { log, lines } = logTo({ level: 'error' });
    log.write('feed.lost', { reason: 'stale', retryMs: 250 });
    expect(lines).toEqual([]);
    expect(log.counts.size).toBe(0);
  });

  test('never breaks out of its line, whatever a field holds', () => {
    assertProperty(
      fc.property(fc.string({ unit: 'binary' }), (sample) => {
        const { log, lines, last } = logTo({ redact: [] });
        log.write('feed.refused', { reason: sample });
        expect(lines[0]!.indexOf('\n')).toBe(lines[0]!.length - 1);
        expect(last()['kind']).toBe('feed.refused');
      }),
    );
  });
});

describe('secrets', () => {
  test('are blotted out of every field and message, as they are, escaped and encoded', () => {
    const { log, lines } = logTo();
    log.write('feed.refused', { reason: `no such key ${KEY}` });
    log.write('feed.refused', { reason: JSON.stringify({ auth: KEY }) });
    log.write('database.away', { error: new Error(`cannot open /x?k=${encodeURIComponent(KEY)}`) });
    expect(lines).toHaveLength(3);
    for (const line of lines) {
      expect(line).not.toContain('secret');
      expect(line).toContain('[redacted]');
      expect(() => JSON.parse(line) as unknown).not.toThrow();
    }
  });

  test.each([
    ['connect to postgres://spyhop:hunter2@db:5432/x failed', 'hunter2'],
    ['header Authorization: Bearer abc.def-123', 'abc.def'],
    ['GET /v3/trades?apiKey=K123456&limit=5', 'K123456'],
    ['sent {"action":"auth","params":"K123456"}', 'K123456'],
    ['{"password":"K123456"}', 'K123456'],
  ])('are known by their look: %s', (reason, secret) => {
    const { log, lines } = logTo({ redact: [] });
    log.write('feed.refused', { reason });
    expect(lines[0]).not.toContain(secret);
    expect(() => JSON.parse(lines[0]!) as unknown).not.toThrow();
  });

  test('too short to be one do not eat the log', () => {
    expect(redacted('{"level":"info"}', ['i', ''])).toBe('{"level":"info"}');
  });
});

describe('a flood of one kind', () => {
  test('is held back, counted, and told of by the next line', () => {
    const { log, lines, clock, last } = logTo();
    for (let at = 0; at < LINES_PER_MINUTE_MAX + 30; at++) log.write('history.missing', { path: String(at) });
    log.write('feed.live', { host: 'socket', channel: 'T.*' });
    expect(lines).toHaveLength(LINES_PER_MINUTE_MAX + 1);
    expect(log.suppressed).toBe(30);
    clock.advance(60_000);
    log.write('history.missing', { path: 'a' });
    expect(last()).toMatchObject({ kind: 'history.missing', suppressed: 30 });
    log.write('history.missing', { path: 'b' });
    expect(last()).not.toHaveProperty('suppressed');
    expect(log.counts.get('history.missing')).toBe(LINES_PER_MINUTE_MAX + 2);
  });
});

test('each kind is named for its part and says what it means', () => {
  for (const [kind, { sentence }] of Object.entries(LOG_KINDS)) {
    expect(kind).toMatch(/^[a-z]+\.[a-z_]+$/);
    expect(sentence).toMatch(/^[A-Z].*\.$/);
  }
});
