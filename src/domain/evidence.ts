// The evidence for a finding: what the prints of a contract in the window amount to.
import { premiumCents, Vwap } from './money.ts';
import type { ParentPrint } from './parent.ts';
import type { Quote } from './quote.ts';
import { type SideBasis, type SidedPremium, SideSums } from './side.ts';
import { type OrderShape, orderShape } from './sweep.ts';
import { conditionOfVenue, ENTRY, ENTRY_WORDS, exchangeOfVenue, type RollingWindow } from './window.ts';

/** The prints of one contract in a window, summed up. */
export interface Evidence {
  /** Contracts. */
  readonly volume: number;
  /** Exact premium of the prints, cents. */
  readonly premiumCents: number;
  /** Their average price weighted by contracts, 1/10,000 dollar; null of no prints. */
  readonly vwapE4: number | null;
  readonly sided: SidedPremium;
  readonly sideBasis: SideBasis;
  readonly shape: OrderShape;
  /** Offsets of the first and the last print, ms after midnight. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** The prints, in the order of the tape. */
  readonly seen: readonly SeenPrint[];
  /** The quotes that they were held against, the oldest first. */
  readonly quotes: readonly Quote[];
}

/** A print as the detector saw it. */
export interface SeenPrint extends ParentPrint {
  readonly priceE4: number;
  /** Packed (see side.ts): who was the aggressor, by which rule, on how old a quote. */
  readonly side: number;
}

/** The prints of a contract in the window, in the order of the tape; reads the whole ring. */
export function printsInWindow({ words, mask, head, tail }: RollingWindow, slot: number): SeenPrint[] {
  const prints: SeenPrint[] = [];
  for (let i = head; i < tail; i++) {
    const entry = (i & mask) * ENTRY_WORDS;
    const size = words[entry + ENTRY.size]!;
    if (words[entry + ENTRY.slot] !== slot || size === 0) continue;
    const venue = words[entry + ENTRY.venue]!;
    prints.push({
      atMs: words[entry + ENTRY.atMs]!,
      size,
      condition: conditionOfVenue(venue),
      exchange: exchangeOfVenue(venue),
      priceE4: words[entry + ENTRY.priceE4]!,
      side: words[entry + ENTRY.side]!,
    });
  }
  return prints;
}

/** Sums up a contract's prints in the window, for crossings only. `quotes` are those that prints were held against. */
export function evidenceOf(
  window: RollingWindow,
  slot: number,
  multiplier: number,
  quotes: readonly Quote[] = [],
): Evidence {
  return sumUp(printsInWindow(window, slot), multiplier, quotes);
}

/** What prints of one contract, given in the order of the tape, amount to. */
export function sumUp(
  seen: readonly SeenPrint[],
  multiplier: number,
  quotes: readonly Quote[] = [],
): Evidence {
  const sides = new SideSums();
  const vwap = new Vwap();
  let volume = 0;
  for (const { priceE4, size, side } of seen) {
    volume += size;
    vwap.add(priceE4, size);
    sides.add(side, premiumCents(priceE4, size, multiplier));
  }
  const sided = sides.premium();
  return {
    volume,
    premiumCents: sided.unknownCents + sided.buyCents + sided.sellCents,
    vwapE4: vwap.priceE4(),
    sided,
    sideBasis: sides.basis(),
    shape: orderShape(seen),
    firstMs: seen[0]?.atMs ?? 0,
    lastMs: seen.at(-1)?.atMs ?? 0,
    seen,
    quotes,
  };
}
