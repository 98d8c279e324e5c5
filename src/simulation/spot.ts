// Underlying prices: a wandering level with jumps, and inside the day a path in fifteen-second steps.
import { CALENDAR_YEARS, dayKindOf, dayNumberOf, MINUTE_MS, newYorkDayOf } from '../domain/calendar.ts';
import type { Session } from '../domain/session.ts';
import { present } from '../lib/assert.ts';
import type { Underlying } from './names.ts';
import { mix, normalOf, uniformOf } from './noise.ts';

/** Length of a step of the path and of a quote's life, ms. */
export const STEP_MS = 15_000;

/** A jump of an underlying inside regular hours. */
export interface Jump {
  /** ms after midnight. */
  readonly atMs: number;
  /** Change of the log price. */
  readonly size: number;
}

/** How strongly the level is pulled back to its anchor, a day: about 200 days' memory. */
const PULL = 0.005;
/** Of a day's variance this much happens overnight. */
const OVERNIGHT = 0.3;
const TRADING_DAYS = 252;

const PURPOSE = { overnight: 1, daytime: 2, jump: 3, jumpSize: 4, jumpTime: 5, path: 6, market: 7 } as const;

/** Daily deviation of the log price. */
function dailyDeviation(underlying: Underlying): number {
  return underlying.volatility / Math.sqrt(TRADING_DAYS);
}

/** Prices of every underlying of one market; all of it depends on the seed and the day alone. */
export class Spots {
  readonly #seedKey: number;
  readonly #jumpChance: number;
  /** Log distance from the anchor at the last open asked for, by underlying key. */
  readonly #levels = new Map<number, { day: number; open: number }>();

  /** @param seedKey hash of the market's seed; @param underlyings how many share the market's news. */
  constructor(seedKey: number, underlyings: number) {
    this.#seedKey = seedKey;
    // Some four stocks a day jump in a small market, one in a hundred in a large one.
    this.#jumpChance = Math.min(0.03, Math.max(0.01, 4 / underlyings));
  }

  #hash(key: number, day: number, purpose: number): number {
    return mix(mix(mix(this.#seedKey, purpose), key), day);
  }

  /** One shock of a deviation of 1, a third of its variance shared with the whole market. */
  #shock(key: number, day: number, purpose: number): number {
    const market = normalOf(this.#hash(0, day, purpose + 16));
    return 0.58 * market + 0.815 * normalOf(this.#hash(key, day, purpose));
  }

  /** The jump of an underlying on a day, or null; only stocks jump. */
  jump(underlying: Underlying, key: number, session: Session): Jump | null {
    const day = present(dayNumberOf(session.date), 'the day of the session');
    const size = this.#jumpSize(underlying, key, day);
    if (size === 0) return null;
    const earliestMs = session.openMs + 40 * MINUTE_MS;
    const spanMs = session.closeMs - 45 * MINUTE_MS - earliestMs;
    return {
      atMs: Math.floor(earliestMs + spanMs * uniformOf(this.#hash(key, day, PURPOSE.jumpTime))),
      size,
    };
  }

  #jumpSize(underlying: Underlying, key: number, day: number): number {
    if (underlying.kind !== 'stock') return 0;
    if (uniformOf(this.#hash(key, day, PURPOSE.jump)) >= this.#jumpChance) return 0;
    const draw = uniformOf(this.#hash(key, day, PURPOSE.jumpSize));
    const sign = draw < 0.5 ? -1 : 1;
    return sign * dailyDeviation(underlying) * (1.5 + 5 * Math.abs(draw - 0.5));
  }

  /** Change of the log price from open to close, the jump included. */
  #daytime(underlying: Underlying, key: number, day: number): number {
    const deviation = dailyDeviation(underlying) * Math.sqrt(1 - OVERNIGHT);
    return deviation * this.#shock(key, day, PURPOSE.daytime) + this.#jumpSize(underlying, key, day);
  }

  /**
   * Log distance from the anchor at the open: the sum of all days since the calendar begins, kept for the
   * next day.
   */
  #openLevel(underlying: Underlying, key: number, day: number): number {
    const known = this.#levels.get(key);
    const usable = known !== undefined && known.day <= day;
    let at = usable ? known.day : newYorkDayOf(Date.UTC(CALENDAR_YEARS.first, 0, 2, 12));
    let open = usable ? known.open : 0;
    const overnight = dailyDeviation(underlying) * Math.sqrt(OVERNIGHT);
    while (at < day) {
      const kind = dayKindOf(at);
      if (kind !== 'closed') {
        const close = (open + this.#daytime(underlying, key, at)) * (1 - PULL);
        open = close + overnight * this.#shock(key, at, PURPOSE.overnight);
      }
      at++;
    }
    this.#levels.set(key, { day, open });
    return open;
  }

  /** The day's path of an underlying, dollars. */
  path(underlying: Underlying, key: number, session: Session, into: SpotPath): void {
    const day = present(dayNumberOf(session.date), 'the day of the session');
    const jump = this.jump(underlying, key, session);
    const jumpSize = jump?.size ?? 0;
    const open = this.#openLevel(underlying, key, day);
    const drift = this.#daytime(underlying, key, day) - jumpSize;
    const jumpStep = jump === null ? Infinity : (jump.atMs - session.openMs) / STEP_MS;
    into.fill(
      session,
      (step, steps, bridge) => {
        const moved = drift * Math.min(1, step / steps) + (step >= jumpStep ? jumpSize : 0);
        return underlying.anchorPrice * Math.exp(open + moved + dailyDeviation(underlying) * 0.83 * bridge);
      },
      this.#hash(key, day, PURPOSE.path),
    );
  }
}

/** One underlying's prices of one day, reused from underlying to underlying. */
export class SpotPath {
  #openMs = 0;
  #prices = new Float64Array(1);
  #bridge = new Float64Array(1);

  /** Fills the path from the open to the late close with `price(step, steps, bridge)`. */
  fill(session: Session, price: (step: number, steps: number, bridge: number) => number, hash: number): void {
    const steps = Math.ceil((session.lateCloseMs - session.openMs) / STEP_MS);
    if (this.#prices.length !== steps + 1) {
      this.#prices = new Float64Array(steps + 1);
      this.#bridge = new Float64Array(steps + 1);
    }
    this.#openMs = session.openMs;
    // A Brownian bridge: the walk inside the day ends where the day was decided to end.
    const bridge = this.#bridge;
    const scale = 1 / Math.sqrt(steps);
    let state = hash;
    for (let step = 1; step <= steps; step++) {
      state = mix(state, step);
      bridge[step] = bridge[step - 1]! + scale * normalOf(state);
    }
    const end = bridge[steps]!;
    for (let step = 0; step <= steps; step++) {
      this.#prices[step] = price(step, steps, bridge[step]! - (end * step) / steps);
    }
  }

  /** Price at an offset, dollars; before the open the opening price, after the close the last. */
  at(atMs: number): number {
    const step = Math.floor((atMs - this.#openMs) / STEP_MS);
    const last = this.#prices.length - 1;
    return this.#prices[step < 0 ? 0 : step > last ? last : step]!;
  }

  /** The opening price, dollars. */
  get open(): number {
    return this.#prices[0]!;
  }
}
