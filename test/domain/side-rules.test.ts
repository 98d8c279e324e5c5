// The classic trade side rules: each in a case one can follow, and all of them beside the Python package tclf.
import { describe, expect, it } from 'vitest';
import {
  type RuledTrade,
  type RuleName,
  type RuleSide,
  ruledSides,
  type Scope,
  SIDE_RULES,
  SIDE_STACKS,
} from '../../src/domain/side-rules.ts';
import { ruledTrades } from '../support/ruled-trades.ts';
import answers from './side-rules.answers.json' with { type: 'json' };

/** A trade of 5 at 1.07 against 1.00 for 10 and 1.10 for 20, after a print at 1.06 and before one at 1.09. */
function trade(rest: Partial<RuledTrade & RuledTrade['national']> = {}): RuledTrade {
  const { price = 1.07, size = 5, ...row } = rest;
  const national = { bid: 1, ask: 1.1, bidSize: 10, askSize: 20, prior: 1.06, next: 1.09, ...row };
  return { price, size, national, exchange: { ...national, bidSize: NaN, bid: NaN } };
}

describe('a side rule', () => {
  it.each<[story: string, rule: RuleName, trade: RuledTrade, side: RuleSide]>([
    ['quote: above the mid was bought', 'quote', trade(), 1],
    ['quote: at the mid is silent', 'quote', trade({ price: 1.05 }), 0],
    ['quote: a crossed quote is silent', 'quote', trade({ bid: 1.2 }), 0],
    ['tick: above the last different price was bought', 'tick', trade(), 1],
    ['tick: below it was sold', 'tick', trade({ prior: 1.08 }), -1],
    ['reverse tick: before a higher price was sold', 'reverse tick', trade(), -1],
    ['Lee-Ready: the quote first', 'Lee-Ready', trade({ prior: 1.2 }), 1],
    ['Lee-Ready: at the mid the tick', 'Lee-Ready', trade({ price: 1.05 }), -1],
    ['EMO: inside the spread the tick', 'EMO', trade({ prior: 1.08 }), -1],
    ['EMO: at the offer the quote', 'EMO', trade({ price: 1.1, prior: 1.2 }), 1],
    ['EMO: at a locked quote the tick', 'EMO', trade({ price: 1.1, bid: 1.1, prior: 1.2 }), -1],
    ['CLNV: 30 % below the offer still the quote', 'CLNV', trade({ price: 1.08, prior: 1.2 }), 1],
    ['CLNV: in the middle the tick', 'CLNV', trade({ price: 1.06, prior: 1.2 }), -1],
    ['trade size: all of the bid was a resting order to buy', 'trade size', trade({ size: 10 }), 1],
    ['trade size: all of the offer was one to sell', 'trade size', trade({ size: 20 }), -1],
    ['trade size: equal sides say nothing', 'trade size', trade({ size: 10, askSize: 10 }), 0],
    ['depth: at the mid with more offered was bought', 'depth', trade({ price: 1.05 }), 1],
    ['depth: at the mid with more bid was sold', 'depth', trade({ price: 1.05, bidSize: 30 }), -1],
    ['depth: away from the mid is silent', 'depth', trade(), 0],
  ])('%s', (_, rule, row, side) => {
    expect(SIDE_RULES[rule](row, 'national')).toBe(side);
  });

  it('is silent where what it reads is missing', () => {
    const bare = trade({ bid: NaN, ask: NaN, bidSize: NaN, askSize: NaN, prior: NaN, next: NaN });
    for (const rule of Object.values(SIDE_RULES)) expect(rule(bare, 'national')).toBe(0);
  });
});

/** Unpacks a column of tclf-answers.py: three sides a letter. */
function unpack(packed: string, length: number): Int8Array {
  const sides = [0, -1, 1];
  const digits = Array.from(packed, (letter) => letter.charCodeAt(0) - 97).flatMap((value) => [
    Math.floor(value / 9),
    Math.floor(value / 3) % 3,
    value % 3,
  ]);
  return Int8Array.from(digits.slice(0, length), (digit) => sides[digit]!);
}

describe('the rules beside tclf 0.4.0, strategy "const", on 2,000 trades', () => {
  const trades = ruledTrades();
  const rules = Object.keys(SIDE_RULES) as RuleName[];

  it.each(rules.flatMap((rule) => (['national', 'exchange'] as Scope[]).map((scope) => ({ rule, scope }))))(
    '$rule, $scope',
    ({ rule, scope }) => {
      const peer = unpack(answers[`${rule} ${scope}`], trades.length);
      expect(ruledSides([[rule, scope]], trades)).toEqual(peer);
      expect(new Set(peer)).toEqual(new Set([0, 1, -1]));
    },
  );

  it.each(['GSU-small', 'GSU-large', 'live'] as const)('the stack %s', (name) => {
    expect(ruledSides(SIDE_STACKS[name], trades)).toEqual(unpack(answers[name], trades.length));
  });
});
