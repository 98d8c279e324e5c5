// Who was the aggressor, and which way a contract's premium leans.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ruledSide, SIDE_STACKS } from '../../src/domain/side-rules.ts';
import { classifySide, leanOf, packedSide, unpackSide } from '../../src/domain/side.ts';
import type { PrevailingQuote } from '../../src/domain/smoothing.ts';
import { assertProperty } from '../support/properties.ts';

function quoted(bidE4: number, askE4: number, bidSize = 1, askSize = 1): PrevailingQuote {
  return { quote: { atMs: 0, bidE4, askE4, bidSize, askSize }, ageMs: 40, smoothed: false };
}

describe('the side of a print', () => {
  const quote = quoted(10_000, 11_001);

  it.each([
    ['at the ask was bought', 11_001, 'buy', 597],
    ['through the ask was bought', 12_000, 'buy', 597],
    ['at the bid was sold', 10_000, 'sell', 403],
    ['half a tick above the mid was bought', 10_501, 'buy', 597],
    ['half a tick below the mid was sold', 10_500, 'sell', 403],
  ])('%s, probably', (_, priceE4, side, buyPerMille) => {
    const found = { side, method: 'quote', quoteAgeMs: 40, buyPerMille, accuracyPerMille: 597 };
    expect(classifySide(priceE4, 5, 209, quote, 0)).toEqual(found);
  });

  it('of the whole bid filled a resting order to buy, of the whole offer one to sell, before any other rule', () => {
    const uneven = quoted(10_000, 11_000, 20, 30);
    expect(classifySide(10_000, 20, 209, uneven, 0)).toMatchObject({
      side: 'buy',
      method: 'trade size',
      buyPerMille: 671,
    });
    expect(classifySide(11_000, 30, 209, uneven, 0)).toMatchObject({
      side: 'sell',
      method: 'trade size',
      buyPerMille: 329,
    });
    expect(classifySide(10_000, 20, 209, quoted(10_000, 11_000, 20, 20), 0).method).toBe('quote');
  });

  it('at the mid goes by the deeper side, then by the last different price, and is unknown without one', () => {
    const at = (bidSize: number, askSize: number, priorE4: number) =>
      classifySide(10_500, 7, 209, quoted(10_000, 11_000, bidSize, askSize), priorE4);
    expect(at(5, 9, 0)).toMatchObject({ side: 'buy', method: 'depth', buyPerMille: 658 });
    expect(at(9, 5, 0)).toMatchObject({ side: 'sell', method: 'depth', buyPerMille: 342 });
    expect(at(5, 5, 10_400)).toMatchObject({ side: 'buy', method: 'tick', buyPerMille: 519 });
    expect(at(5, 5, 10_600)).toMatchObject({ side: 'sell', method: 'tick', buyPerMille: 481 });
    const nothing = {
      side: 'unknown',
      method: 'at mid',
      quoteAgeMs: 40,
      buyPerMille: 500,
      accuracyPerMille: 500,
    };
    expect([at(5, 5, 0), at(5, 5, 10_500)]).toEqual([nothing, nothing]);
  });

  it('without a quote is unknown, whatever the price before', () => {
    const unknown = { side: 'unknown', method: 'no quote', quoteAgeMs: null, buyPerMille: 500 };
    expect(classifySide(10_500, 7, 219, null, 10_400)).toMatchObject(unknown);
  });

  it.each([202, 204, 206, 208, 229, 230, 231, 232, 236, 237, 245, 246, 247, 999])(
    "of condition %i is nobody's, whatever the quote",
    (condition) => {
      const none = { side: 'unknown', method: 'condition', quoteAgeMs: null, buyPerMille: 500 };
      expect(classifySide(11_001, 7, condition, quote, 0)).toMatchObject(none);
    },
  );

  it.each([0, 209, 210, 219, 227, 228])('of condition %i is found', (condition) => {
    expect(classifySide(11_001, 7, condition, quote, 0).side).toBe('buy');
  });

  it('is that of the stack `live` of the classic rules, on every quote that can prevail', () => {
    const cents = fc.integer({ min: 100, max: 140 });
    const size = fc.integer({ min: 1, max: 6 });
    const prints = fc.tuple(cents, cents, fc.integer({ min: 0, max: 9 }), size, size, size, cents);
    assertProperty(
      fc.property(prints, ([price, bid, width, bidSize, askSize, printSize, prior]) => {
        const prevailing = quoted(bid * 100, (bid + width) * 100, bidSize, askSize);
        const { side } = classifySide(price * 100, printSize, 209, prevailing, prior * 100);
        const national = {
          bid: bid / 100,
          ask: (bid + width) / 100,
          bidSize,
          askSize,
          prior: prior / 100,
          next: NaN,
        };
        const trade = { price: price / 100, size: printSize, national, exchange: national };
        // In dollars a mid is a float, and the published rule compares it without a tolerance.
        fc.pre(bid * 2 + width !== price * 2 || national.bid + national.ask === 2 * trade.price);
        expect(side).toBe({ '1': 'buy', '-1': 'sell', '0': 'unknown' }[ruledSide(SIDE_STACKS.live, trade)]);
      }),
    );
  });

  it.each([0, 40, 60_000, 65_534, 90_000])(
    'keeps the age of a quote of %i ms in its packed form',
    (ageMs) => {
      const packed = packedSide(11_001, 7, 209, { ...quote, ageMs }, 0);
      expect(unpackSide(packed).quoteAgeMs).toBe(Math.min(ageMs, 65_534));
    },
  );
});

describe('the lean of a premium', () => {
  it.each([
    ['calls bought are bullish', 'call', [80, 20, 0], 'buy', 'bullish', 0.8],
    ['calls sold are bearish', 'call', [20, 80, 0], 'sell', 'bearish', 0.8],
    ['puts bought are bearish', 'put', [80, 20, 0], 'buy', 'bearish', 0.8],
    ['puts sold are bullish', 'put', [20, 80, 0], 'sell', 'bullish', 0.8],
    ['three fifths are enough', 'call', [60, 40, 0], 'buy', 'bullish', 0.6],
    ['two fifths are enough the other way', 'put', [40, 60, 0], 'sell', 'bullish', 0.6],
    ['less is mixed', 'call', [59, 41, 0], 'mixed', 'neutral', 0.59],
    ['a fifth with a side speaks for all', 'call', [20, 0, 80], 'buy', 'bullish', 1],
    ['less than a fifth does not', 'call', [19, 0, 81], 'unknown', 'unknown', null],
    ['nothing is unknown', 'put', [0, 0, 0], 'unknown', 'unknown', null],
  ] as const)('%s', (_, right, [buyCents, sellCents, unknownCents], side, direction, share) => {
    const premium = { buyCents, sellCents, unknownCents, conditionCents: 0 };
    expect(leanOf(right, premium)).toMatchObject({ side, direction, share });
  });

  it('of legs and crosses is neutral: their direction is not their own', () => {
    const legs = { buyCents: 0, sellCents: 0, unknownCents: 100, conditionCents: 51 };
    expect(leanOf('call', legs)).toMatchObject({ side: 'unknown', direction: 'neutral', share: null });
    expect(leanOf('call', { ...legs, conditionCents: 50 }).direction).toBe('unknown');
  });

  it('of a put is that of a call with the sides exchanged', () => {
    const cents = fc.nat(1_000_000_000);
    const mirrored = { bullish: 'bearish', bearish: 'bullish', neutral: 'neutral', unknown: 'unknown' };
    assertProperty(
      fc.property(cents, cents, cents, (buyCents, sellCents, unknownCents) => {
        const call = leanOf('call', { buyCents, sellCents, unknownCents, conditionCents: 0 });
        const put = leanOf('put', { buyCents, sellCents, unknownCents, conditionCents: 0 });
        expect([put.direction, put.side, put.sidedShare]).toEqual([
          mirrored[call.direction],
          call.side,
          call.sidedShare,
        ]);
        expect(call.share === null || (call.share >= 0.4 && call.share <= 1)).toBe(true);
      }),
    );
  });
});
