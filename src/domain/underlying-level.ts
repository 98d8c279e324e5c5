// Today's level of an underlying: how many times as many orders as on an ordinary day, so far and just now.

/** Orders that tell the level of the moment. */
const RECENT = 32;
/** The level of the day counts for so many expected orders, for more while few have come. */
const DAY_WEIGHT = 0.5;
const DAY_WEIGHT_EARLY = 4;
/** That of the moment counts for so many expected since a contract's last order. */
const MOMENT_WEIGHT = 16;
/** Recent orders of one contract that are no sign of anything, and the excess over its share that is none. */
const ALONE_MAX = 2;
const SHARE_EXCESS_MAX = 3;
/** Share of the underlying's orders that others than one contract are held to have at least. */
const OTHERS_SHARE_MIN = 0.02;

/**
 * The orders of an underlying in the session. Levels are gamma posterior means and leave out the contract they are
 * asked for: a contract that speaks up must not raise what is expected of it.
 */
export class UnderlyingLevel {
  /** Orders of the session. */
  orders = 0;
  /** Expected orders of the session, and the shape of the day's level. */
  #expected = 1;
  #shape = 1;
  /** Clock and slot of the recent orders. */
  readonly #clocks = new Float64Array(RECENT);
  readonly #slots = new Int32Array(RECENT).fill(-1);
  #next = 0;
  /** Clock of the order before the oldest of the recent ones; 0, the opening, while there is none. */
  #sinceClock = 0;

  /** Sets what is expected of the session. */
  expect(orders: number, shape: number): void {
    this.#expected = orders;
    this.#shape = shape;
  }

  /** Orders expected of others than a contract of which `own` are, in a session. */
  othersExpected(own: number): number {
    return Math.max(this.#expected - own, this.#expected * OTHERS_SHARE_MIN);
  }

  /**
   * True when so many of the recent orders are one contract's as its share explains: those beyond are the contract's
   * story and not the underlying's.
   */
  isSpread(own: number, ownRecent: number): boolean {
    return ownRecent <= ALONE_MAX + SHARE_EXCESS_MAX * RECENT * Math.min(1, own / this.#expected);
  }

  /** Level of the session so far, from the orders of others. */
  ofDay(own: number, ownOrders: number, clock: number): number {
    return (this.#shape + this.orders - ownOrders) / (this.#shape + this.othersExpected(own) * clock);
  }

  /**
   * Level since a contract's last order: that of the moment, corrected by the orders of others since then.
   * @param own orders expected of the contract in a session
   * @param ownOrders its orders in the session so far, and `ownRecent` of them among the recent ones
   * @param clock the underlying's, now, and `since` at the contract's last order
   * @param othersSince orders of others since then
   */
  since(
    own: number,
    ownOrders: number,
    ownRecent: number,
    clock: number,
    since: number,
    othersSince: number,
  ): number {
    const others = this.othersExpected(own);
    const day = (this.#shape + this.orders - ownOrders) / (this.#shape + others * clock);
    const recent = Math.min(this.orders, RECENT) - ownRecent;
    const weight = DAY_WEIGHT + DAY_WEIGHT_EARLY * (1 - recent / RECENT);
    const moment = (weight * day + recent) / (weight + others * Math.max(0, clock - this.#sinceClock));
    return (MOMENT_WEIGHT * moment + othersSince) / (MOMENT_WEIGHT + others * Math.max(0, clock - since));
  }

  /** Counts an order of a contract; gives the slot whose order is no longer recent, -1 for none. */
  add(slot: number, clock: number): number {
    const leaving = this.#slots[this.#next]!;
    if (leaving >= 0) this.#sinceClock = this.#clocks[this.#next]!;
    this.#slots[this.#next] = slot;
    this.#clocks[this.#next] = clock;
    this.#next = (this.#next + 1) % RECENT;
    this.orders++;
    return leaving;
  }

  /** How the recent orders fall on contracts: how many contracts, the most of one, and of how many. */
  breadth(): { readonly contracts: number; readonly most: number; readonly of: number } {
    const counts = new Map<number, number>();
    for (const slot of this.#slots) if (slot >= 0) counts.set(slot, (counts.get(slot) ?? 0) + 1);
    return { contracts: counts.size, most: Math.max(0, ...counts.values()), of: RECENT };
  }
}
