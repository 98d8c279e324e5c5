// Quotes and prints through the fold: sides do not depend on how either was cut into batches.
import { Decimal } from 'decimal.js';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ContractArena, SlotDirectory } from '../../src/domain/arena.ts';
import { TapeLedger } from '../../src/domain/cancel-ledger.ts';
import { compileThreshold } from '../../src/domain/detectors/threshold.ts';
import { evidenceOf } from '../../src/domain/evidence.ts';
import type { Quote, QuoteBatch } from '../../src/domain/quote.ts';
import { requireSession } from '../../src/domain/session.ts';
import { batchOf, type Print, type TapeKind } from '../../src/domain/trade.ts';
import { foldQuotes } from '../../src/domain/quoted.ts';
import { foldTrades, UnderlyingState } from '../../src/domain/underlying.ts';
import { assertProperty } from '../support/properties.ts';
import { at, baselineOf, print, tableOf } from '../support/tape.ts';

const session = requireSession('2025-11-26');
const TICKERS = ['O:NVDA251219C00180000', 'O:NVDA251219P00170000'];

interface TapeQuote extends Quote {
  readonly contract: number;
}

function quoteBatchOf(quotes: readonly TapeQuote[], settledMs: number): QuoteBatch {
  const column = (pick: (quote: TapeQuote) => number): Int32Array => Int32Array.from(quotes, pick);
  return {
    length: quotes.length,
    settledMs,
    contract: column((quote) => quote.contract),
    atMs: column((quote) => quote.atMs),
    bidE4: column((quote) => quote.bidE4),
    askE4: column((quote) => quote.askE4),
    bidSize: column((quote) => quote.bidSize),
    askSize: column((quote) => quote.askSize),
  };
}

function newState(): UnderlyingState {
  const context = {
    session,
    table: tableOf(TICKERS),
    baseline: baselineOf(0, []),
    threshold: compileThreshold({ factor: new Decimal(1), floor: 0 }),
    detectors: [],
    cancels: new TapeLedger([]),
  };
  return new UnderlyingState(context, new ContractArena(), new SlotDirectory(), 0);
}

function giveQuotes(state: UnderlyingState, quotes: readonly TapeQuote[], settledMs: number): void {
  foldQuotes(state, quoteBatchOf(quotes, settledMs), Int32Array.from(quotes.keys()), 0, quotes.length);
}

function giveTrades(state: UnderlyingState, prints: readonly Print[], kind: TapeKind = 'trades'): void {
  const batch = batchOf(session, prints, { kind });
  foldTrades(state, batch, Int32Array.from(prints.keys()), 0, prints.length, []);
}

function evidence(state: UnderlyingState, contract: number) {
  return evidenceOf(state.window, state.directory.slots[contract]! - 1, 100);
}

function sidedOf(state: UnderlyingState) {
  return [0, 1].map((contract) => evidence(state, contract).sided);
}

/** A bid of 1.00 and an ask of 1.10, moved by some cents. */
function quote(atMs: number, contract = 0, movedCents = 0): TapeQuote {
  const [bidE4, askE4] = [10_000 + movedCents * 100, 11_000 + movedCents * 100];
  return { contract, atMs, bidE4, askE4, bidSize: 1, askSize: 1 };
}

const moments = fc.array(
  fc.record({
    gapMs: fc.constantFrom(0, 1, 9, 10, 11, 500, 3_000),
    contract: fc.nat(1),
    what: fc.constantFrom('quote', 'print'),
    movedCents: fc.integer({ min: -12, max: 12 }),
  }),
  { minLength: 1, maxLength: 60, size: 'max' },
);

describe('the sides of prints', () => {
  it('are the same whether quotes come one by one, in batches or all at once before the prints', () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 });
    assertProperty(
      fc.property(moments, cuts, (steps, sizes) => {
        let clockMs = at('10:00');
        const tape = steps.map((step) => ({ ...step, atMs: (clockMs += step.gapMs) }));
        const quotesOf = (part: typeof tape) =>
          part.flatMap((one) =>
            one.what === 'quote' ? [quote(one.atMs, one.contract, one.movedCents)] : [],
          );
        const printsOf = (part: typeof tape) =>
          part.flatMap(({ what, atMs, contract, movedCents }) =>
            what === 'print'
              ? [{ ...print('10:00', 1), contract, atMs, priceE4: 10_500 + movedCents * 100 }]
              : [],
          );
        const atOnce = newState();
        giveQuotes(atOnce, quotesOf(tape), 0);
        giveTrades(atOnce, printsOf(tape));
        const inParts = newState();
        for (let from = 0, cut = 0; from < tape.length; cut++) {
          const part = tape.slice(from, (from += sizes[cut % sizes.length]!));
          giveQuotes(inParts, quotesOf(part), part[0]!.atMs);
          giveTrades(inParts, printsOf(part));
        }
        expect(sidedOf(inParts)).toEqual(sidedOf(atOnce));
        for (const one of [0, 1])
          expect(evidence(inParts, one).sideBasis).toEqual(evidence(atOnce, one).sideBasis);
      }),
    );
  });

  it('rest on the quote before the print, not on the one of the same millisecond', () => {
    const state = newState();
    giveQuotes(state, [quote(at('10:00')), quote(at('10:01'), 0, 50)], 0);
    giveTrades(state, [print('10:01', 2, { priceE4: 11_000 }), print('10:02', 3, { priceE4: 11_000 })]);
    expect(sidedOf(state)[0]).toEqual({
      buyCents: 22_000,
      sellCents: 33_000,
      unknownCents: 0,
      conditionCents: 0,
    });
    giveTrades(state, [print('10:01:30', 4, { priceE4: 11_000, condition: 232 })]);
    expect(sidedOf(state)[0]).toEqual({
      buyCents: 22_000,
      sellCents: 33_000,
      unknownCents: 44_000,
      conditionCents: 44_000,
    });
  });

  it('of minute aggregates are unknown, whatever the quotes', () => {
    const state = newState();
    giveQuotes(state, [quote(at('10:00'))], 0);
    giveTrades(state, [print('10:00:59.999', 2, { priceE4: 11_000, condition: 0 })], 'minutes');
    expect(sidedOf(state)[0]).toEqual({ buyCents: 0, sellCents: 0, unknownCents: 22_000, conditionCents: 0 });
  });

  it('come with their rule, their probability and the age of the quote', () => {
    const state = newState();
    giveQuotes(state, [quote(at('10:00'))], 0);
    // Bought at the ask a second after the quote; at the mid, first without and then with a different price before.
    giveTrades(state, [print('10:00:01', 9, { priceE4: 11_000 })]);
    expect(evidence(state, 0).sideBasis).toEqual({
      method: 'quote',
      probabilityBuy: 0.597,
      accuracy: 0.597,
      quoteAgeMs: 1_000,
    });
    const other = newState();
    giveQuotes(other, [quote(at('10:00'))], 0);
    giveTrades(other, [print('10:00:02', 9, { priceE4: 10_500 })]);
    expect(evidence(other, 0).sideBasis).toMatchObject({ method: 'at mid', probabilityBuy: null });
    giveTrades(state, [print('10:00:03', 90, { priceE4: 10_500 })]);
    expect(evidence(state, 0).sideBasis.method).toBe('tick');
    expect(evidence(state, 0).sideBasis.probabilityBuy).toBeCloseTo((0.597 * 99 + 0.481 * 945) / 1_044, 12);
  });
});
