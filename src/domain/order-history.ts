// Folds the orders of sessions, one after the other, into what is normal of the next.
import { digest } from '../lib/digest.ts';
import { present } from '../lib/assert.ts';
import { dayNumberOf } from './calendar.ts';
import type { ContractTable } from './contract-table.ts';
import { type DayOrders, type OrderHours, RUNGS } from './ladder.ts';
import { believed } from './negative-binomial.ts';
import { type OrderSnapshot, snapshotOf } from './order-snapshot.ts';
import { rateBinOf } from './order-baseline.ts';
import {
  factorAt,
  featureCloseMs,
  ORDER_CLOCKS,
  ORDER_NODES,
  orderClockOf,
  orderPlaceOf,
  termOf,
} from './order-class.ts';
import { CLASS_ORDERS, expiryKey, HALF_DAY_LENGTH, OrderMemory, unseenShare } from './order-memory.ts';
import { BUCKET_MS, requireSession, type Session } from './session.ts';
import { CLOCK_BUCKETS, learnProfile } from './session-clock.ts';
import { shapeAt } from './shape-bins.ts';
import { learnPrices } from './spot-estimate.ts';

/** A session counts half as much after so many. */
const HALF_LIFE_SESSIONS = 10;
const SESSION_DECAY = 2 ** (-1 / HALF_LIFE_SESSIONS);
/** Orders a class is held to what it was by, against those of a day. */
const CLASS_STEADINESS = 50;
/** A contract with fewer decayed orders than this is forgotten: its class knows as much. */
const FORGOTTEN_BELOW = 0.02;

/** What the fold of one day looks at. */
interface DayScratch {
  readonly day: number;
  readonly length: number;
  readonly orders: DayOrders;
  /** Place of a contract in the day + 1; 0 when it did not trade. */
  readonly placeOf: Int32Array;
  /** By underlying: orders of the day, expected orders, and the sum of class factors over its contracts. */
  readonly traded: Float64Array;
  readonly expected: Float64Array;
  readonly factors: Float64Array;
  /** By contract followed, in the order of `alive`. */
  readonly places: Float64Array;
}

/** The memory of the sessions so far. Days are added in their order; each is one pass over the contracts followed. */
export class OrderHistory {
  readonly #table: ContractTable;
  /** All that was learned; it changes with the next day. */
  readonly memory: OrderMemory;

  /** @param memory what earlier sessions taught, by the numbers of the table; nothing unless given. */
  constructor(table: ContractTable, memory = new OrderMemory(table)) {
    this.#table = table;
    this.memory = memory;
  }

  /** Dates folded, oldest first. */
  get dates(): readonly string[] {
    return this.memory.dates;
  }

  /** How a counter sees a session: what is known of contracts is looked up once for all days. */
  hoursOf(session: Session): OrderHours {
    const day = present(dayNumberOf(session.date), 'the day of a session');
    return {
      openMs: session.openMs,
      closeMsOf: (contract) => featureCloseMs(session, this.memory.contracts.featuresOf(contract)),
      clockOf: (contract) => orderClockOf(this.memory.contracts.featuresOf(contract), day),
      clocks: ORDER_CLOCKS,
      buckets: CLOCK_BUCKETS,
      bucketMs: BUCKET_MS,
    };
  }

  /** Folds a session. Throws RangeError when it is not later than those before. */
  add(orders: DayOrders): void {
    const last = this.memory.dates.at(-1) ?? '';
    if (orders.date <= last) throw new RangeError(`${orders.date} is not after ${last}: fold days in order`);
    const scratch = this.#begin(orders);
    // By where the money is today: the detector follows the price through the day as well.
    learnPrices(orders, scratch.day, this.#table, this.memory.contracts, this.memory.underlyings);
    this.#expect(scratch);
    this.#learnContracts(scratch);
    this.#learnUnderlyings(scratch);
    this.#learnMarket(scratch);
    this.memory.dates.push(orders.date);
    const sum = orders.orders.reduce((total, count, i) => (total + count * (i % 9973)) % 2 ** 40, 0);
    this.memory.fingerprint = digest(
      `${this.memory.fingerprint} ${orders.date} ${orders.contract.length} ${sum}`,
      12,
    );
  }

  /** What is normal of a session after those folded; null before the first. It does not change with later days. */
  before(date: string): OrderSnapshot | null {
    if (this.memory.dates.length === 0) return null;
    return snapshotOf({
      table: this.#table,
      contracts: this.memory.contracts,
      underlyings: this.memory.underlyings,
      market: this.memory.market,
      contractShapes: this.memory.contractShapes.map((bins) => bins.shapes()),
      underlyingShapes: this.memory.underlyingShapes.shapes(),
      listed: this.memory.listed,
      session: requireSession(date),
      sessions: this.memory.dates.length,
      version: this.memory.fingerprint,
    });
  }

  #begin(orders: DayOrders): DayScratch {
    const session = requireSession(orders.date);
    const day = present(dayNumberOf(orders.date), 'the day of a session');
    const contracts = this.memory.contracts;
    this.memory.underlyings.ensure(this.#table.underlyingCount);
    contracts.alive = contracts.alive.filter((contract) => {
      const stays =
        contracts.featuresOf(contract).expiryDay >= day &&
        contracts.orders[contract * RUNGS]! >= FORGOTTEN_BELOW;
      if (!stays) contracts.forget(contract);
      return stays;
    });
    // A snapshot reads the columns as they were: the fold of a new day works on copies of its own.
    contracts.orders = contracts.orders.slice();
    contracts.expected = contracts.expected.slice();
    const placeOf = new Int32Array(this.#table.count);
    const traded = new Float64Array(this.#table.underlyingCount);
    orders.contract.forEach((contract, place) => {
      placeOf[contract] = place + 1;
      if (!contracts.isKnown(contract)) contracts.meet(contract);
      traded[this.#table.underlyingOf(contract)]! += orders.orders[place * RUNGS]!;
    });
    return {
      day,
      length: session.halfDay ? HALF_DAY_LENGTH : 1,
      orders,
      placeOf,
      traded,
      expected: new Float64Array(traded.length),
      factors: new Float64Array(traded.length),
      places: new Float64Array(contracts.alive.length),
    };
  }

  /** Classes of the contracts followed, and what was expected of underlyings. */
  #expect({ day, length, traded, expected, factors, places }: DayScratch): void {
    const { alive } = this.memory.contracts;
    const { orders, length: lengths, spot, volatility } = this.memory.underlyings;
    for (let underlying = 0; underlying < traded.length; underlying++) {
      const seen = lengths[underlying]!;
      expected[underlying] = seen > 0 ? (length * orders[underlying]!) / seen : traded[underlying]!;
    }
    for (let i = 0; i < alive.length; i++) {
      const underlying = this.#table.underlyingOf(alive[i]!);
      const features = this.memory.contracts.featuresOf(alive[i]!);
      places[i] = orderPlaceOf(features, day, spot[underlying]!, volatility[underlying]!);
      factors[underlying]! += factorAt(this.memory.market.logFactors, places[i]!);
    }
  }

  #learnContracts(scratch: DayScratch): void {
    const { day, traded, expected, factors, places, placeOf } = scratch;
    const { alive, orders, expected: weights } = this.memory.contracts;
    const { logFactors } = this.memory.market;
    const shapesOf = this.memory.contractShapes.map((bins) => bins.shapes());
    const levelShapes = this.memory.underlyingShapes.shapes();
    for (const bins of this.memory.contractShapes) bins.decay(SESSION_DECAY);
    const came = new Float64Array(ORDER_NODES + 1);
    const awaited = new Float64Array(ORDER_NODES + 1);
    for (let i = 0; i < alive.length; i++) {
      const contract = alive[i]!;
      const underlying = this.#table.underlyingOf(contract);
      const all = expected[underlying]!;
      const ofClass = (all * factorAt(logFactors, places[i]!)) / factors[underlying]!;
      const at = contract * RUNGS;
      const features = this.memory.contracts.featuresOf(contract);
      const isNew = weights[contract] === 0;
      if (isNew) {
        // As if its class had been awaited so long that its share is what it is.
        const listed = this.memory.listed.get(expiryKey(underlying, features.expiryDay)) ?? 0;
        weights[contract] = CLASS_ORDERS * (1 / unseenShare(ofClass, listed) - 1);
      }
      const own = ((CLASS_ORDERS + orders[at]!) / (CLASS_ORDERS + weights[contract]!)) * ofClass;
      const place = placeOf[contract]!;
      const count = place === 0 ? 0 : scratch.orders.orders[(place - 1) * RUNGS]!;
      const levelShape = shapeAt(levelShapes, all);
      // The day's level without the contract itself.
      const level =
        (levelShape + traded[underlying]! - count) / (levelShape + Math.max(0, all - Math.min(own, all)));
      const mean = own * level;
      const term = termOf(features, day);
      const shape = shapeAt(shapesOf[term]!, own);
      const kept = believed(count, mean, shape);
      weights[contract] = SESSION_DECAY * weights[contract]! + ofClass * level;
      this.#learnRungs(at, place, mean, shape, kept, scratch.orders.orders);
      // Of contracts never seen only those that trade are known: they would teach that all do.
      if (isNew) continue;
      this.memory.contractShapes[term]!.add(rateBinOf(own), mean, kept);
      const node = Math.floor(places[i]!);
      const part = places[i]! - node;
      came[node]! += (1 - part) * kept;
      came[node + 1]! += part * kept;
      awaited[node]! += (1 - part) * ofClass * level;
      awaited[node + 1]! += part * ofClass * level;
    }
    for (let node = 0; node < ORDER_NODES; node++) {
      logFactors[node]! += Math.log((CLASS_STEADINESS + came[node]!) / (CLASS_STEADINESS + awaited[node]!));
    }
  }

  /** Each rung's count is cut to what its own mean makes believable: five blocks of 100 lots must not become normal. */
  #learnRungs(
    at: number,
    place: number,
    mean: number,
    shape: number,
    kept: number,
    counts: Int32Array,
  ): void {
    const { orders } = this.memory.contracts;
    const before = orders[at]!;
    for (let rung = 0; rung < RUNGS; rung++) {
      const learned = orders[at + rung]!;
      orders[at + rung] = SESSION_DECAY * learned;
      if (place === 0) continue;
      const count = counts[(place - 1) * RUNGS + rung]!;
      if (count === 0) continue;
      const reached = before > 0 ? (learned + 1) / (before + 1) : this.#marketShare(rung);
      const usual = rung === 0 ? kept : believed(count, mean * reached, Math.min(shape, 1));
      orders[at + rung]! += Math.min(kept, usual);
    }
  }

  #marketShare(rung: number): number {
    const { rungs } = this.memory.market;
    return (rungs[rung]! + 1) / (rungs[0]! + 1);
  }

  #learnUnderlyings({ traded, expected, length, orders: day }: DayScratch): void {
    const { orders, length: lengths, rungs } = this.memory.underlyings;
    const shapes = this.memory.underlyingShapes.shapes();
    this.memory.underlyingShapes.decay(SESSION_DECAY);
    for (let underlying = 0; underlying < traded.length; underlying++) {
      if (lengths[underlying] === 0 && traded[underlying] === 0) continue;
      const mean = expected[underlying]!;
      const kept = believed(traded[underlying]!, mean, shapeAt(shapes, mean));
      if (lengths[underlying]! > 0) this.memory.underlyingShapes.add(rateBinOf(mean), mean, kept);
      orders[underlying] = SESSION_DECAY * orders[underlying]! + kept;
      lengths[underlying] = SESSION_DECAY * lengths[underlying]! + length;
      for (let rung = 0; rung < RUNGS; rung++) rungs[underlying * RUNGS + rung]! *= SESSION_DECAY;
    }
    for (let place = 0; place < day.contract.length; place++) {
      const at = this.#table.underlyingOf(day.contract[place]!) * RUNGS;
      for (let rung = 0; rung < RUNGS; rung++) rungs[at + rung]! += day.orders[place * RUNGS + rung]!;
    }
  }

  #learnMarket({ orders: day, length, day: number }: DayScratch): void {
    const market = this.memory.market;
    market.orders *= SESSION_DECAY;
    market.contracts = SESSION_DECAY * market.contracts + day.contract.length;
    market.sessions = SESSION_DECAY * market.sessions + length;
    for (let rung = 0; rung < RUNGS; rung++) market.rungs[rung]! *= SESSION_DECAY;
    for (let place = 0; place < day.contract.length; place++) {
      market.orders += day.orders[place * RUNGS]!;
      for (let rung = 0; rung < RUNGS; rung++) market.rungs[rung]! += day.orders[place * RUNGS + rung]!;
    }
    // Half days have a clock of another length: they teach nothing of the full day's.
    if (day.profile !== null && length === 1) {
      learnProfile(market.profile, day.profile, SESSION_DECAY);
    }
    for (const [key, sessions] of this.memory.listed) this.memory.listed.set(key, SESSION_DECAY * sessions);
    const expiries = new Set(
      this.memory.contracts.alive.map((contract) =>
        expiryKey(this.#table.underlyingOf(contract), this.memory.contracts.featuresOf(contract).expiryDay),
      ),
    );
    for (const key of this.memory.listed.keys()) if (key % 65_536 < number) this.memory.listed.delete(key);
    for (const key of expiries) this.memory.listed.set(key, (this.memory.listed.get(key) ?? 0) + 1);
  }
}
