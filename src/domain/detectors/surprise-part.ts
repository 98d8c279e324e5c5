// Detector `surprise` at work on one underlying: its orders, their level, the statistics and when they speak.
import { FIELD, ROW_WORDS } from '../arena.ts';
import { present } from '../../lib/assert.ts';
import { type HeldBack, type Spent, UNDERLYING_GROUP } from '../budget.ts';
import { dayNumberOf } from '../calendar.ts';
import { RUNGS, streamCodeOf } from '../ladder.ts';
import { OpenOrders } from '../open-orders.ts';
import { allocateRates, type OrderBaseline } from '../order-baseline.ts';
import { underlyingClockOf } from '../order-class.ts';
import { advanceCell, CELL_WORDS, RungCells, STATISTICS } from '../rung-cells.ts';
import { isLateUnderlying } from '../session.ts';
import type { DayTails } from '../tail-memory.ts';
import type { TradeBatch } from '../trade.ts';
import { UnderlyingLevel } from '../underlying-level.ts';
import { UnderlyingStatistic } from '../underlying-statistic.ts';
import type { DetectorChange, UnderlyingDetector, UnderlyingScene } from './detector.ts';
import type { Finding } from './finding.ts';
import { HEAD, HEAD_WORDS, HEADS_FIRST, MARK, MARK_WORDS, OrderHeads } from './order-heads.ts';
import { contractFinding, underlyingFinding } from './surprise-finding.ts';
import {
  REARM_MS,
  UNDERLYING_REARM_MS,
  HELD_BACK_SHARE,
  SPOKEN_RAISE,
  BREADTH_CONTRACTS_MIN,
  BREADTH_SHARE_MAX,
  type SurprisePast,
  type SurpriseShared,
} from './surprise-shared.ts';

/** Where a baseline writes rates, for as long as they are read. */
const RATES = allocateRates();

/** The detector at work on one underlying. */
export class UnderlyingSurprise implements UnderlyingDetector {
  readonly spent: Spent = { contracts: 0, underlyings: 0 };
  readonly #scene: UnderlyingScene;
  /** One of its own while the past is told again. */
  #shared: SurpriseShared;
  readonly #past: SurprisePast;
  #baseline: OrderBaseline | null = null;
  readonly #orders = new OpenOrders();
  readonly #level = new UnderlyingLevel();
  readonly #cells = new RungCells(HEADS_FIRST);
  readonly #heads = new OrderHeads();
  readonly #own = new UnderlyingStatistic();
  #ownSilentUntilMs = 0;
  readonly #ownClock: number;
  readonly #day: number;
  /** Statistics and thresholds of what was held back, by head; -1 is the underlying. */
  #held: Map<number, HeldBack> | null = null;

  constructor(scene: UnderlyingScene, shared: SurpriseShared, past: SurprisePast) {
    this.#past = past;
    this.#scene = scene;
    this.#shared = shared;
    const { table, session } = scene.context;
    this.#day = present(dayNumberOf(session.date), 'the day of a session');
    this.#ownClock = underlyingClockOf(isLateUnderlying(table.underlyingName(scene.underlying)) ? 1 : 0);
    this.#expect();
  }

  onBaseline(): void {
    this.#expect();
  }

  onPastChange(change: DetectorChange): void {
    this.#past.change(change);
  }

  onPresent(): void {
    this.#shared = this.#past.present;
  }

  /** Takes what the baseline expects. What was learned of the day stays when another comes later. */
  #expect(): void {
    const baseline = this.#scene.context.baseline.orders ?? null;
    this.#baseline = baseline;
    if (baseline === null) return;
    baseline.underlyingRates(this.#scene.underlying, RATES);
    this.#level.expect(RATES.rates[0]!, RATES.shapes[0]!);
    this.#heads.spot.expect(baseline.spotOf(this.#scene.underlying));
    if (this.#level.orders === 0) this.#own.begin(RATES);
  }

  // HOT PATH: once a print; what follows the crossing once an order and rung.

  onPrint(batch: TradeBatch, row: number, slot: number, findings: Finding[]): void {
    const { clock } = this.#shared;
    const baseline = this.#baseline;
    if (baseline === null || clock === null) return;
    const { arena } = this.#scene;
    const atMs = batch.atMs[row]!;
    const stream = streamCodeOf(batch.condition[row]!);
    const crossed = this.#orders.advance(arena, slot, stream, atMs, batch.size[row]!);
    const to = crossed & 15;
    const from = crossed >> 4;
    if (from === to) return;
    const share = clock.shareAt(this.#ownClock, atMs);
    const head =
      (arena.words[slot * ROW_WORDS + FIELD.orderHead]! || this.#open(baseline, batch, row, slot)) - 1;
    if (from === 0 && batch.kind === 'trades') this.#heads.spot.see(head, atMs, batch.priceE4[row]! / 10_000);
    this.#expose(slot, head, atMs, share, from === 0);
    this.#advanceContract(head, slot, from, to);
    const recent = arena.words[slot * ROW_WORDS + FIELD.recentOrders]!;
    if (this.#level.isSpread(this.#heads.words[head * HEAD_WORDS + HEAD.expected]!, recent))
      this.#own.advance(atMs, share, from, to);
    const { budget } = this.#shared;
    const statistic = this.#heads.words[head * HEAD_WORDS + HEAD.sum]! / STATISTICS;
    const mark = head * MARK_WORDS;
    const spoken = this.#heads.marks[mark + MARK.spoken]!;
    let threshold = budget.threshold(this.#heads.marks[mark + MARK.bin]!);
    if (spoken > 0) threshold *= SPOKEN_RAISE ** spoken;
    if (statistic >= HELD_BACK_SHARE * threshold) this.#risen(batch, row, slot, head, threshold, findings);
    const ownThreshold = budget.threshold(UNDERLYING_GROUP);
    if (this.#own.value >= HELD_BACK_SHARE * ownThreshold)
      this.#ownRisen(batch, row, slot, ownThreshold, findings);
  }

  /** Moves a contract's exposure to now, and counts the order when it is a new one. */
  #expose(slot: number, head: number, atMs: number, share: number, isNew: boolean): void {
    const { arena } = this.#scene;
    const { words: heads, marks } = this.#heads;
    const at = head * HEAD_WORDS;
    const mark = head * MARK_WORDS;
    const row = slot * ROW_WORDS;
    const level = this.#level;
    const clock = this.#shared.clock!;
    const lastMs = marks[mark + MARK.lastMs]!;
    if (atMs > lastMs) {
      const kind = marks[mark + MARK.clock]!;
      const passed = clock.shareAt(kind, atMs) - clock.shareAt(kind, lastMs);
      const words = arena.words;
      const factor = level.since(
        heads[at + HEAD.expected]!,
        words[row + FIELD.dayOrders]!,
        words[row + FIELD.recentOrders]!,
        share,
        clock.shareAt(this.#ownClock, lastMs),
        level.orders - marks[mark + MARK.orders]!,
      );
      heads[at + HEAD.exposure]! +=
        factor * passed * this.#heads.driftOf(head, this.#baseline!, this.#scene.underlying);
      marks[mark + MARK.lastMs] = atMs;
    }
    if (isNew) {
      arena.words[row + FIELD.dayOrders]! += 1;
      arena.words[row + FIELD.recentOrders]! += 1;
      const leaving = level.add(slot, share);
      if (leaving >= 0) arena.words[leaving * ROW_WORDS + FIELD.recentOrders]! -= 1;
    }
    marks[mark + MARK.orders] = level.orders;
  }

  #advanceContract(head: number, slot: number, from: number, to: number): void {
    const mark = head * MARK_WORDS;
    if (to > this.#heads.marks[mark + MARK.rungs]!) this.#climb(head, slot, to);
    const place = this.#heads.marks[mark + MARK.place]!;
    const exposure = this.#heads.words[head * HEAD_WORDS + HEAD.exposure]!;
    const { words } = this.#cells;
    let sum = this.#heads.words[head * HEAD_WORDS + HEAD.sum]!;
    for (let rung = from; rung < to; rung++) sum += advanceCell(words, place + rung * CELL_WORDS, exposure);
    this.#heads.words[head * HEAD_WORDS + HEAD.sum] = sum;
    const statistic = sum / STATISTICS;
    if (statistic > this.#heads.words[head * HEAD_WORDS + HEAD.highest]!)
      this.#heads.words[head * HEAD_WORDS + HEAD.highest] = statistic;
  }

  // END OF HOT PATH

  /** The first order of a contract: what is expected of it. Gives its head + 1. */
  #open(baseline: OrderBaseline, batch: TradeBatch, row: number, slot: number): number {
    const { context, underlying, arena } = this.#scene;
    const contract = batch.contract[row]!;
    const features = baseline.featuresOf(contract);
    baseline.contractRates(contract, features, RATES);
    const spot = baseline.spotOf(underlying);
    const head = this.#heads.open(features, this.#day, context.session.openMs, RATES, spot);
    arena.words[slot * ROW_WORDS + FIELD.orderHead] = head + 1;
    return head + 1;
  }

  /** An order of a contract reached a rung higher than any before. */
  #climb(head: number, slot: number, rungs: number): void {
    const mark = head * MARK_WORDS;
    const held = this.#heads.marks[mark + MARK.rungs]!;
    const place = this.#cells.move(this.#heads.marks[mark + MARK.place]!, held, rungs);
    // The first order has just been given its rates by #open.
    if (held > 0) {
      const contract = this.#scene.arena.words[slot * ROW_WORDS + FIELD.contract]!;
      this.#baseline!.contractRates(contract, this.#heads.features[head]!, RATES);
    }
    this.#cells.begin(place, held, rungs, RATES);
    this.#heads.marks[mark + MARK.place] = place;
    this.#heads.marks[mark + MARK.rungs] = rungs;
  }

  #risen(batch: TradeBatch, row: number, slot: number, head: number, threshold: number, findings: Finding[]) {
    const { clockMs, underlying } = this.#scene;
    const statistic = this.#heads.words[head * HEAD_WORDS + HEAD.sum]! / STATISTICS;
    const contract = batch.contract[row]!;
    const mark = head * MARK_WORDS;
    const share = statistic / threshold;
    if (share < 1) return this.#hold(head, { contract, underlying, atMs: clockMs, share });
    const place = this.#heads.marks[mark + MARK.place]!;
    const rungs = this.#heads.marks[mark + MARK.rungs]!;
    const bin = this.#heads.marks[mark + MARK.bin]!;
    if (clockMs >= this.#heads.marks[mark + MARK.silentUntilMs]!) {
      findings.push(
        contractFinding({
          ...this.#decided(batch, row, slot),
          cells: this.#cells,
          place,
          rungs,
          statistic,
          threshold,
          group: bin,
          exposure: this.#heads.words[head * HEAD_WORDS + HEAD.exposure]!,
          clock: this.#shared.clock!.shareAt(this.#heads.marks[mark + MARK.clock]!, batch.atMs[row]!),
          kind: this.#heads.marks[mark + MARK.clock]!,
          level:
            this.#levelOf(slot, head, batch.atMs[row]!) *
            this.#heads.driftOf(head, this.#baseline!, this.#scene.underlying),
          features: this.#heads.features[head]!,
        }),
      );
      this.spent.contracts++;
      this.#heads.marks[mark + MARK.spoken]! += 1;
      this.#heads.marks[mark + MARK.silentUntilMs] = clockMs + REARM_MS;
    }
    this.#held?.delete(head);
    this.#cells.reset(place, rungs);
    this.#heads.words[head * HEAD_WORDS + HEAD.sum] = 0;
  }

  /** The print that decided, and what it was held against. */
  #decided(batch: TradeBatch, row: number, slot: number) {
    return { scene: this.#scene, shared: this.#shared, baseline: this.#baseline!, batch, row, slot };
  }

  #levelOf(slot: number, head: number, atMs: number): number {
    const words = this.#scene.arena.words;
    const own = this.#heads.words[head * HEAD_WORDS + HEAD.expected]!;
    const share = this.#shared.clock!.shareAt(this.#ownClock, atMs);
    return this.#level.ofDay(own, words[slot * ROW_WORDS + FIELD.dayOrders]!, share);
  }

  #ownRisen(batch: TradeBatch, row: number, slot: number, threshold: number, findings: Finding[]): void {
    const { clockMs, underlying } = this.#scene;
    const statistic = this.#own.value;
    const share = statistic / threshold;
    if (share < 1) return this.#hold(-1, { contract: null, underlying, atMs: clockMs, share });
    // What a single contract does is said of the contract; the underlying speaks when its orders are spread.
    const { contracts, most, of } = this.#level.breadth();
    if (contracts < BREADTH_CONTRACTS_MIN || most > BREADTH_SHARE_MAX * of) return;
    if (clockMs >= this.#ownSilentUntilMs) {
      const clock = this.#shared.clock!.shareAt(this.#ownClock, batch.atMs[row]!);
      findings.push(
        underlyingFinding({
          ...this.#decided(batch, row, slot),
          cells: this.#own.cells,
          place: this.#own.place,
          rungs: RUNGS,
          statistic,
          threshold,
          group: UNDERLYING_GROUP,
          exposure: clock,
          clock,
          kind: this.#ownClock,
          level: 1,
          features: null,
        }),
      );
      this.spent.underlyings++;
      this.#ownSilentUntilMs = clockMs + UNDERLYING_REARM_MS;
    }
    this.#held?.delete(-1);
    this.#own.reset();
  }

  #hold(key: number, held: HeldBack): void {
    const all = (this.#held ??= new Map<number, HeldBack>());
    const before = all.get(key);
    if (before === undefined || before.share < held.share) all.set(key, held);
  }

  heldBack(): readonly HeldBack[] {
    return this.#held === null ? [] : [...this.#held.values()];
  }

  /** True once an order was counted: then the clock must not be changed any more. */
  get hasBegun(): boolean {
    return this.#level.orders > 0;
  }

  addTails(tails: DayTails): void {
    this.#heads.addTails(tails);
    if (this.#level.orders > 0) tails.add(UNDERLYING_GROUP, this.#own.highest);
  }
}
