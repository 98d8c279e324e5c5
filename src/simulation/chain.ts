// The chain of a class on a day: every listed contract, and how many orders it should see.
import { dateOfDayNumber, dayNumberOf } from '../domain/calendar.ts';
import { formatTicker } from '../domain/contract.ts';
import type { Session } from '../domain/session.ts';
import { present } from '../lib/assert.ts';
import { type Expiry, expiriesOf } from './expiries.ts';
import { mix, normalOf, wander } from './noise.ts';
import type { OptionClass } from './option-class.ts';

export const CALL = 0;
export const PUT = 1;

/**
 * A contract that would see about this many orders a day or fewer is neglected, and sees fewer still:
 * without it a
 * chain has too many contracts that trade every third day, and too few that never do or always do.
 */
function neglectBelow(depth: number): number {
  return 0.25 + 0.25 * depth;
}
const NEGLECT_POWER = 4;

/**
 * Contracts of one class in ticker order, as columns; reused from class to class, so only valid until the
 * next.
 */
export class Chain {
  option!: OptionClass;
  expiries: readonly Expiry[] = [];
  /** Opening price of the underlying, dollars. */
  spot = 0;
  count = 0;
  /** Index into `expiries`. */
  expiry = new Int16Array(1024);
  right = new Uint8Array(1024);
  /** 1/1000 dollar. */
  strikeMills = new Int32Array(1024);
  /** Parent orders expected on the day, before the luck of the day. */
  mean = new Float64Array(1024);

  /**
   * Lists the chain of `option` on a session whose underlying opens at `spot` dollars; `orders` expected in
   * all.
   */
  list(option: OptionClass, session: Session, spot: number, seedKey: number, orders: number): void {
    const today = present(dayNumberOf(session.date), 'the day of the session');
    this.option = option;
    this.expiries = expiriesOf(option, today);
    this.spot = spot;
    this.count = 0;
    this.expiries.forEach((expiry, index) => {
      const strikes = strikesOf(option, expiry, spot);
      const key = mix(mix(mix(seedKey, option.key), expiry.day), 11);
      for (const right of [CALL, PUT]) {
        for (let strike = strikes.first; strike <= strikes.last; strike += strikes.step) {
          this.#add(index, right, strike);
          const interest = interestOf(option, expiry, right, strike, spot, strikes.step);
          this.mean[this.count - 1] = interest * temperOf(mix(mix(key, right), strike), today);
        }
      }
    });
    this.#spread(orders);
  }

  /** Divides the class's orders by interest, then takes from contracts that hardly anybody watches. */
  #spread(orders: number): void {
    this.#scaleTo(orders);
    const neglect = neglectBelow(this.option.depth);
    for (let i = 0; i < this.count; i++) {
      const mean = this.mean[i]!;
      this.mean[i] = mean * (mean / (mean + neglect)) ** NEGLECT_POWER;
    }
    this.#scaleTo(orders);
  }

  #scaleTo(orders: number): void {
    let total = 0;
    for (let i = 0; i < this.count; i++) total += this.mean[i]!;
    for (let i = 0; i < this.count; i++) this.mean[i]! *= orders / total;
  }

  /** Ticker of a contract of the chain. */
  ticker(index: number): string {
    return formatTicker({
      root: this.option.root,
      expiryDate: dateOfDayNumber(this.expiries[this.expiry[index]!]!.day),
      right: this.right[index] === CALL ? 'call' : 'put',
      strikeMills: this.strikeMills[index]!,
    });
  }

  #add(expiry: number, right: number, strikeMills: number): void {
    if (this.count === this.mean.length) this.#grow();
    this.expiry[this.count] = expiry;
    this.right[this.count] = right;
    this.strikeMills[this.count] = strikeMills;
    this.count++;
  }

  #grow(): void {
    const capacity = this.mean.length * 2;
    const [expiry, right, strikeMills, mean] = [this.expiry, this.right, this.strikeMills, this.mean];
    this.expiry = new Int16Array(capacity);
    this.right = new Uint8Array(capacity);
    this.strikeMills = new Int32Array(capacity);
    this.mean = new Float64Array(capacity);
    this.expiry.set(expiry);
    this.right.set(right);
    this.strikeMills.set(strikeMills);
    this.mean.set(mean);
  }
}

/** Distance of strikes near the money, 1/1000 dollar, by the price the class lives at. */
function strikeStepOf(option: OptionClass, dte: number): number {
  const price = option.underlying.anchorPrice;
  const fine = option.depth >= 1.5 || option.schedule === 'daily';
  const near = dte <= 60;
  if (price < 12) return fine && near ? 500 : 1_000;
  if (price < 50) return fine ? (near ? 500 : 1_000) : 2_500;
  if (price < 150) return fine && near ? 1_000 : option.depth > 1 ? 2_500 : 5_000;
  if (price < 500) return fine && near ? 2_500 : 5_000;
  if (price < 1_500) return option.underlying.kind === 'fund' && near ? 1_000 : fine && near ? 5_000 : 10_000;
  if (price < 10_000) return near ? 5_000 : 25_000;
  return near ? 25_000 : 100_000;
}

interface Strikes {
  readonly first: number;
  readonly last: number;
  readonly step: number;
}

/** Strikes of an expiry: within so many deviations of spot, coarser where there would be too many. */
function strikesOf(option: OptionClass, { dte }: Expiry, spot: number): Strikes {
  const deviation = option.underlying.volatility * Math.sqrt((dte + 2) / 365);
  const width = Math.min(1, 0.05 + (1.6 + 0.9 * option.depth) * deviation);
  const perSide = Math.round(5 + 9 * option.depth * option.depth);
  const spotMills = spot * 1_000;
  let step = strikeStepOf(option, dte);
  while ((spotMills * width) / step > perSide) step *= 2;
  const first = Math.max(step, Math.ceil((spotMills * Math.exp(-width)) / step) * step);
  const last = Math.max(first + 3 * step, Math.floor((spotMills * Math.exp(width)) / step) * step);
  return { first, last, step };
}

/** Expected interest in a contract by expiry, distance from the money and roundness of its strike. */
function interestOf(
  option: OptionClass,
  { dte, monthly }: Expiry,
  right: number,
  strikeMills: number,
  spot: number,
  step: number,
): number {
  const deviation = option.underlying.volatility * Math.sqrt((dte + 4) / 365);
  const distance = Math.log(strikeMills / (spot * 1_000)) / deviation;
  const outOfMoney = right === CALL ? distance : -distance;
  const near = outOfMoney >= 0 ? Math.exp(-1.6 * outOfMoney) : Math.exp(2.4 * outOfMoney);
  const term = (dte + 1.2) ** -0.9 * (monthly ? 2 : 1);
  const round = strikeMills % (10 * step) === 0 ? 2.2 : strikeMills % (5 * step) === 0 ? 1.5 : 1;
  const call = right === CALL ? (option.underlying.kind === 'stock' ? 1.5 : 0.9) : 1;
  return term * (near + 0.0005) * round * call;
}

/** A contract's own attraction: lasting, for weeks, for days. */
function temperOf(key: number, today: number): number {
  return Math.exp(
    0.75 * normalOf(mix(key, 1)) + 0.5 * wander(mix(key, 2), today, 40) + 0.3 * wander(mix(key, 3), today, 6),
  );
}
