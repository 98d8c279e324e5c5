// Parent orders: prints of one contract and stream that belong to one order, counted on a ladder of sizes.
import { isIsoCondition, type StreamClass, streamOf } from './conditions.ts';

/** Prints further apart than this are different orders. */
export const PARENT_GAP_MS = 100;
/** An order does not last longer than this. */
export const PARENT_SPAN_MS = 1_000;

/** Sizes, in contracts, at which a parent order is counted, at the moment it reaches them. */
export const LADDER = [1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500] as const;

/** Words of state a parent order takes in an Int32Array: first print, last print (ms), contracts, prints. */
export const PARENT_WORDS = 4;

/** Number of rungs of the {@link LADDER} that a size reaches: 0 for nothing, 1 for a single contract, 10 for 2,500. */
export function rungsReached(size: number): number {
  let rungs = 0;
  while (rungs < LADDER.length && size >= LADDER[rungs]!) rungs++;
  return rungs;
}

/**
 * Adds a print to the parent order kept at `words[at]` … and returns the rungs newly reached as
 * `first * 16 + last`: rungs first (inclusive) to last (exclusive) were crossed by this print.
 * A print joins when it lies within 100 ms of the order and the order then lasts no longer than 1 s, also when it
 * comes late; any other begins a new order, which crosses the lowest rung at once.
 */
export function advanceParent(words: Int32Array, at: number, atMs: number, size: number): number {
  const firstMs = words[at]!;
  const lastMs = words[at + 1]!;
  const joins =
    words[at + 3] !== 0 &&
    atMs >= firstMs - PARENT_GAP_MS &&
    atMs <= lastMs + PARENT_GAP_MS &&
    Math.max(lastMs, atMs) - Math.min(firstMs, atMs) <= PARENT_SPAN_MS;
  const before = joins ? words[at + 2]! : 0;
  words[at] = joins ? Math.min(firstMs, atMs) : atMs;
  words[at + 1] = joins ? Math.max(lastMs, atMs) : atMs;
  words[at + 2] = before + size;
  words[at + 3] = joins ? words[at + 3]! + 1 : 1;
  return rungsReached(before) * 16 + rungsReached(before + size);
}

/** A finished or growing parent order, for evidence and tests. */
export interface ParentOrder {
  readonly stream: StreamClass;
  readonly firstMs: number;
  readonly lastMs: number;
  /** Contracts. */
  readonly size: number;
  readonly prints: number;
  /** Exchange ids, in the order they first printed. */
  readonly exchanges: readonly number[];
  /** Prints marked as legs of an intermarket sweep. */
  readonly isoPrints: number;
}

/** What {@link parentOrders} needs of a print of one contract. */
export interface ParentPrint {
  readonly atMs: number;
  readonly size: number;
  readonly condition: number;
  readonly exchange: number;
}

/** Assembles the prints of ONE contract, in tape order, into parent orders, in the order they begin. */
export function parentOrders(prints: readonly ParentPrint[]): ParentOrder[] {
  interface Open {
    readonly words: Int32Array;
    readonly legs: ParentPrint[];
  }
  const open = new Map<StreamClass, Open>();
  const words = new Int32Array(PARENT_WORDS);
  const all: Array<Open & { stream: StreamClass }> = [];
  for (const print of prints) {
    const stream = streamOf(print.condition);
    let order = open.get(stream);
    if (order === undefined) words.fill(0);
    else words.set(order.words);
    advanceParent(words, 0, print.atMs, print.size);
    if (order === undefined || words[3] === 1) {
      order = { words: words.slice(), legs: [] };
      open.set(stream, order);
      all.push(Object.assign(order, { stream }));
    } else order.words.set(words);
    order.legs.push(print);
  }
  return all.map(({ stream, words, legs }) => ({
    stream,
    firstMs: words[0]!,
    lastMs: words[1]!,
    size: words[2]!,
    prints: words[3]!,
    exchanges: [...new Set(legs.map((leg) => leg.exchange))],
    isoPrints: legs.filter((leg) => isIsoCondition(leg.condition)).length,
  }));
}
