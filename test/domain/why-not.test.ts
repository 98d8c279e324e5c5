// Why a contract was silent: the answer agrees with the engine on any tape, and says what was missing.
import { Decimal } from 'decimal.js';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requireSession } from '../../src/domain/session.ts';
import { whyNot, type WhyNotQuestion } from '../../src/domain/why-not.ts';
import { nastyTape } from '../support/nasty-tape.ts';
import { assertProperty } from '../support/properties.ts';
import { at, fold, print } from '../support/tape.ts';

const QUESTION: WhyNotQuestion = {
  session: requireSession('2025-11-26'),
  contract: 'O:NVDA251219C00180000',
  atMs: at('10:02'),
  prints: [print('10:00', 60), print('10:01', 30), print('10:30', 80), print('11:00', 20)],
  sessions: 30,
  volumeSum: 7_800,
  threshold: { factor: new Decimal(10), floor: 100 },
};

const failing = (question: Partial<WhyNotQuestion>): string[] =>
  whyNot({ ...QUESTION, ...question })
    .conditions.filter(({ holds }) => !holds)
    .map(({ condition, sentence }) => `${condition}: ${sentence}`);

describe('why a contract raised no alert', () => {
  it('names the condition that failed, what was missing, and the nearest miss of the day', () => {
    expect(failing({})).toEqual(['floor: at least 100 contracts in five minutes: 10 too few, 90 % of it']);
    expect(whyNot(QUESTION)).toMatchObject({
      volume: 90,
      needed: 100,
      spokeAtMs: [],
      nearest: { atMs: at('10:01'), volume: 90, needed: 100 },
    });
  });

  it.each<[string, Partial<WhyNotQuestion>, string]>([
    ['without earlier sessions', { sessions: 0 }, 'baseline: without earlier sessions nothing is unusual'],
    ['before the open', { atMs: at('09:00') }, 'regular hours: only prints of regular hours are counted'],
    [
      'when much is normal',
      { volumeSum: 78_000 },
      'above normal: more than 10 times the normal 33.33: 244 too few, 27 % of it',
    ],
    [
      'while it is above already',
      { threshold: { factor: new Decimal(10), floor: 50 } },
      'armed: it spoke of this rise already',
    ],
    [
      'shortly after it fell below',
      { threshold: { factor: new Decimal(10), floor: 50 }, atMs: at('10:07') },
      'armed: it fell below 120 s ago and is armed again after 300 s',
    ],
  ])('says so %s', (_when, question, sentence) => {
    expect(failing(question)).toContain(sentence);
  });

  it('counts no print that was cancelled, and none after the moment', () => {
    const cancelled = [print('10:00', 60), print('10:01', 30), print('10:01:30', 60, { condition: 201 })];
    expect(whyNot({ ...QUESTION, prints: cancelled }).volume).toBe(30);
    expect(whyNot({ ...QUESTION, atMs: at('10:00:30') }).volume).toBe(60);
    expect(whyNot({ ...QUESTION, prints: [] })).toMatchObject({ volume: 0, nearest: null });
  });

  it('finds the alerts that the engine raises, and lets every condition hold where it does, on any tape', () => {
    let spoken = 0;
    assertProperty(
      fc.property(nastyTape, ({ market, prints }) => {
        const [contract] = market.tickers as [string];
        const mine = prints.filter((one) => one.contract === 0);
        const alone = { ...market, tickers: [contract], volumeSums: [market.volumeSums[0]!] };
        const { findings } = fold(alone, mine);
        const answer = whyNot({
          session: market.session,
          contract,
          atMs: at('23:59'),
          prints: mine,
          sessions: market.sessions,
          volumeSum: market.volumeSums[0]!,
          threshold: { factor: new Decimal(market.factor), floor: market.floor },
        });
        expect(answer.spokeAtMs).toEqual(findings.map(({ atMs }) => atMs));
        if (answer.nearest !== null) expect(answer.nearest.volume).toBeLessThan(answer.nearest.needed);
        spoken += findings.length;
      }),
      200,
    );
    expect(spoken).toBeGreaterThan(100);
  });
});
