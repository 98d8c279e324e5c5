// The evidence for a finding: what the prints of a contract in the window amount to.
import { premiumCents, Vwap } from './money.ts';
import type { ParentPrint } from './parent.ts';
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
}

/** The prints of a contract in the window, in the order of the tape. */
export function printsInWindow(window: RollingWindow, slot: number): ParentPrint[] {
  const { words, mask, head, tail } = window;
  const prints: ParentPrint[] = [];
  for (let i = head; i < tail; i++) {
    const entry = (i & mask) * ENTRY_WORDS;
    const size = words[entry + ENTRY.size]!;
    if (words[entry + ENTRY.slot] !== slot || size === 0) continue;
    const venue = words[entry + ENTRY.venue]!;
    const condition = conditionOfVenue(venue);
    prints.push({ atMs: words[entry + ENTRY.atMs]!, size, condition, exchange: exchangeOfVenue(venue) });
  }
  return prints;
}

/** Sums up a contract's prints in the window; reads the whole ring, so it is for crossings only. */
export function evidenceOf(window: RollingWindow, slot: number, multiplier: number): Evidence {
  const { words, mask, head, tail } = window;
  const prints = printsInWindow(window, slot);
  const sides = new SideSums();
  const vwap = new Vwap();
  let volume = 0;
  for (let i = head; i < tail; i++) {
    const entry = (i & mask) * ENTRY_WORDS;
    const size = words[entry + ENTRY.size]!;
    if (words[entry + ENTRY.slot] !== slot || size === 0) continue;
    const priceE4 = words[entry + ENTRY.priceE4]!;
    volume += size;
    vwap.add(priceE4, size);
    sides.add(words[entry + ENTRY.side]!, premiumCents(priceE4, size, multiplier));
  }
  const sided = sides.premium();
  return {
    volume,
    premiumCents: sided.unknownCents + sided.buyCents + sided.sellCents,
    vwapE4: vwap.priceE4(),
    sided,
    sideBasis: sides.basis(),
    shape: orderShape(prints),
    firstMs: prints[0]?.atMs ?? 0,
    lastMs: prints.at(-1)?.atMs ?? 0,
  };
}
