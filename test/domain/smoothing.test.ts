// The quote that prevails before a print: flicker rejected, crossed quotes bridged, old ones forgotten.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Quote, quoteState, twiceMidE4 } from '../../src/domain/quote.ts';
import { QuoteBook } from '../../src/domain/quote-book.ts';
import { type PrevailingQuote, QuoteSmoother } from '../../src/domain/smoothing.ts';
import { assertProperty } from '../support/properties.ts';

/** A quote in cents, ten contracts on both sides. */
function quote(atMs: number, bidCents: number, askCents: number): Quote {
  return { atMs, bidE4: bidCents * 100, askE4: askCents * 100, bidSize: 10, askSize: 10 };
}

function prevailing(quotes: readonly Quote[], atMs: number) {
  const smoother = new QuoteSmoother();
  for (const one of quotes) if (one.atMs < atMs) smoother.update(one);
  const found = smoother.before(atMs);
  return found === null ? null : [found.quote.atMs, found.ageMs, found.smoothed];
}

describe('a quote', () => {
  it.each([
    [100, 110, 'normal'],
    [110, 110, 'locked'],
    [111, 110, 'crossed'],
    [0, 5, 'one-sided'],
    [5, 0, 'one-sided'],
    [0, 0, 'empty'],
  ])('of %i to %i cents is %s', (bid, ask, state) => {
    expect(quoteState(quote(0, bid, ask))).toBe(state);
  });

  it('has twice its mid as an integer', () => {
    expect(twiceMidE4({ bidE4: 10_000, askE4: 10_001 })).toBe(20_001);
  });
});

describe('the quote before a print', () => {
  it.each([
    ['is the last one', [quote(0, 100, 110), quote(500, 101, 111)], 1_000, [500, 500, false]],
    ['is strictly before it', [quote(0, 100, 110), quote(1_000, 101, 111)], 1_000, [0, 1_000, false]],
    ['must have stood ten ms', [quote(0, 100, 110), quote(991, 90, 140)], 1_000, [0, 1_000, true]],
    ['has stood after ten ms', [quote(0, 100, 110), quote(990, 90, 140)], 1_000, [990, 10, false]],
    ['is no flicker', [quote(0, 100, 110), quote(500, 90, 140), quote(509, 100, 110)], 515, [0, 515, true]],
    ['is a young one when there is no other', [quote(995, 100, 110)], 1_000, [995, 5, false]],
    ['bridges a crossed one', [quote(0, 100, 110), quote(500, 120, 110)], 1_000, [0, 1_000, false]],
    ['bridges an empty one', [quote(0, 100, 110), quote(500, 0, 0)], 1_000, [0, 1_000, false]],
    ['may be locked', [quote(0, 100, 110), quote(500, 105, 105)], 1_000, [500, 500, false]],
    ['does not come back to life', [quote(500, 100, 110), quote(503, 120, 110)], 1_000, null],
    ['may be a minute old', [quote(0, 100, 110)], 60_000, [0, 60_000, false]],
    ['may not be older', [quote(0, 100, 110)], 60_001, null],
    [
      'is the young one when the other is too old',
      [quote(0, 1, 2), quote(69_999, 3, 4)],
      70_000,
      [69_999, 1, false],
    ],
    ['is none before the first', [quote(1_000, 100, 110)], 1_000, null],
    [
      'ignores one that comes out of order',
      [quote(500, 100, 110), quote(400, 1, 2)],
      1_000,
      [500, 500, false],
    ],
  ])('%s', (_, quotes, atMs, expected) => {
    expect(prevailing(quotes, atMs)).toEqual(expected);
  });

  it('is unknown to a late print that newer quotes have passed', () => {
    const smoother = new QuoteSmoother();
    smoother.update(quote(500, 100, 110));
    expect(smoother.before(1_000)?.quote.atMs).toBe(500);
    expect(smoother.before(500)).toBeNull();
    expect(smoother.before(501)?.ageMs).toBe(1);
  });
});

/** The definition: of the two-sided quotes strictly before, the last that stood ten ms, else the one still standing. */
function slowPrevailing(quotes: readonly Quote[], atMs: number): PrevailingQuote | null {
  const before = quotes.filter((one) => one.atMs < atMs);
  const isGood = (one: Quote): boolean => one.bidE4 > 0 && one.bidE4 <= one.askE4;
  const endOf = (place: number): number => before[place + 1]?.atMs ?? atMs;
  const fresh = (one: Quote | undefined): Quote | undefined =>
    one !== undefined && atMs - one.atMs <= 60_000 ? one : undefined;
  const stood = fresh(before.findLast((one, place) => isGood(one) && endOf(place) - one.atMs >= 10));
  const last = before.at(-1);
  const standing = last !== undefined && isGood(last) ? fresh(last) : undefined;
  const found = stood ?? standing;
  if (found === undefined) return null;
  return { quote: found, ageMs: atMs - found.atMs, smoothed: standing !== undefined && standing !== found };
}

const tape = fc.array(
  fc.record({
    gapMs: fc.constantFrom(0, 1, 5, 9, 10, 11, 400, 30_000, 60_001),
    quote: fc.constantFrom([100, 110], [101, 111], [120, 110], [105, 105], [0, 5], [0, 0], null),
    contract: fc.nat(1),
  }),
  { maxLength: 40 },
);

describe('the book of quotes', () => {
  it('gives each print the same quote as the definition, whenever the quotes were handed on', () => {
    assertProperty(
      fc.property(tape, fc.array(fc.nat(4), { minLength: 1, maxLength: 4 }), (steps, ahead) => {
        let clockMs = 0;
        const timed = steps.map((step) => ({ ...step, atMs: (clockMs += step.gapMs) }));
        const quotes = timed.flatMap(({ contract, atMs, quote: pair }) =>
          pair === null ? [] : [{ contract, quote: quote(atMs, pair[0], pair[1]) }],
        );
        const book = new QuoteBook();
        let given = 0;
        timed.forEach(({ contract, atMs, quote: pair }, place) => {
          if (pair !== null) return;
          // Quotes may run ahead of the prints by any number, but a print has those before it.
          const due = quotes.filter((one) => one.quote.atMs < atMs).length + ahead[place % ahead.length]!;
          for (; given < Math.min(due, quotes.length); given++)
            book.add(quotes[given]!.contract, quotes[given]!.quote);
          const own = quotes.filter((one) => one.contract === contract).map((one) => one.quote);
          expect(book.prevailing(contract, atMs)).toEqual(slowPrevailing(own, atMs));
        });
      }),
      1_000,
    );
  });

  it('holds back only the quote whose time is false', () => {
    const book = new QuoteBook();
    book.add(0, quote(50_000_000, 1, 2));
    book.add(0, quote(100, 100, 110));
    book.add(1, quote(200, 100, 110));
    expect(book.prevailing(0, 300)?.quote.atMs).toBe(100);
    expect(book.prevailing(1, 300)?.quote.atMs).toBe(200);
    expect(book.waiting).toBe(1);
  });

  it('hands on what is settled, so that quotes without prints do not pile up', () => {
    const book = new QuoteBook();
    for (let atMs = 0; atMs < 1_000; atMs++) book.add(atMs % 7, quote(atMs, 100, 110));
    book.settle(990);
    expect(book.waiting).toBe(10);
  });
});
