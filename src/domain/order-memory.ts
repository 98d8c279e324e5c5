// What the sessions so far have taught of each contract and underlying, as columns by their numbers.
import type { ContractTable } from './contract-table.ts';
import { RUNGS } from './ladder.ts';
import { type ContractFeatures, featuresOf, ORDER_NODES, ORDER_CLOCKS, TERMS } from './order-class.ts';
import { CLOCK_BUCKETS } from './session-clock.ts';
import { ShapeBins } from './shape-bins.ts';

/** Key of the sessions that an expiry has been listed, by underlying and expiry. */
export function expiryKey(underlying: number, expiryDay: number): number {
  return underlying * 65_536 + expiryDay;
}

/** Orders of a half day against a full one, before the day tells. */
export const HALF_DAY_LENGTH = 0.5;
/** Orders of its own that a contract's class is worth: what is left of contracts' differences within a class. */
export const CLASS_ORDERS = 0.7;
/** Of the contracts never seen in an expiry that is, those that are not dead but new: strikes follow the price. */
const NEW_STRIKE_SHARE = 0.3;

/** Share of its class's orders that is expected of a contract never seen, in an expiry listed for so many sessions. */
export function unseenShare(ofClass: number, listedSessions: number): number {
  const dead = CLASS_ORDERS / (CLASS_ORDERS + ofClass * listedSessions);
  return NEW_STRIKE_SHARE + (1 - NEW_STRIKE_SHARE) * dead;
}

/** Deviation of an underlying in a year before its options have told. */
const VOLATILITY_ASSUMED = 0.4;

/** A longer copy: snapshots go on reading the column as it was. */
function longer<Column extends Float64Array | Float32Array | Int32Array>(
  column: Column,
  length: number,
): Column {
  const copy = new (column.constructor as new (length: number) => Column)(length);
  copy.set(column);
  return copy;
}

/** Columns by contract. */
export class ContractMemory {
  readonly #table: ContractTable;
  /** Decayed orders by rung, `contract * RUNGS + rung`, each day's capped at what is believable. */
  orders = new Float32Array(1024 * RUNGS);
  /** Decayed orders expected of the contract's class, at the level that its underlying had on each day. */
  expected = new Float64Array(1024);
  /** 1 once the contract is followed. */
  #known = new Int32Array(1024);
  readonly features: Array<ContractFeatures | undefined> = [];
  /** The other right at the same strike and expiry; -1 when it was not seen. */
  partner = new Int32Array(1024).fill(-1);
  /** Contracts followed: seen, and not expired. */
  alive: number[] = [];

  constructor(table: ContractTable) {
    this.#table = table;
  }

  isKnown(contract: number): boolean {
    return this.#known[contract] === 1;
  }

  /** Features of a contract, parsed once. */
  featuresOf(contract: number): ContractFeatures {
    return (this.features[contract] ??= featuresOf(this.#table.contract(contract)));
  }

  /** Begins to follow a contract. */
  meet(contract: number): void {
    this.#ensure(contract + 1);
    this.#known[contract] = 1;
    this.alive.push(contract);
    if (this.partner[contract]! >= 0) return;
    const { osi, right } = this.#table.contract(contract);
    const at = osi.length - 9;
    const other = `${osi.slice(0, at)}${right === 'call' ? 'P' : 'C'}${osi.slice(at + 1)}`;
    const partner = this.#table.numberOf(other);
    if (partner < 0) return;
    this.#ensure(partner + 1);
    this.partner[contract] = partner;
    this.partner[partner] = contract;
  }

  /** Stops to follow a contract: expired, or not traded for so long that its class knows as much. */
  forget(contract: number): void {
    this.#known[contract] = 0;
    this.expected[contract] = 0;
    this.orders.fill(0, contract * RUNGS, (contract + 1) * RUNGS);
  }

  #ensure(contracts: number): void {
    if (contracts <= this.#known.length) return;
    const length = Math.max(contracts, this.#known.length * 2);
    const before = this.#known.length;
    this.orders = longer(this.orders, length * RUNGS);
    this.expected = longer(this.expected, length);
    this.#known = longer(this.#known, length);
    this.partner = longer(this.partner, length).fill(-1, before);
  }
}

/** Columns by underlying. */
export class UnderlyingMemory {
  /** Decayed orders, and the decayed length of the sessions they came in (1 a full day). */
  orders = new Float64Array(64);
  length = new Float64Array(64);
  /** Decayed orders by rung, `underlying * RUNGS + rung`. */
  rungs = new Float64Array(64 * RUNGS);
  /** Price in dollars as the options of the last day say, 0 unknown; deviation in a year. */
  spot = new Float64Array(64);
  volatility = new Float64Array(64).fill(VOLATILITY_ASSUMED);

  ensure(underlyings: number): void {
    if (underlyings <= this.orders.length) return;
    const length = Math.max(underlyings, this.orders.length * 2);
    const before = this.orders.length;
    this.orders = longer(this.orders, length);
    this.length = longer(this.length, length);
    this.rungs = longer(this.rungs, length * RUNGS);
    this.spot = longer(this.spot, length);
    this.volatility = longer(this.volatility, length).fill(VOLATILITY_ASSUMED, before);
  }
}

/** What the market as a whole has taught. */
export interface MarketMemory {
  /** By node of the classes: logarithm of the orders of a contract there against others of its underlying. */
  readonly logFactors: Float64Array;
  /** Decayed orders by rung. */
  readonly rungs: Float64Array;
  /** Decayed orders by clock and bucket, of full days. */
  readonly profile: Float64Array;
  /** Decayed orders, contracts traded, and sessions. */
  orders: number;
  contracts: number;
  sessions: number;
}

/** A market of which nothing is known. */
export function emptyMarket(): MarketMemory {
  return {
    logFactors: new Float64Array(ORDER_NODES),
    rungs: new Float64Array(RUNGS),
    profile: new Float64Array(ORDER_CLOCKS * CLOCK_BUCKETS),
    orders: 0,
    contracts: 0,
    sessions: 0,
  };
}

/** All that the sessions so far have taught. */
export class OrderMemory {
  readonly contracts: ContractMemory;
  readonly underlyings = new UnderlyingMemory();
  readonly market = emptyMarket();
  /** By term. */
  readonly contractShapes = Array.from({ length: TERMS }, () => new ShapeBins());
  readonly underlyingShapes = new ShapeBins();
  /** Sessions that an expiry was listed, decayed, by {@link expiryKey}. */
  readonly listed = new Map<number, number>();
  /** Dates folded, oldest first. */
  readonly dates: string[] = [];
  /** Digest of the days folded. */
  fingerprint = '';

  constructor(table: ContractTable) {
    this.contracts = new ContractMemory(table);
  }
}
