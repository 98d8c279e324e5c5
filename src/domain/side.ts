// The side of a print: who was the aggressor, by the quote rule, and what that means for the underlying.
import { conditionUse, USE } from './conditions.ts';
import type { Right } from './contract.ts';
import { twiceMidE4 } from './quote.ts';
import type { PrevailingQuote } from './smoothing.ts';

export type Side = 'buy' | 'sell' | 'unknown';

/** How a side was found, or why there is none. */
export type SideMethod =
  /** Price against the mid of the prevailing quote. */
  | 'quote'
  /** The price is the mid: the quote rule is silent. */
  | 'at mid'
  /** No quote, or one too old. */
  | 'no quote'
  /** A leg of a complex order, a cross, a floor, late or stock-tied print: it has no direction of its own. */
  | 'condition';

/** A print's side with the evidence for it. */
export interface SidedPrint {
  readonly side: Side;
  readonly method: SideMethod;
  /** Age of the quote used, ms; null when none was. */
  readonly quoteAgeMs: number | null;
}

/**
 * Quote rule (Lee and Ready 1991, first half): above the mid of the prevailing quote bought, below sold, at the mid
 * unknown. Right for about 60 % of US option trades of 2015 to 2017 (Grauer, Schuster and Uhrig-Homburg), so it is
 * evidence and not a fact.
 */
export function classifySide(
  priceE4: number,
  condition: number,
  prevailing: PrevailingQuote | null,
): SidedPrint {
  if ((conditionUse(condition) & USE.side) === 0)
    return { side: 'unknown', method: 'condition', quoteAgeMs: null };
  if (prevailing === null) return { side: 'unknown', method: 'no quote', quoteAgeMs: null };
  const distance = 2 * priceE4 - twiceMidE4(prevailing.quote);
  const side = distance > 0 ? 'buy' : distance < 0 ? 'sell' : 'unknown';
  return { side, method: side === 'unknown' ? 'at mid' : 'quote', quoteAgeMs: prevailing.ageMs };
}

/** Which way a position leans: calls bought and puts sold gain when the underlying rises. */
export type Direction = 'bullish' | 'bearish' | 'neutral' | 'unknown';

/** Premium of a window by side, in cents. */
export interface SidedPremium {
  readonly buyCents: number;
  readonly sellCents: number;
  readonly unknownCents: number;
}

/** The lean of a window's premium. */
export interface Lean {
  readonly side: Side | 'mixed';
  readonly direction: Direction;
  /** Share of the sided premium that leans in `direction` (bullish share when neutral), 0 to 1; null when unknown. */
  readonly share: number | null;
  /** Share of all premium whose side is known, 0 to 1. */
  readonly sidedShare: number;
}

/** A lean is spoken of when at least three fifths of the sided premium agree. */
const AGREEMENT_MIN = 0.6;
/** …and when at least a fifth of the premium has a side at all. */
const SIDED_MIN = 0.2;

/** The lean of a contract's premium by side. */
export function leanOf(right: Right, premium: SidedPremium): Lean {
  const sided = premium.buyCents + premium.sellCents;
  const all = sided + premium.unknownCents;
  const sidedShare = all === 0 ? 0 : sided / all;
  if (sided === 0 || sidedShare < SIDED_MIN)
    return { side: 'unknown', direction: 'unknown', share: null, sidedShare };
  const bought = premium.buyCents / sided;
  const side = bought >= AGREEMENT_MIN ? 'buy' : bought <= 1 - AGREEMENT_MIN ? 'sell' : 'mixed';
  const bullish = right === 'call' ? bought : 1 - bought;
  const direction =
    bullish >= AGREEMENT_MIN ? 'bullish' : bullish <= 1 - AGREEMENT_MIN ? 'bearish' : 'neutral';
  return { side, direction, share: direction === 'bearish' ? 1 - bullish : bullish, sidedShare };
}
