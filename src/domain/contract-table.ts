// The directory of contracts: tickers interned from bytes, once, into small numbers that all columns carry.
import { type OptionContract, parseTicker, type TickerFault } from './contract.ts';
import { grown } from '../lib/grown.ts';

/** Bytes of the longest and the shortest ticker: "O:", a root of 1 to 6, and the 15 of date, right and strike. */
const TICKER_BYTES_MAX = 23;
const TICKER_BYTES_MIN = 18;
const KEY_WORDS = 6;

/**
 * Contracts the table may hold: all that are listed (1.5 million) and a year of those that expired. With what the
 * session remembers of each, a full table takes some 1.5 GB; only invented tickers could fill it.
 */
export const CONTRACTS_MAX = 1 << 23;

/** Its columns grow by a quarter: room that nobody uses costs more than the copies. */
const GROWTH = 1.25;

/** The number {@link ContractTable.intern} gives for bytes that are not an option ticker, or find no room. */
export const NOT_A_CONTRACT = -1;

/** Where the words of a ticker are put together. */
const TICKER = new DataView(new ArrayBuffer(TICKER_BYTES_MAX + 1));

/**
 * Numbers contracts 0, 1, 2 … in the order they are first seen, and underlyings likewise.
 * A ticker is kept as six 32-bit words: those at 0, 4, 8, 12 and the last two, which overlap and so cover
 * every length from 18 to 23 bytes; equal words and equal length mean equal tickers.
 * 29 bytes a contract and 8 to 16 of hash slots, which are at most half full; up to a quarter more of room.
 */
export class ContractTable {
  #count = 0;
  #keys = new Int32Array(1024 * KEY_WORDS);
  #lengths = new Uint8Array(1024);
  #underlyings = new Int32Array(1024);
  /** Open addressing: 0 is free, otherwise contract + 1. */
  #slots = new Int32Array(4096);
  readonly #underlyingNames: string[] = [];
  readonly #underlyingIds = new Map<string, number>();
  readonly #contractsMax: number;

  /** @param contractsMax contracts it takes; those beyond are none. */
  constructor(contractsMax = CONTRACTS_MAX) {
    this.#contractsMax = contractsMax;
  }

  /** True when no further contract is taken. */
  get isFull(): boolean {
    return this.#count === this.#contractsMax;
  }

  /** Contracts known. */
  get count(): number {
    return this.#count;
  }

  /** Underlyings known. */
  get underlyingCount(): number {
    return this.#underlyingNames.length;
  }

  /** Number of the underlying of a contract. */
  underlyingOf(contract: number): number {
    return this.#underlyings[contract]!;
  }

  /** Name of an underlying by its number. */
  underlyingName(underlying: number): string {
    const name = this.#underlyingNames[underlying];
    if (name === undefined) throw new RangeError(`no underlying has the number ${underlying}`);
    return name;
  }

  /** Ticker of a contract by its number, "O:SPY251219C00650000". */
  ticker(contract: number): string {
    if (contract < 0 || contract >= this.#count)
      throw new RangeError(`no contract has the number ${contract}`);
    const length = this.#lengths[contract]!;
    for (let word = 0; word < KEY_WORDS; word++) {
      TICKER.setInt32(
        word < 4 ? word * 4 : length - 4 * (KEY_WORDS - word),
        this.#keys[contract * KEY_WORDS + word]!,
        true,
      );
    }
    return textOf(TICKER, 0, length);
  }

  /** Orders two contracts by their tickers, byte by byte: below 0 when `a` comes first, 0 when they are the same. */
  compareTickers(a: number, b: number): number {
    if (a === b) return 0;
    const keys = this.#keys;
    for (let word = 0; word < 4; word++) {
      const differing = keys[a * KEY_WORDS + word]! ^ keys[b * KEY_WORDS + word]!;
      if (differing === 0) continue;
      // The lowest byte that differs stands first in the ticker.
      const shift = (31 - Math.clz32(differing & -differing)) & 24;
      return (
        ((keys[a * KEY_WORDS + word]! >>> shift) & 0xff) - ((keys[b * KEY_WORDS + word]! >>> shift) & 0xff)
      );
    }
    const length = Math.min(this.#lengths[a]!, this.#lengths[b]!);
    for (let at = 16; at < length; at++) {
      const difference = this.#byteAt(a, at) - this.#byteAt(b, at);
      if (difference !== 0) return difference;
    }
    return this.#lengths[a]! - this.#lengths[b]!;
  }

  /** Byte of a ticker from its seventeenth on, which lie in the two last words of its key. */
  #byteAt(contract: number, at: number): number {
    const back = this.#lengths[contract]! - at;
    const word = back > 4 ? 4 : 5;
    const byte = back > 4 ? 8 - back : 4 - back;
    return (this.#keys[contract * KEY_WORDS + word]! >>> (8 * byte)) & 0xff;
  }

  /** The contract with a number, parsed from its ticker: for alerts and answers, not for the hot path. */
  contract(contract: number): OptionContract {
    const parsed = parseTicker(this.ticker(contract));
    if ('fault' in parsed) throw new Error(`interned ticker does not parse: ${parsed.fault}`);
    return parsed;
  }

  /** Number of a ticker given as text, adding it when it is new; the fault in words when it is no option ticker. */
  internTicker(ticker: string): number | { readonly fault: TickerFault } {
    const known = this.numberOf(ticker);
    if (known !== NOT_A_CONTRACT) return known;
    const parsed = parseTicker(ticker);
    if ('fault' in parsed) return parsed;
    const bytes = Uint8Array.from(parsed.osi, (character) => character.charCodeAt(0));
    return this.intern(new DataView(bytes.buffer), 0, bytes.length);
  }

  /** Number of a ticker that is known, and {@link NOT_A_CONTRACT} for any other. */
  numberOf(ticker: string): number {
    const { length } = ticker;
    if (length < TICKER_BYTES_MIN || length > TICKER_BYTES_MAX) return NOT_A_CONTRACT;
    for (let at = 0; at < length; at++) {
      const code = ticker.charCodeAt(at);
      if (code > 0x7f) return NOT_A_CONTRACT;
      TICKER.setUint8(at, code);
    }
    return this.#probe(hashOf(TICKER, 0, length), TICKER, 0, length);
  }

  /** Number of the ticker in `bytes` from `start` to `end`; {@link NOT_A_CONTRACT} when it is none. */
  intern(bytes: DataView, start: number, end: number): number {
    const starts = Int32Array.of(start);
    const ends = Int32Array.of(end);
    const numbers = new Int32Array(1);
    this.internRows(bytes, starts, ends, 1, numbers, 0, new Int32Array(1));
    return numbers[0]!;
  }

  // HOT PATH: once a print. In passes, so that the cache misses of the probes overlap.

  /**
   * Interns `count` tickers given by their byte ranges and writes their numbers to `numbers` from `offset`;
   * {@link NOT_A_CONTRACT} marks bytes that are no ticker. `hashes` is scratch of at least `count`.
   */
  internRows(
    bytes: DataView,
    starts: Int32Array,
    ends: Int32Array,
    count: number,
    numbers: Int32Array,
    offset: number,
    hashes: Int32Array,
  ): void {
    for (let row = 0; row < count; row++) {
      const start = starts[row]!;
      const length = ends[row]! - start;
      hashes[row] = length < TICKER_BYTES_MIN || length > TICKER_BYTES_MAX ? 0 : hashOf(bytes, start, length);
    }
    // Most contracts are known and stand in the first slot of their hash.
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let row = 0; row < count; row++) numbers[offset + row] = slots[hashes[row]! & mask]! - 1;
    for (let row = 0; row < count; row++) {
      const start = starts[row]!;
      const length = ends[row]! - start;
      const candidate = numbers[offset + row]!;
      if (hashes[row] === 0) numbers[offset + row] = NOT_A_CONTRACT;
      else if (candidate < 0 || !this.#matches(candidate, bytes, start, length))
        numbers[offset + row] = this.#find(hashes[row]!, bytes, start, length);
    }
  }

  #find(hash: number, bytes: DataView, start: number, length: number): number {
    const known = this.#probe(hash, bytes, start, length);
    return known === NOT_A_CONTRACT ? this.#add(bytes, start, length) : known;
  }

  #probe(hash: number, bytes: DataView, start: number, length: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = this.#slots[slot]!;
      if (entry === 0) return NOT_A_CONTRACT;
      if (this.#matches(entry - 1, bytes, start, length)) return entry - 1;
    }
  }

  #matches(contract: number, bytes: DataView, start: number, length: number): boolean {
    const keys = this.#keys;
    const key = contract * KEY_WORDS;
    return (
      keys[key + 5] === bytes.getInt32(start + length - 4, true) &&
      keys[key + 4] === bytes.getInt32(start + length - 8, true) &&
      keys[key + 3] === bytes.getInt32(start + 12, true) &&
      keys[key + 2] === bytes.getInt32(start + 8, true) &&
      keys[key + 1] === bytes.getInt32(start + 4, true) &&
      keys[key] === bytes.getInt32(start, true) &&
      this.#lengths[contract] === length
    );
  }

  // END OF HOT PATH: what follows runs once a new contract.

  #add(bytes: DataView, start: number, length: number): number {
    const ticker = textOf(bytes, start, length);
    const parsed = parseTicker(ticker);
    if ('fault' in parsed || parsed.osi !== ticker) return NOT_A_CONTRACT;
    if (this.#count === this.#contractsMax) return NOT_A_CONTRACT;
    if (this.#count === this.#lengths.length) this.#grow();
    const contract = this.#count++;
    for (let word = 0; word < KEY_WORDS; word++) {
      const at = word < 4 ? word * 4 : length - 4 * (KEY_WORDS - word);
      this.#keys[contract * KEY_WORDS + word] = bytes.getInt32(start + at, true);
    }
    this.#lengths[contract] = length;
    this.#underlyings[contract] = this.internUnderlying(parsed.underlying);
    if (this.#count * 2 > this.#slots.length) this.#rehash();
    else this.#place(contract, hashOf(bytes, start, length));
    return contract;
  }

  /** Number of an underlying by its name, adding it when it is new. */
  internUnderlying(name: string): number {
    const known = this.#underlyingIds.get(name);
    if (known !== undefined) return known;
    const number = this.#underlyingNames.push(name) - 1;
    this.#underlyingIds.set(name, number);
    return number;
  }

  #place(contract: number, hash: number): void {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = contract + 1;
  }

  #grow(): void {
    const capacity = Math.ceil(this.#lengths.length * GROWTH);
    this.#keys = grown(this.#keys, capacity * KEY_WORDS);
    this.#lengths = grown(this.#lengths, capacity);
    this.#underlyings = grown(this.#underlyings, capacity);
  }

  #rehash(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    const bytes = new DataView(new ArrayBuffer(TICKER_BYTES_MAX + 1));
    for (let contract = 0; contract < this.#count; contract++) {
      const length = this.#lengths[contract]!;
      for (let word = 0; word < KEY_WORDS; word++) {
        bytes.setInt32(
          word < 4 ? word * 4 : length - 4 * (KEY_WORDS - word),
          this.#keys[contract * KEY_WORDS + word]!,
          true,
        );
      }
      this.#place(contract, hashOf(bytes, 0, length));
    }
  }
}

/** The text of some bytes, each a character. Appending is five times as fast as spreading the bytes into a call. */
function textOf(bytes: DataView, start: number, length: number): string {
  let text = '';
  for (let at = start; at < start + length; at++) text += String.fromCharCode(bytes.getUint8(at));
  return text;
}

/** A hash that is never 0 over the six overlapping words of a ticker. */
function hashOf(bytes: DataView, start: number, length: number): number {
  let hash = Math.imul(bytes.getInt32(start + length - 4, true), 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 15) ^ bytes.getInt32(start + length - 8, true), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13) ^ bytes.getInt32(start + 12, true), 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 16) ^ bytes.getInt32(start + 8, true), 0x27d4eb2f);
  hash = Math.imul(hash ^ (hash >>> 15) ^ bytes.getInt32(start + 4, true), 0x165667b1);
  hash = Math.imul(hash ^ (hash >>> 13) ^ bytes.getInt32(start, true), 0x9e3779b1);
  hash ^= hash >>> 16;
  return hash === 0 ? 1 : hash;
}
