// The price of an underlying through the day, as its options tell it: calls and puts of one strike, by parity.
import type { ContractFeatures } from './order-class.ts';

/** A pair tells the price when its legs traded within this time. */
const PAIR_MS_MAX = 120_000;
/** Pairs further from the money than this share of the strike are passed over: what they cost is not all distance. */
const AWAY_MAX = 0.04;
/** Weight of one pair: prints bounce between bid and ask. */
const WEIGHT = 0.2;
/** Pairs that tell the price of the opening. */
const OPENING_PAIRS = 8;
/** A price that differs more than this from the one known is a misprint or an adjusted contract. */
const MOVE_MAX = 0.25;

/** Follows the price by the prints of pairs. Contracts are numbered in the order they are met. */
export class SpotTracker {
  /** Price in dollars; 0 while it is not known. */
  now = 0;
  /** Price after the first pairs of the session; until they have come, the price of now. */
  opening = 0;
  #pairs = 0;
  readonly #partners: number[] = [];
  readonly #strikes: number[] = [];
  readonly #outward: number[] = [];
  readonly #lastMs: number[] = [];
  readonly #prices: number[] = [];
  readonly #byStrike = new Map<number, number>();

  /** Begins at the price of the evening before, 0 for unknown; once pairs have told, they know better. */
  expect(spot: number): void {
    if (this.#pairs === 0) this.now = this.opening = spot;
  }

  /** Takes the next contract. */
  meet(number: number, { expiryDay, strike, outward }: ContractFeatures): void {
    this.#partners[number] = -1;
    this.#strikes[number] = strike;
    this.#outward[number] = outward;
    this.#lastMs[number] = -Infinity;
    this.#prices[number] = 0;
    // Pairs so far away tell nothing, now or later in the day.
    if (this.now > 0 && Math.abs(strike - this.now) > 2 * AWAY_MAX * this.now) return;
    const key = expiryDay * 4_194_304 + strike;
    const other = this.#byStrike.get(key) ?? -1;
    this.#partners[number] = other;
    if (other >= 0) this.#partners[other] = number;
    else this.#byStrike.set(key, number);
  }

  /** A print of a contract at a price a share, dollars. */
  see(number: number, atMs: number, price: number): void {
    this.#lastMs[number] = atMs;
    this.#prices[number] = price;
    const other = this.#partners[number]!;
    if (other < 0 || atMs - this.#lastMs[other]! > PAIR_MS_MAX) return;
    const strike = this.#strikes[number]!;
    const away = (price - this.#prices[other]!) * this.#outward[number]!;
    if (Math.abs(away) > AWAY_MAX * strike) return;
    const spot = strike + away;
    if (this.now > 0 && Math.abs(spot - this.now) > MOVE_MAX * this.now) return;
    this.now = this.#pairs++ === 0 ? spot : this.now + WEIGHT * (spot - this.now);
    if (this.#pairs <= OPENING_PAIRS) this.opening = this.now;
  }
}
