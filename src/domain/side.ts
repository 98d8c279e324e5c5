// The side of a print: probably bought or sold, by which rule, and what that means for the underlying.
import { conditionUse, USE } from './conditions.ts';
import type { Right } from './contract.ts';
import { twiceMidE4 } from './quote.ts';
import type { PrevailingQuote } from './smoothing.ts';

export type Side = 'buy' | 'sell' | 'unknown';

/** How a side was found, or why there is none; the place in the list is the code in a packed side. */
export const SIDE_METHODS = [
  /** No quote, or one too old. */
  'no quote',
  /** A leg of a complex order, a cross, a floor, late or stock-tied print: it has no direction of its own. */
  'condition',
  /** At the mid, with equal sizes on both sides and no different price before: no rule speaks. */
  'at mid',
  /** The print's size is all of one side of the quote. */
  'trade size',
  /** Price against the mid of the prevailing quote. */
  'quote',
  /** At the mid: against the side of the quote with more contracts. */
  'depth',
  /** At the mid: price against the last different price. */
  'tick',
] as const;

export type SideMethod = (typeof SIDE_METHODS)[number];

/**
 * Published shares of right answers, in thousandths, on labelled trades of ISE (Nov 2015 to May 2017) and CBOE (Nov
 * 2015 to Oct 2017), quotes of the national market: Bilz, thesis at KIT on the rules of Grauer, Schuster and
 * Uhrig-Homburg. "Right" means the customer's side. Quote and tick are each rule alone; trade size takes the figure
 * of the whole stack it opens, and depth that of the stack's trades at the mid, which end in a tick rule.
 */
export const PUBLISHED_ACCURACY = {
  'trade size': { ise: 676, cboe: 665 },
  quote: { ise: 596, cboe: 598 },
  depth: { ise: 681, cboe: 635 },
  tick: { ise: 533, cboe: 504 },
} as const;

/** Accuracy by code of the method, in thousandths: the mean of both exchanges; 500 where no rule speaks. */
const ACCURACY: Int32Array = Int32Array.from(SIDE_METHODS, (method) => {
  if (!(method in PUBLISHED_ACCURACY)) return 500;
  const { ise, cboe } = PUBLISHED_ACCURACY[method as keyof typeof PUBLISHED_ACCURACY];
  return Math.round((ise + cboe) / 2);
});

/** A print's side with the evidence for it. */
export interface SidedPrint {
  readonly side: Side;
  readonly method: SideMethod;
  /** Age of the quote used, ms; null when none was. */
  readonly quoteAgeMs: number | null;
  /** Probability that it was bought, in thousandths. */
  readonly buyPerMille: number;
  /** Published accuracy of the method, in thousandths; 500 where no rule speaks. */
  readonly accuracyPerMille: number;
}

/** Codes of the lowest two bits of a packed side. */
export const SIDE_CODE = { unknown: 0, buy: 1, sell: 2 } as const;

const CODE_OF: Readonly<Record<SideMethod, number>> = Object.fromEntries(
  SIDE_METHODS.map((method, code) => [method, code]),
) as Record<SideMethod, number>;
const SIDES: readonly Side[] = ['unknown', 'buy', 'sell'];
const AGE_MS_MAX = 0xfffe;

/** A packed side: two bits of side, three of method, the rest the age of the quote + 1 (0: none). 0 says nothing. */
function packSide(code: number, method: number, ageMs: number): number {
  return code | (method << 2) | ((Math.min(ageMs, AGE_MS_MAX) + 1) << 5);
}

/** What a packed side says. */
export function unpackSide(packed: number): SidedPrint {
  const code = packed & 3;
  const method = (packed >>> 2) & 7;
  const accuracyPerMille = ACCURACY[method]!;
  return {
    side: SIDES[code]!,
    method: SIDE_METHODS[method]!,
    quoteAgeMs: packed >>> 5 === 0 ? null : (packed >>> 5) - 1,
    buyPerMille:
      code === SIDE_CODE.unknown ? 500 : code === SIDE_CODE.buy ? accuracyPerMille : 1000 - accuracyPerMille,
    accuracyPerMille,
  };
}

/** The packed side of a print whose condition denies it one. */
export const SIDE_DENIED = CODE_OF.condition << 2;

/** True when a print of this condition has a side of its own. */
export function hasSide(condition: number): boolean {
  return (conditionUse(condition) & USE.side) !== 0;
}

/**
 * The side of a print, packed: the rules trade size, quote, depth and tick of {@link SIDE_STACKS}.live in this order,
 * on the quote that prevailed strictly before it, compared exactly. `priorE4` is the last different price, 0 when
 * there is none. Without a quote nothing is said: the tick rule alone is a coin flip.
 */
export function packedSide(
  priceE4: number,
  size: number,
  condition: number,
  prevailing: PrevailingQuote | null,
  priorE4: number,
): number {
  if (!hasSide(condition)) return SIDE_DENIED;
  if (prevailing === null) return 0;
  const { quote, ageMs } = prevailing;
  if (quote.bidSize !== quote.askSize) {
    if (size === quote.bidSize) return packSide(SIDE_CODE.buy, CODE_OF['trade size'], ageMs);
    if (size === quote.askSize) return packSide(SIDE_CODE.sell, CODE_OF['trade size'], ageMs);
  }
  const distance = 2 * priceE4 - twiceMidE4(quote);
  if (distance !== 0) return packSide(sideCode(distance), CODE_OF.quote, ageMs);
  const deeper = quote.askSize - quote.bidSize;
  if (deeper !== 0) return packSide(sideCode(deeper), CODE_OF.depth, ageMs);
  if (priorE4 === 0 || priorE4 === priceE4) return packSide(SIDE_CODE.unknown, CODE_OF['at mid'], ageMs);
  return packSide(sideCode(priceE4 - priorE4), CODE_OF.tick, ageMs);
}

function sideCode(difference: number): number {
  return difference > 0 ? SIDE_CODE.buy : SIDE_CODE.sell;
}

/** {@link packedSide} in words. */
export function classifySide(
  priceE4: number,
  size: number,
  condition: number,
  prevailing: PrevailingQuote | null,
  priorE4: number,
): SidedPrint {
  return unpackSide(packedSide(priceE4, size, condition, prevailing, priorE4));
}

/** Which way a position leans: calls bought and puts sold gain when the underlying rises. */
export type Direction = 'bullish' | 'bearish' | 'neutral' | 'unknown';

/** Premium of a window by side, in cents. */
export interface SidedPremium {
  readonly buyCents: number;
  readonly sellCents: number;
  readonly unknownCents: number;
  /** Of the unknown: premium of prints whose condition denies them a side. */
  readonly conditionCents: number;
}

/** What the sides of a window's premium rest on. */
export interface SideBasis {
  /** The method behind the greatest part of the premium with a side; without any, the reason for most of it. */
  readonly method: SideMethod;
  /** P(buy) of the premium with a side, weighted by it; null when none has a side. */
  readonly probabilityBuy: number | null;
  /** Published accuracy of the methods used, weighted likewise; null when none was. */
  readonly accuracy: number | null;
  /** Age of the quotes used, ms, weighted by premium; null when none was. */
  readonly quoteAgeMs: number | null;
}

/** Sums the sides of a contract's prints, one {@link SideSums.add} a print. */
export class SideSums {
  readonly #sideCents = [0, 0, 0];
  readonly #methodCents = SIDE_METHODS.map(() => 0);
  /** Cents of premium × thousandths, and × ms. */
  #buyMilliCents = 0;
  #accuracyMilliCents = 0;
  #agedCents = 0;
  #ageCentsMs = 0;

  add(packed: number, cents: number): void {
    const code = packed & 3;
    this.#sideCents[code]! += cents;
    this.#methodCents[(packed >>> 2) & 7]! += cents;
    if (packed >>> 5 !== 0) {
      this.#agedCents += cents;
      this.#ageCentsMs += cents * ((packed >>> 5) - 1);
    }
    if (code === SIDE_CODE.unknown) return;
    const { buyPerMille, accuracyPerMille } = unpackSide(packed);
    this.#buyMilliCents += cents * buyPerMille;
    this.#accuracyMilliCents += cents * accuracyPerMille;
  }

  premium(): SidedPremium {
    const [unknownCents = 0, buyCents = 0, sellCents = 0] = this.#sideCents;
    return { buyCents, sellCents, unknownCents, conditionCents: this.#methodCents[CODE_OF.condition]! };
  }

  basis(): SideBasis {
    const { buyCents, sellCents } = this.premium();
    const sided = buyCents + sellCents;
    // The first three methods are reasons for no side, the others are rules.
    const rules = CODE_OF['trade size'];
    const [from, to] = sided === 0 ? [0, rules] : [rules, SIDE_METHODS.length];
    const most = Math.max(...this.#methodCents.slice(from, to));
    const method = this.#methodCents.indexOf(most, from);
    return {
      method: SIDE_METHODS[method]!,
      probabilityBuy: sided === 0 ? null : this.#buyMilliCents / (1000 * sided),
      accuracy: sided === 0 ? null : this.#accuracyMilliCents / (1000 * sided),
      quoteAgeMs: this.#agedCents === 0 ? null : Math.round(this.#ageCentsMs / this.#agedCents),
    };
  }
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
    return { side: 'unknown', direction: withoutSide(premium, all), share: null, sidedShare };
  const bought = premium.buyCents / sided;
  const side = bought >= AGREEMENT_MIN ? 'buy' : bought <= 1 - AGREEMENT_MIN ? 'sell' : 'mixed';
  const bullish = right === 'call' ? bought : 1 - bought;
  const direction =
    bullish >= AGREEMENT_MIN ? 'bullish' : bullish <= 1 - AGREEMENT_MIN ? 'bearish' : 'neutral';
  return { side, direction, share: direction === 'bearish' ? 1 - bullish : bullish, sidedShare };
}

/** Legs, crosses and tied prints lean nowhere by themselves; of all others we do not know. */
function withoutSide({ conditionCents }: SidedPremium, allCents: number): Direction {
  return 2 * conditionCents > allCents ? 'neutral' : 'unknown';
}
