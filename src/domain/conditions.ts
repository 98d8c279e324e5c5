// The OPRA trade conditions: how a print was made, and what it may therefore be used for.

/** How a print was made; parent orders of different streams are never merged. */
export type StreamClass = 'single' | 'auction' | 'cross' | 'floor' | 'complex' | 'tied' | 'other';

/** One OPRA trade condition. */
export interface Condition {
  /** Id in the feed: 200 + n for letters A.., 226 + n for letters a... */
  readonly id: number;
  /** The letter on the OPRA wire. */
  readonly letter: string;
  readonly code: string;
  readonly name: string;
  readonly stream: StreamClass;
  /** Traits in the trader's words. */
  readonly traits: readonly Trait[];
}

export type Trait =
  | 'cancel'
  | 'late'
  | 'outOfSequence'
  | 'iso'
  | 'auction'
  | 'cross'
  | 'floor'
  | 'multiLeg'
  | 'tied'
  | 'compression'
  | 'extendedHours'
  | 'unknown';

type Row = readonly [letter: string, code: string, name: string, stream: StreamClass, ...traits: Trait[]];

const ROWS: readonly Row[] = [
  ['A', 'CANC', 'cancelled: previously reported, neither last nor opening', 'other', 'cancel'],
  ['B', 'OSEQ', 'late and out of sequence', 'single', 'late', 'outOfSequence'],
  ['C', 'CNCL', 'cancelled: the last reported', 'other', 'cancel'],
  ['D', 'LATE', 'late, in sequence', 'single', 'late'],
  ['E', 'CNCO', 'cancelled: the opening trade', 'other', 'cancel'],
  ['F', 'OPEN', 'late report of the opening trade, out of sequence', 'single', 'late', 'outOfSequence'],
  ['G', 'CNOL', 'cancelled: the only trade of the day', 'other', 'cancel'],
  ['H', 'OPNL', 'late report of the opening trade, in sequence', 'single', 'late'],
  ['I', 'AUTO', 'electronic execution', 'single'],
  ['J', 'REOP', 'reopening after a halt', 'single'],
  ['S', 'ISOI', 'intermarket sweep order', 'single', 'iso'],
  ['a', 'SLAN', 'single-leg auction', 'auction', 'auction'],
  ['b', 'SLAI', 'single-leg auction, intermarket sweep', 'auction', 'auction', 'iso'],
  ['c', 'SLCN', 'single-leg cross', 'cross', 'cross'],
  ['d', 'SLCI', 'single-leg cross, intermarket sweep', 'cross', 'cross', 'iso'],
  ['e', 'SLFT', 'single-leg floor', 'floor', 'floor'],
  ['f', 'MLET', 'multi-leg electronic', 'complex', 'multiLeg'],
  ['g', 'MLAT', 'multi-leg auction', 'complex', 'multiLeg', 'auction'],
  ['h', 'MLCT', 'multi-leg cross', 'complex', 'multiLeg', 'cross'],
  ['i', 'MLFT', 'multi-leg floor', 'complex', 'multiLeg', 'floor'],
  ['j', 'MESL', 'multi-leg electronic against single legs', 'complex', 'multiLeg'],
  ['k', 'TLAT', 'stock-option auction', 'tied', 'tied', 'auction'],
  ['l', 'MASL', 'multi-leg auction against single legs', 'complex', 'multiLeg', 'auction'],
  ['m', 'MFSL', 'multi-leg floor against single legs', 'complex', 'multiLeg', 'floor'],
  ['n', 'TLET', 'stock-option electronic', 'tied', 'tied'],
  ['o', 'TLCT', 'stock-option cross', 'tied', 'tied', 'cross'],
  ['p', 'TLFT', 'stock-option floor', 'tied', 'tied', 'floor'],
  ['q', 'TESL', 'stock-option electronic against single legs', 'tied', 'tied'],
  ['r', 'TASL', 'stock-option auction against single legs', 'tied', 'tied', 'auction'],
  ['s', 'TFSL', 'stock-option floor against single legs', 'tied', 'tied', 'floor'],
  ['t', 'CBMO', 'multi-leg floor, proprietary products', 'complex', 'multiLeg', 'floor'],
  ['u', 'MCTP', 'multilateral compression', 'other', 'compression'],
  ['v', 'EXHT', 'extended-hours trade', 'single', 'extendedHours'],
];

/** 'A' is 201, 'a' is 227. */
function idOfLetter(letter: string): number {
  const code = letter.charCodeAt(0);
  return code >= 97 ? 226 + code - 96 : 200 + code - 64;
}

/** All trade conditions of OPRA, by id. */
export const CONDITIONS: readonly Condition[] = ROWS.map(([letter, code, name, stream, ...traits]) => ({
  id: idOfLetter(letter),
  letter,
  code,
  name,
  stream,
  traits,
}));

/** The id a print without a condition carries in a batch: a plain electronic execution with nothing said of it. */
export const NO_CONDITION = 0;

/** What a print may be used for, as bits of {@link conditionUse}. */
export const USE = {
  /** Adds to volume, premium and prints of the day. */
  volume: 1,
  /** Takes an earlier print out again. */
  cancel: 2,
  /** May reach the detectors (compression trades and prints of extended hours may not). */
  detection: 4,
  /** Its price against the quote says who was the aggressor. */
  side: 8,
  /** Its price is a last sale in sequence. */
  last: 16,
  /** A leg of an intermarket sweep. */
  iso: 32,
  /** Printed outside regular hours, or an off-market price: kept apart from the session's counts. */
  apart: 64,
} as const;

const NO_SIDE: ReadonlySet<Trait> = new Set([
  'cross',
  'floor',
  'multiLeg',
  'tied',
  'compression',
  'unknown',
  'cancel',
]);

function useOf(traits: readonly Trait[]): number {
  const has = (trait: Trait): boolean => traits.includes(trait);
  if (has('cancel')) return USE.cancel;
  let use: number = USE.volume;
  if (has('extendedHours') || has('compression')) use |= USE.apart;
  else use |= USE.detection;
  if (!traits.some((trait) => NO_SIDE.has(trait)) && !has('late')) use |= USE.side;
  if (!has('outOfSequence') && !has('extendedHours') && !has('compression')) use |= USE.last;
  if (has('iso')) use |= USE.iso;
  return use;
}

/** Ids are looked up in tables of this size; the last row, which no condition has, stands for every id beyond. */
const TABLE_SIZE = 512;
const USES = new Uint8Array(TABLE_SIZE).fill(useOf(['unknown']));
const STREAMS: StreamClass[] = Array.from({ length: TABLE_SIZE }, () => 'other');
const BY_ID = new Map(CONDITIONS.map((condition) => [condition.id, condition]));
for (const condition of CONDITIONS) {
  USES[condition.id] = useOf(condition.traits);
  STREAMS[condition.id] = condition.stream;
}
USES[NO_CONDITION] = useOf([]);
STREAMS[NO_CONDITION] = 'single';

/** The {@link USE} bits of a condition id. Unknown ids count in volume and detection and never give a side. */
export function conditionUse(id: number): number {
  return USES[id < TABLE_SIZE ? id : TABLE_SIZE - 1] ?? 0;
}

const idsWith = (holds: (use: number) => boolean): readonly number[] =>
  CONDITIONS.map(({ id }) => id).filter((id) => holds(conditionUse(id)));

/** Conditions that take a print back, and those whose prints count in no sum; unknown ones count. */
export const CANCEL_IDS = idsWith((use) => (use & USE.cancel) !== 0);
export const APART_IDS = idsWith((use) => (use & (USE.cancel | USE.detection)) === 0);

/** True for the condition ids that mark a leg of an intermarket sweep order. */
export function isIsoCondition(id: number): boolean {
  return (conditionUse(id) & USE.iso) !== 0;
}

/** The stream class of a condition id ("other" when unknown). */
export function streamOf(id: number): StreamClass {
  return STREAMS[id] ?? 'other';
}

/** The condition with this id, or null when it is unknown or the print carries none. */
export function conditionOf(id: number): Condition | null {
  return BY_ID.get(id) ?? null;
}

/**
 * One code for a print with several: a cancel wins, then what keeps a print out of detection,
 * then what denies it a side, then a sweep, then the first known id, then the first. None of none.
 */
export function strongestCondition(ids: readonly number[]): number {
  const rank = (id: number): number => {
    const use = conditionUse(id);
    if ((use & USE.cancel) !== 0) return 0;
    if ((use & USE.detection) === 0) return 1;
    if (conditionOf(id) === null) return 5;
    if ((use & USE.side) === 0) return 2;
    return (use & USE.iso) !== 0 ? 3 : 4;
  };
  return ids.reduce((best, id) => (rank(id) < rank(best) ? id : best), ids[0] ?? NO_CONDITION);
}
