// What detector `surprise` keeps of each contract of an underlying, beside its cells: one head a contract.
import type { OrderBaseline, OrderRates } from '../order-baseline.ts';
import { rateBinOf } from '../order-baseline.ts';
import { type ContractFeatures, orderClockOf } from '../order-class.ts';
import { SpotTracker } from '../spot-tracker.ts';
import type { DayTails } from '../tail-memory.ts';
import { grown } from '../../lib/grown.ts';

/** Words of a head: exposure, sum of statistics, the highest, orders expected, drift of its class with the price. */
export const HEAD_WORDS = 6;
export const HEAD = { exposure: 0, sum: 1, highest: 2, expected: 3, drift: 4, driftSpot: 5 } as const;

/** Whole numbers: time and underlying's orders at the last order, its cells, clock, bin, silent until, alerts. */
export const MARK_WORDS = 8;
export const MARK = {
  lastMs: 0,
  orders: 1,
  place: 2,
  rungs: 3,
  clock: 4,
  bin: 5,
  silentUntilMs: 6,
  spoken: 7,
} as const;

/** The class of a contract is looked up again when the price has moved by this share. */
const DRIFT_STEP = 2e-3;

/** Heads that there is room for at first: many underlyings have few contracts that trade. */
export const HEADS_FIRST = 4;

/** Heads in the order in which the contracts had their first orders; 80 bytes each. */
export class OrderHeads {
  words = new Float64Array(HEADS_FIRST * HEAD_WORDS);
  marks = new Int32Array(HEADS_FIRST * MARK_WORDS);
  readonly features: ContractFeatures[] = [];
  readonly spot = new SpotTracker();
  count = 0;

  /** Opens a head: nothing was seen of the contract since the opening. Gives its number. */
  open(features: ContractFeatures, day: number, openMs: number, rates: OrderRates, spot: number): number {
    const head = this.count++;
    if (this.count * HEAD_WORDS > this.words.length) this.#grow();
    this.features[head] = features;
    this.spot.meet(head, features);
    const at = head * HEAD_WORDS;
    this.words[at + HEAD.drift] = 1;
    this.words[at + HEAD.driftSpot] = spot;
    this.words[at + HEAD.expected] = rates.rates[0]!;
    const mark = head * MARK_WORDS;
    this.marks[mark + MARK.lastMs] = openMs;
    this.marks[mark + MARK.clock] = orderClockOf(features, day);
    this.marks[mark + MARK.bin] = rateBinOf(rates.rates[0]!);
    return head;
  }

  /**
   * How many times as much as by the price of the evening before is expected of a contract: by the price of the
   * opening or of now, whichever expects more. Interest follows the price, but not at once, and not all of it.
   */
  driftOf(head: number, baseline: OrderBaseline, underlying: number): number {
    const at = head * HEAD_WORDS;
    const { now, opening } = this.spot;
    const known = this.words[at + HEAD.driftSpot]!;
    if (Math.abs(now - known) <= DRIFT_STEP * known) return this.words[at + HEAD.drift]!;
    const features = this.features[head]!;
    const before = baseline.factor(features, underlying, baseline.spotOf(underlying));
    const moved = Math.max(
      baseline.factor(features, underlying, now),
      baseline.factor(features, underlying, opening),
    );
    this.words[at + HEAD.drift] = moved / before;
    this.words[at + HEAD.driftSpot] = now;
    return moved / before;
  }

  /** Counts every contract-day by how high its statistic rose. */
  addTails(tails: DayTails): void {
    for (let head = 0; head < this.count; head++) {
      tails.add(this.marks[head * MARK_WORDS + MARK.bin]!, this.words[head * HEAD_WORDS + HEAD.highest]!);
    }
  }

  #grow(): void {
    this.words = grown(this.words, this.words.length * 2);
    this.marks = grown(this.marks, this.marks.length * 2);
  }
}
