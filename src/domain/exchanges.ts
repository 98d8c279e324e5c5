// The venues of the options tape: feed id, OPRA participant letter, name.

/** One venue that reports to OPRA. */
export interface Exchange {
  /** Id in the feed: 300 + (OPRA letter - 'A'). */
  readonly id: number;
  readonly opraLetter: string;
  readonly name: string;
}

const NAMES: ReadonlyArray<readonly [letter: string, name: string]> = [
  ['A', 'NYSE American'],
  ['B', 'BOX'],
  ['C', 'Cboe C1'],
  ['D', 'MIAX Emerald'],
  ['E', 'Cboe EDGX'],
  ['H', 'Nasdaq GEMX'],
  ['I', 'Nasdaq ISE'],
  ['J', 'Nasdaq MRX'],
  ['M', 'MIAX'],
  ['N', 'NYSE Arca'],
  ['O', 'OPRA'],
  ['P', 'MIAX Pearl'],
  ['Q', 'Nasdaq Options Market'],
  ['S', 'MIAX Sapphire'],
  ['T', 'Nasdaq BX'],
  ['U', 'MEMX'],
  ['W', 'Cboe C2'],
  ['X', 'Nasdaq PHLX'],
  ['Z', 'Cboe BZX'],
];

/** Every venue known today; a feed may carry ids that are not here (new venues, the letters of old files). */
export const EXCHANGES: readonly Exchange[] = NAMES.map(([opraLetter, name]) => ({
  id: 300 + opraLetter.charCodeAt(0) - 65,
  opraLetter,
  name,
}));

const BY_ID = new Map(EXCHANGES.map((exchange) => [exchange.id, exchange]));

/** The venue with this feed id, or null when it is unknown. Old files write the letter itself: 67 is "C". */
export function exchangeOf(id: number): Exchange | null {
  return BY_ID.get(id) ?? (id >= 65 && id <= 90 ? (BY_ID.get(300 + id - 65) ?? null) : null);
}
