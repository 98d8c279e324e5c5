// The classic trade side rules by name and their stacks, over rows of research data: exact peers of the literature.

/** What a rule says of a trade: 1 bought, -1 sold, 0 nothing. */
export type RuleSide = 1 | -1 | 0;

/** Whose quotes and prices a rule reads: the national best and all prints, or those of the print's own exchange. */
export type Scope = 'national' | 'exchange';

/** Quote and neighbouring prices of one scope; NaN where there is none, which never classifies. */
export interface ScopedRow {
  /** Dollars. They are floats here because nothing is summed: the rules only compare, as published. */
  readonly bid: number;
  readonly ask: number;
  /** Contracts. */
  readonly bidSize: number;
  readonly askSize: number;
  /** The last different price before the print and the first different one after it, dollars. */
  readonly prior: number;
  readonly next: number;
}

/** One trade with all that the rules may read. */
export interface RuledTrade {
  /** Dollars. */
  readonly price: number;
  /** Contracts. */
  readonly size: number;
  readonly national: ScopedRow;
  readonly exchange: ScopedRow;
}

/** Absolute and relative tolerance of "at the quote", "at the mid" and "equal in size". */
const TOLERANCE = 1e-4;
const RELATIVE_TOLERANCE = 1e-5;

/** Equal within the tolerances; false when either is missing. */
function near(value: number, reference: number): boolean {
  return Math.abs(value - reference) <= TOLERANCE + RELATIVE_TOLERANCE * Math.abs(reference);
}

/** The mid; NaN when the quote is crossed or missing. */
function midOf({ bid, ask }: ScopedRow): number {
  return ask >= bid ? 0.5 * (ask + bid) : NaN;
}

/** 1 when a is above b, -1 when below, 0 when equal or missing. */
function compare(a: number, b: number): RuleSide {
  return a > b ? 1 : a < b ? -1 : 0;
}

type Rule = (trade: RuledTrade, scope: Scope) => RuleSide;

const quote: Rule = (trade, scope) => compare(trade.price, midOf(trade[scope]));
const tick: Rule = (trade, scope) => compare(trade.price, trade[scope].prior);
const reverseTick: Rule = (trade, scope) => compare(trade.price, trade[scope].next);

/** At the offer or at the bid, and not at both. */
function atOneQuote({ price, ...trade }: RuledTrade, scope: Scope): boolean {
  return near(price, trade[scope].ask) !== near(price, trade[scope].bid);
}

/** In the outer 30 % of the spread, the quotes included, and not at both ends. */
function inOuterSpread({ price, ...trade }: RuledTrade, scope: Scope): boolean {
  const { bid, ask } = trade[scope];
  const outer = 0.3;
  const upper = (1 - outer) * ask + outer * bid <= price && price <= ask;
  const lower = bid <= price && price <= outer * ask + (1 - outer) * bid;
  return upper !== lower;
}

/** A print that fills one whole side of the quote fills a customer's resting order: the bid's size was bought. */
const tradeSize: Rule = (trade, scope) => {
  const { bidSize, askSize } = trade[scope];
  if (near(askSize, bidSize)) return 0;
  return near(trade.size, bidSize) ? 1 : near(trade.size, askSize) ? -1 : 0;
};

/** At the mid the side with fewer contracts waiting was the one that was hit. */
const depth: Rule = (trade, scope) => {
  const row = trade[scope];
  return near(midOf(row), trade.price) ? compare(row.askSize, row.bidSize) : 0;
};

function first(...rules: readonly Rule[]): Rule {
  return (trade, scope) => {
    for (const rule of rules) {
      const side = rule(trade, scope);
      if (side !== 0) return side;
    }
    return 0;
  };
}

function when(holds: (trade: RuledTrade, scope: Scope) => boolean, then: Rule, otherwise: Rule): Rule {
  return (trade, scope) => (holds(trade, scope) ? then : otherwise)(trade, scope);
}

/**
 * The rules by name. The reverse ones read the first different price after the print: for research only, live they
 * would be a look ahead.
 */
export const SIDE_RULES = {
  quote,
  tick,
  'reverse tick': reverseTick,
  /** Lee and Ready (1991). */
  'Lee-Ready': first(quote, tick),
  'reverse Lee-Ready': first(quote, reverseTick),
  /** Ellis, Michaely and O'Hara (2000). */
  EMO: when(atOneQuote, quote, tick),
  'reverse EMO': when(atOneQuote, quote, reverseTick),
  /** Chakrabarty, Li, Nguyen and Van Ness (2007). */
  CLNV: when(inOuterSpread, quote, tick),
  'reverse CLNV': when(inOuterSpread, quote, reverseTick),
  /** Grauer, Schuster and Uhrig-Homburg (2022), also the next and both stacks named after them. */
  'trade size': tradeSize,
  depth,
} as const satisfies Record<string, Rule>;

export type RuleName = keyof typeof SIDE_RULES;

/** Rules asked in order, each in its scope; the first that speaks decides. */
export type RuleStack = ReadonlyArray<readonly [rule: RuleName, scope: Scope]>;

/** The published stacks, and the one that runs live, which looks neither ahead nor at a single exchange. */
export const SIDE_STACKS = {
  'GSU-small': [
    ['quote', 'national'],
    ['quote', 'exchange'],
    ['reverse tick', 'national'],
  ],
  'GSU-large': [
    ['trade size', 'exchange'],
    ['quote', 'national'],
    ['quote', 'exchange'],
    ['depth', 'national'],
    ['depth', 'exchange'],
    ['reverse tick', 'national'],
  ],
  live: [
    ['trade size', 'national'],
    ['quote', 'national'],
    ['depth', 'national'],
    ['tick', 'national'],
  ],
} as const satisfies Record<string, RuleStack>;

/** What a stack of rules says of one trade. */
export function ruledSide(stack: RuleStack, trade: RuledTrade): RuleSide {
  for (const [rule, scope] of stack) {
    const side = SIDE_RULES[rule](trade, scope);
    if (side !== 0) return side;
  }
  return 0;
}

/** The side of every trade by a stack of rules. */
export function ruledSides(stack: RuleStack, trades: readonly RuledTrade[]): Int8Array {
  return Int8Array.from(trades, (trade) => ruledSide(stack, trade));
}
