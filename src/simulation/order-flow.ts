// Parent orders: their sizes, how they are executed, at what price, and the prints they leave.
import type { Session } from '../domain/session.ts';
import type { Random } from '../lib/random.ts';
import type { Chain } from './chain.ts';
import type { OptionClass } from './option-class.ts';
import { mix, normalOf } from './noise.ts';
import { normalShare, type Pricer } from './pricing.ts';
import type { PrintSink } from './print-sink.ts';

/** Condition ids of the feed used here. */
export const CONDITION = {
  cancelled: 201,
  cancelledLast: 203,
  lateOutOfSequence: 202,
  late: 204,
  electronic: 209,
  sweep: 219,
  auction: 227,
  auctionSweep: 228,
  cross: 229,
  floor: 231,
  extendedHours: 248,
} as const;

const COMPLEX = [232, 232, 232, 232, 232, 232, 233, 233, 236, 238] as const;
const STOCK_TIED = [240, 240, 237, 243] as const;

/** Parent sizes: quantile and contracts; log-linear between, Pareto beyond the last. */
const SIZE_QUANTILES: ReadonlyArray<readonly [share: number, size: number]> = [
  [0.28, 1],
  [0.5, 4],
  [0.75, 10.5],
  [0.95, 52],
  [0.99, 185],
];
const PARETO_TAIL = 1.25;
export const SIZE_MAX = 20_000;

const TABLE_SIZE = 4_096;
const TAIL_BEGINS = 0.99;

function sizeAtQuantile(u: number): number {
  const upper = SIZE_QUANTILES.findIndex(([share]) => u <= share);
  if (upper === 0) return 1;
  const [toShare, to] = SIZE_QUANTILES[upper]!;
  const [fromShare, from] = SIZE_QUANTILES[upper - 1]!;
  return from * (to / from) ** ((u - fromShare) / (toShare - fromShare));
}

const SIZES = Float64Array.from({ length: TABLE_SIZE }, (_, i) =>
  sizeAtQuantile(((i + 0.5) / TABLE_SIZE) * TAIL_BEGINS),
);

/**
 * People write round numbers: above 12 lots many orders are multiples of 5, above 60 of 25, above 400 of
 * 100.
 */
function rounded(size: number, u: number): number {
  if (size <= 12 || u > 0.7) return size;
  const step = size > 400 ? 100 : size > 60 ? 25 : 5;
  return Math.max(step, Math.round(size / step) * step);
}

/**
 * Correlation of a contract's order sizes: some contracts are traded in hundreds, their neighbours in ones.
 */
const SIZE_HABIT = 0.45;
const SIZE_LUCK = Math.sqrt(1 - SIZE_HABIT ** 2);

/** A contract's order sizes. */
export interface SizeHabit {
  /** Standard normal, the contract's own: positive for large orders. */
  readonly lean: number;
  /** Power that sizes are raised to: 1 as in the table, less for busy classes, whose orders are smaller. */
  readonly power: number;
}

/** Size of a parent order, contracts. Over all contracts of a class with power 1 sizes follow the table. */
export function drawSize(random: Random, { lean, power }: SizeHabit): number {
  const u = normalShare(SIZE_HABIT * lean + SIZE_LUCK * random.normal());
  const size =
    u < TAIL_BEGINS
      ? SIZES[Math.floor((u / TAIL_BEGINS) * TABLE_SIZE)]!
      : 185 * ((1 - TAIL_BEGINS) / Math.max(1e-7, 1 - u)) ** (1 / PARETO_TAIL);
  return rounded(Math.min(SIZE_MAX, Math.round(size ** power)), random.uniform());
}

/** Chances of each way to execute an order, by its size; what is left is electronic. */
interface Ways {
  readonly auction: number;
  readonly complex: number;
  readonly floor: number;
  readonly cross: number;
  readonly tied: number;
}

const SMALL: Ways = { auction: 0.2, complex: 0.07, floor: 0, cross: 0, tied: 0.011 };
const MIDDLE: Ways = { auction: 0.17, complex: 0.07, floor: 0.2, cross: 0, tied: 0.011 };
const LARGE: Ways = { auction: 0.1, complex: 0.06, floor: 0.28, cross: 0.32, tied: 0.011 };

/**
 * Share of electronic orders of 2 and more lots that are sweeps, rising with size: invented, no figure is
 * public.
 */
function sweepChance(size: number): number {
  return size < 2 ? 0.02 : size < 10 ? 0.06 : size < 100 ? 0.14 : 0.25;
}

/** Longest time between the first and the last print of one order, ms. */
const SPLIT_SPAN_MS = 200;
const LATE_CHANCE = 0.002;
const CANCEL_CHANCE = 0.0004;

/** Turns parent orders into prints; one per day, turned to class after class. */
export class OrderFlow {
  readonly #sink: PrintSink;
  readonly #pricer: Pricer;
  readonly #session: Session;
  #option!: OptionClass;
  #chain!: Chain;
  random!: Random;
  #habit: SizeHabit = { lean: 0, power: 1 };

  constructor(session: Session, pricer: Pricer, sink: PrintSink) {
    this.#session = session;
    this.#pricer = pricer;
    this.#sink = sink;
  }

  /** Turns to a chain, with the stream its randomness comes from. */
  turnTo(chain: Chain, random: Random): void {
    this.#chain = chain;
    this.#option = chain.option;
    this.random = random;
  }

  /** Turns the pricer, and the sizes, to a contract of the chain. */
  turnToContract(index: number): void {
    this.#pricer.turnTo(this.#chain, index);
    this.#habit = { lean: normalOf(mix(this.#pricer.contractKey, 31)), power: this.#option.sizePower };
  }

  /** An order size as this contract sees them, contracts. */
  drawSize(): number {
    return drawSize(this.random, this.#habit);
  }

  /** A venue of the class, by its share. */
  drawVenue(): number {
    const { venues, venueShares } = this.#option;
    if (venues.length === 1) return venues[0]!;
    const u = this.random.uniform();
    let i = 0;
    while (venueShares[i]! < u) i++;
    return venues[i]!;
  }

  // HOT PATH: once a parent order. A 10-million-print day spends about half of its time here.

  /**
   * An ordinary order in contract `index` at an offset; the pricer must stand at that contract, and does so
   * again after.
   */
  ordinary(index: number, atMs: number): void {
    const { random } = this;
    const size = drawSize(random, this.#habit);
    const ways = size < 100 ? SMALL : size < 1_000 ? MIDDLE : LARGE;
    let u = random.uniform();
    if ((u -= ways.auction) < 0) return this.#auction(index, atMs, size);
    if ((u -= ways.complex) < 0) return this.#complex(index, atMs, size);
    if ((u -= ways.floor) < 0) return this.#negotiated(index, atMs, size, CONDITION.floor);
    if ((u -= ways.cross) < 0) return this.#negotiated(index, atMs, size, CONDITION.cross);
    if ((u -= ways.tied) < 0) {
      return this.#negotiated(index, atMs, size, STOCK_TIED[random.below(STOCK_TIED.length)]!);
    }
    return this.#electronic(index, atMs, size);
  }

  #electronic(index: number, atMs: number, size: number): void {
    const { random } = this;
    this.#pricer.quoteAt(atMs);
    const priceE4 = this.#pricer.priceAt(this.#electronicProx(), this.#pricer.tickE4);
    if (size > 1 && this.#option.venues.length > 1 && random.uniform() < sweepChance(size)) {
      this.split(index, atMs, size, priceE4, CONDITION.sweep, 1 + random.below(6));
      return;
    }
    const exchange = this.drawVenue();
    let condition: number = CONDITION.electronic;
    let printedMs = atMs;
    if (random.uniform() < LATE_CHANCE) {
      condition = random.uniform() < 0.6 ? CONDITION.late : CONDITION.lateOutOfSequence;
      printedMs = Math.min(atMs + 5_000 + random.below(120_000), this.#session.closeMs);
    }
    this.#sink.push(index, Math.max(atMs, printedMs), priceE4, size, condition, exchange);
    if (random.uniform() < CANCEL_CHANCE) this.#cancel(index, printedMs, priceE4, size, exchange);
  }

  #cancel(index: number, atMs: number, priceE4: number, size: number, exchange: number): void {
    const condition = this.random.uniform() < 0.5 ? CONDITION.cancelled : CONDITION.cancelledLast;
    const cancelledMs = Math.min(atMs + 1_000 + this.random.below(180_000), this.#session.lateCloseMs);
    this.#sink.push(index, Math.max(atMs, cancelledMs), priceE4, size, condition, exchange);
  }

  #electronicProx(): number {
    const u = this.random.uniform();
    if (u < 0.26) return -1;
    if (u < 0.52) return 1;
    if (u < 0.64) return 0;
    if (u < 0.98) return 1.6 * this.random.uniform() - 0.8;
    return u < 0.99 ? -1.4 : 1.4;
  }

  /** Auctions improve on the quote, in pennies whatever the class's tick. */
  #auction(index: number, atMs: number, size: number): void {
    const { random } = this;
    this.#pricer.quoteAt(atMs);
    const u = random.uniform();
    const prox = u < 0.22 ? (u < 0.11 ? -1 : 1) : u < 0.4 ? 0 : 1.5 * random.uniform() - 0.75;
    const condition = random.uniform() < 0.06 ? CONDITION.auctionSweep : CONDITION.auction;
    this.#sink.push(index, atMs, this.#pricer.priceAt(prox, 100), size, condition, this.drawVenue());
  }

  #negotiated(index: number, atMs: number, size: number, condition: number): void {
    this.#pricer.quoteAt(atMs);
    const prox = 1.6 * this.random.uniform() - 0.8;
    this.#sink.push(index, atMs, this.#pricer.priceAt(prox, 100), size, condition, this.drawVenue());
  }

  /** Two legs at one time, size and venue: a vertical, a calendar or a straddle with a near contract. */
  #complex(index: number, atMs: number, size: number): void {
    const { random } = this;
    const condition = COMPLEX[random.below(COMPLEX.length)]!;
    const exchange = this.drawVenue();
    const prox = 2 * random.uniform() - 1;
    const other = this.#otherLeg(index);
    this.#pricer.quoteAt(atMs);
    this.#sink.push(index, atMs, this.#pricer.priceAt(prox, 100), size, condition, exchange);
    this.#pricer.turnTo(this.#chain, other);
    this.#pricer.quoteAt(atMs);
    this.#sink.push(other, atMs, this.#pricer.priceAt(-prox, 100), size, condition, exchange);
    this.#pricer.turnTo(this.#chain, index);
  }

  #otherLeg(index: number): number {
    const chain = this.#chain;
    const away = 1 + this.random.below(4);
    const sign = this.random.uniform() < 0.5 ? -1 : 1;
    for (const other of [index + sign * away, index - sign * away, index + sign, index - sign]) {
      if (other < 0 || other >= chain.count) continue;
      if (chain.right[other] === chain.right[index] && chain.expiry[other] === chain.expiry[index])
        return other;
    }
    return index === 0 ? 1 : index - 1;
  }

  /** One order in `parts` prints within {@link SPLIT_SPAN_MS}, each on a venue of its own draw. */
  split(index: number, atMs: number, size: number, priceE4: number, condition: number, parts: number): void {
    const { random } = this;
    let left = size;
    let printedMs = atMs;
    const step = (2 * SPLIT_SPAN_MS) / Math.max(4, parts * parts);
    for (let part = Math.min(parts, size); part > 0; part--) {
      const share =
        part === 1 ? left : Math.max(1, Math.round((left / part) * (0.4 + 1.2 * random.uniform())));
      const taken = Math.min(share, left - (part - 1));
      this.#sink.push(index, printedMs, priceE4, taken, condition, this.drawVenue());
      left -= taken;
      printedMs = Math.min(atMs + SPLIT_SPAN_MS, printedMs + random.below(Math.ceil(step)));
    }
  }

  // END OF HOT PATH.

  /**
   * An order of one who wants to be filled: at the offer (side 1) or the bid (-1), swept with chance
   * `sweeps`.
   */
  directed(index: number, atMs: number, size: number, side: number, sweeps: number): void {
    const { random } = this;
    this.#pricer.quoteAt(atMs);
    const prox = random.uniform() < 0.85 ? side : side * 0.4;
    const priceE4 = this.#pricer.priceAt(prox, this.#pricer.tickE4);
    if (size > 1 && this.#option.venues.length > 1 && random.uniform() < sweeps) {
      this.split(index, atMs, size, priceE4, CONDITION.sweep, 2 + random.below(5));
      return;
    }
    this.#sink.push(index, atMs, priceE4, size, CONDITION.electronic, this.drawVenue());
  }

  /** A print outside regular hours, with the condition that keeps it apart. */
  extended(index: number, atMs: number): void {
    this.#pricer.quoteAt(atMs);
    const priceE4 = this.#pricer.priceAt(2 * this.random.uniform() - 1, this.#pricer.tickE4);
    const size = 1 + this.random.below(8);
    const exchange = this.#option.venues.includes(302) ? 302 : this.drawVenue();
    this.#sink.push(index, atMs, priceE4, size, CONDITION.extendedHours, exchange);
  }
}
