// Who was the aggressor, and which way a contract's premium leans.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classifySide, leanOf } from '../../src/domain/side.ts';
import type { PrevailingQuote } from '../../src/domain/smoothing.ts';
import { assertProperty } from '../support/properties.ts';

function quoted(bidE4: number, askE4: number): PrevailingQuote {
  return { quote: { atMs: 0, bidE4, askE4, bidSize: 1, askSize: 1 }, ageMs: 40, smoothed: false };
}

describe('the side of a print', () => {
  const quote = quoted(10_000, 11_001);

  it.each([
    ['at the ask was bought', 11_001, 'buy', 'quote'],
    ['through the ask was bought', 12_000, 'buy', 'quote'],
    ['at the bid was sold', 10_000, 'sell', 'quote'],
    ['half a tick above the mid was bought', 10_501, 'buy', 'quote'],
    ['half a tick below the mid was sold', 10_500, 'sell', 'quote'],
  ])('%s', (_, priceE4, side, method) => {
    expect(classifySide(priceE4, 209, quote)).toEqual({ side, method, quoteAgeMs: 40 });
  });

  it('at the mid is unknown, with a quote and an age', () => {
    const mid = { side: 'unknown', method: 'at mid', quoteAgeMs: 40 };
    expect(classifySide(10_500, 209, quoted(10_000, 11_000))).toEqual(mid);
    expect(classifySide(10_000, 209, quoted(10_000, 10_000))).toEqual(mid);
  });

  it('without a quote is unknown', () => {
    expect(classifySide(10_500, 219, null)).toEqual({
      side: 'unknown',
      method: 'no quote',
      quoteAgeMs: null,
    });
  });

  it.each([202, 204, 206, 208, 229, 230, 231, 232, 236, 237, 245, 246, 247, 999])(
    "of condition %i is nobody's, whatever the quote",
    (condition) => {
      const none = { side: 'unknown', method: 'condition', quoteAgeMs: null };
      expect(classifySide(11_001, condition, quote)).toEqual(none);
    },
  );

  it.each([0, 209, 210, 219, 227, 228])('of condition %i is found', (condition) => {
    expect(classifySide(11_001, condition, quote).side).toBe('buy');
  });
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
    expect(leanOf(right, { buyCents, sellCents, unknownCents })).toMatchObject({ side, direction, share });
  });

  it('of a put is that of a call with the sides exchanged', () => {
    const cents = fc.nat(1_000_000_000);
    const mirrored = { bullish: 'bearish', bearish: 'bullish', neutral: 'neutral', unknown: 'unknown' };
    assertProperty(
      fc.property(cents, cents, cents, (buyCents, sellCents, unknownCents) => {
        const call = leanOf('call', { buyCents, sellCents, unknownCents });
        const put = leanOf('put', { buyCents, sellCents, unknownCents });
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
