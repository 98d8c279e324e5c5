// The intraday clock: at what times of the session orders arrive, by kind of underlying and days to expiry.
import { MINUTE_MS } from '../domain/calendar.ts';
import { closeMsOf, type Session } from '../domain/session.ts';
import type { Chain } from './chain.ts';
import type { UnderlyingKind } from './names.ts';

/** How the arrival rate rises at both ends of the day, against 1 in the middle. */
interface Shape {
  readonly atOpen: number;
  readonly atClose: number;
}

/** Minutes in which the rise at either end falls to 1/e. */
const OPEN_DECAY = 25;
const CLOSE_DECAY = 25;
/** Rate in the quarter of an hour after the regular close, for the classes that have it. */
const AFTER_CLOSE = 0.35;

/**
 * Expiring today, within a week, later. Fitted to thirty-minute shares of a stock's chain; funds end busier.
 */
const SHAPES: Readonly<Record<'fund' | 'stock', readonly [Shape, Shape, Shape]>> = {
  fund: [
    { atOpen: 1.5, atClose: 1.5 },
    { atOpen: 1.6, atClose: 1.2 },
    { atOpen: 1.6, atClose: 0.9 },
  ],
  stock: [
    { atOpen: 2.1, atClose: 1.1 },
    { atOpen: 1.8, atClose: 1 },
    { atOpen: 1.6, atClose: 0.8 },
  ],
};

/** Entries of the inverse of the clock, so that a time is drawn by one look-up. */
const INVERSE_SIZE = 2_048;

/** Arrival times of one kind of contract on one session. */
export class DayClock {
  readonly #openMs: number;
  /** Share of the day's orders expected by the end of each minute. */
  readonly #shares: Float64Array;
  /** Offset from the open (ms) by which i/INVERSE_SIZE of the orders have come. */
  readonly #inverse: Float64Array;

  constructor(session: Session, closeMs: number, shape: Shape) {
    const minutes = Math.round((closeMs - session.openMs) / MINUTE_MS);
    const regular = Math.round((session.closeMs - session.openMs) / MINUTE_MS);
    this.#openMs = session.openMs;
    this.#shares = new Float64Array(minutes);
    let sum = 0;
    for (let minute = 0; minute < minutes; minute++) {
      const rise = shape.atOpen * Math.exp(-(minute + 0.5) / OPEN_DECAY);
      const end = shape.atClose * Math.exp(-(regular - minute - 0.5) / CLOSE_DECAY);
      sum += minute < regular ? 1 + rise + end : AFTER_CLOSE;
      this.#shares[minute] = sum;
    }
    for (let minute = 0; minute < minutes; minute++) this.#shares[minute]! /= sum;
    this.#inverse = Float64Array.from({ length: INVERSE_SIZE + 1 }, (_, i) =>
      this.#offsetOf(i / INVERSE_SIZE),
    );
  }

  #offsetOf(share: number): number {
    let minute = 0;
    while (minute < this.#shares.length - 1 && this.#shares[minute]! < share) minute++;
    const before = minute === 0 ? 0 : this.#shares[minute - 1]!;
    const within = (share - before) / (this.#shares[minute]! - before);
    return (minute + Math.min(1, Math.max(0, within))) * MINUTE_MS;
  }

  /** ms after midnight at which a share `u` in [0, 1) of the day's orders has come. */
  timeAt(u: number): number {
    const at = u * INVERSE_SIZE;
    const i = Math.floor(at);
    const from = this.#inverse[i]!;
    return Math.floor(this.#openMs + from + (at - i) * (this.#inverse[i + 1]! - from));
  }

  /** Share of the day's orders expected by an offset (ms after midnight). */
  shareBy(atMs: number): number {
    const minutes = (atMs - this.#openMs) / MINUTE_MS;
    if (minutes <= 0) return 0;
    const minute = Math.floor(minutes);
    if (minute >= this.#shares.length) return 1;
    const before = minute === 0 ? 0 : this.#shares[minute - 1]!;
    return before + (minutes - minute) * (this.#shares[minute]! - before);
  }
}

/** The clocks of a session, made once each. */
export class DayClocks {
  readonly #session: Session;
  readonly #clocks = new Map<string, DayClock>();

  constructor(session: Session) {
    this.#session = session;
  }

  /**
   * The clock of contracts of a kind of underlying, by days to expiry and the offset they stop trading at.
   */
  clock(kind: UnderlyingKind, dte: number, closeMs: number): DayClock {
    const family = kind === 'stock' ? 'stock' : 'fund';
    const term = dte <= 0 ? 0 : dte <= 7 ? 1 : 2;
    const name = `${family} ${term} ${closeMs}`;
    let clock = this.#clocks.get(name);
    if (clock === undefined) {
      clock = new DayClock(this.#session, closeMs, SHAPES[family][term]);
      this.#clocks.set(name, clock);
    }
    return clock;
  }
}

/** The clock of one contract of a chain. */
export function clockOf(clocks: DayClocks, session: Session, chain: Chain, index: number): DayClock {
  const { option } = chain;
  const { dte } = chain.expiries[chain.expiry[index]!]!;
  const expiryDate = dte === 0 ? session.date : '';
  const closeMs = closeMsOf(session, { underlying: option.underlying.name, root: option.root, expiryDate });
  return clocks.clock(option.underlying.kind, dte, closeMs);
}
