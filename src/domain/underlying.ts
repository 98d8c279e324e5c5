// One underlying: its contracts, their rolling windows and quotes, and what a batch of prints makes of them.
import { ALERT_STATE, type ContractArena, FIELD, ROW_WORDS, type SlotDirectory } from './arena.ts';
import type { VolumeBaseline } from './baseline.ts';
import type { CancelLedger } from './cancel-ledger.ts';
import { conditionUse, USE } from './conditions.ts';
import type { ContractTable } from './contract-table.ts';
import type { Detector, UnderlyingDetector, UnderlyingScene } from './detectors/detector.ts';
import type { Finding } from './detectors/finding.ts';
import {
  type CompiledThreshold,
  normalVolume,
  THRESHOLD_REARM_MS,
  THRESHOLD_WINDOW_MS,
  triggerVolume,
} from './detectors/threshold.ts';
import { EngineClock } from './engine-clock.ts';
import { evidenceOfContract } from './detectors/scene-evidence.ts';
import { QuoteBook } from './quote-book.ts';
import { bucketsUntil, closeMsOf, isLateUnderlying, type Session } from './session.ts';
import { hasSide, packedSide, SIDE_DENIED } from './side.ts';
import type { TradeBatch } from './trade.ts';
import { ENTRY, ENTRY_WORDS, packVenue, RollingWindow } from './window.ts';

/** What every underlying of a session shares, and none of them changes. */
export interface UnderlyingContext {
  readonly session: Session;
  readonly table: ContractTable;
  readonly baseline: VolumeBaseline;
  readonly threshold: CompiledThreshold;
  /** The detectors beside it, in the order in which they speak of one print. */
  readonly detectors: readonly Detector[];
  /** Finds the print that a cancel takes back. */
  readonly cancels: CancelLedger;
}

/** Counts of prints by what became of them; they add up to the prints received. */
export interface PrintCounts {
  /** In the rolling window and the day's volume. */
  detected: number;
  /** In the day's volume only: before the opening or after the close of the contract's class. */
  outsideHours: number;
  /** Extended-hours and compression prints, kept apart from the session. */
  apart: number;
  cancels: number;
}

/**
 * Everything an underlying knows in a session. Mutated in place by {@link foldTrades} and by nobody else.
 *
 * An underlying that failed is folded again from the session's first print (rebuild.ts), so whatever a detector
 * remembers must lie here or in a contract's row of the arena, must follow from the prints, quotes, ticks, baselines
 * and changes (detector.ts) alone, in their order, and must not be shared with another underlying.
 */
export class UnderlyingState implements UnderlyingScene {
  /** Replaced as a whole when another baseline is adopted. */
  context: UnderlyingContext;
  readonly arena: ContractArena;
  readonly directory: SlotDirectory;
  readonly underlying: number;
  readonly window = new RollingWindow(THRESHOLD_WINDOW_MS);
  readonly quotes = new QuoteBook();
  readonly counts: PrintCounts = { detected: 0, outsideHours: 0, apart: 0, cancels: 0 };
  /** True once a quote of any contract has come. */
  quoted = false;
  /** Prints of regular hours that were older than the underlying's clock when they came. */
  latePrints = 0;
  /** Cancels that matched nothing. */
  unmatchedCancels = 0;
  /** Event time of the newest print that reached the window, ms after midnight. */
  clockMs = -DAY_BEFORE_MS;
  /** The session's clock; one of its own while the past is folded again. */
  clock: EngineClock;

  /** The detectors at work here, beside the threshold. */
  readonly detectors: readonly UnderlyingDetector[];

  constructor(
    context: UnderlyingContext,
    arena: ContractArena,
    directory: SlotDirectory,
    underlying: number,
    clock = new EngineClock(),
    { past = false } = {},
  ) {
    this.context = context;
    this.arena = arena;
    this.directory = directory;
    this.underlying = underlying;
    this.clock = clock;
    this.detectors = context.detectors.map((detector) => detector.begin(this, past));
  }
}

const DAY_BEFORE_MS = 86_400_000;

// HOT PATH: the loop below runs once a print. No objects, strings, closures or maps on its straight way.

/**
 * Folds the rows `order[from..to)` of a batch, all of this underlying, into its state.
 * Findings are appended to `findings`, in the order of the rows.
 */
export function foldTrades(
  state: UnderlyingState,
  batch: TradeBatch,
  order: Int32Array,
  from: number,
  to: number,
  findings: Finding[],
): void {
  const { arena, directory, window, detectors } = state;
  settleWindow(state);
  // The price of a minute is its close: held against a quote it would say nothing of who traded in that minute.
  const sided = state.quoted && batch.kind === 'trades';
  for (let i = from; i < to; i++) {
    const row = order[i]!;
    const contract = batch.contract[row]!;
    const atMs = batch.atMs[row]!;
    const size = batch.size[row]!;
    const condition = batch.condition[row]!;
    const use = conditionUse(condition);
    const slot = (directory.slots[contract]! || openContract(state, contract)) - 1;
    const at = slot * ROW_WORDS;
    if ((use & USE.detection) === 0) {
      setApart(state, batch, row, slot, use);
      continue;
    }
    arena.words[at + FIELD.dayVolume]! += size;
    arena.words[at + FIELD.dayPrints]! += 1;
    if (atMs < state.context.session.openMs || atMs >= arena.words[at + FIELD.closeMs]!) {
      state.counts.outsideHours++;
      continue;
    }
    if (atMs > state.clockMs) {
      state.clockMs = atMs;
      expire(state, atMs - window.windowMs);
    } else if (atMs < state.clockMs) {
      state.latePrints++;
      if (atMs <= state.clockMs - window.windowMs) {
        state.counts.detected++;
        for (const detector of detectors) detector.onPrint(batch, row, slot, findings);
        continue;
      }
    }
    const priceE4 = batch.priceE4[row]!;
    const side = sided
      ? sideOf(state, contract, atMs, priceE4, size, condition)
      : (use & USE.side) === 0
        ? SIDE_DENIED
        : 0;
    window.push(atMs, slot, size, priceE4, packVenue(condition, batch.exchange[row]!), side);
    state.counts.detected++;
    const words = arena.words;
    const volume = (words[at + FIELD.windowVolume]! += size);
    if (volume >= words[at + FIELD.triggerVolume]! && words[at + FIELD.alertState] !== ALERT_STATE.above) {
      rise(state, batch, row, slot, volume, findings);
    }
    for (const detector of detectors) detector.onPrint(batch, row, slot, findings);
  }
}

/** Takes prints at or before `untilMs` out of the window. */
function expire(state: UnderlyingState, untilMs: number): void {
  const { window } = state;
  const words = state.arena.words;
  const ring = window.words;
  while (window.head < window.tail) {
    const entry = (window.head & window.mask) * ENTRY_WORDS;
    const entryMs = ring[entry]!;
    if (entryMs > untilMs) return;
    const at = ring[entry + ENTRY.slot]! * ROW_WORDS;
    const volume = (words[at + FIELD.windowVolume]! -= ring[entry + ENTRY.size]!);
    if (words[at + FIELD.alertState] === ALERT_STATE.above && volume < words[at + FIELD.triggerVolume]!) {
      words[at + FIELD.alertState] = ALERT_STATE.below;
      words[at + FIELD.belowSinceMs] = entryMs + window.windowMs;
    }
    window.head++;
  }
}

// END OF HOT PATH: what follows runs for first prints, crossings, quotes and corrections.

/** Moves the underlying's clock up to the session's, and takes what is then too old out of the window. */
export function settleWindow(state: UnderlyingState): void {
  const { tickMs } = state.clock;
  if (tickMs <= state.clockMs) return;
  state.clockMs = tickMs;
  expire(state, tickMs - state.window.windowMs);
}

/** Gives a contract its row and what is normal for it; returns its slot + 1. */
function openContract(state: UnderlyingState, contract: number): number {
  const { table, session, baseline, threshold } = state.context;
  const { arena } = state;
  state.directory.ensure(table.count);
  const slot = arena.allocate(contract);
  // Only a late class needs its contract taken apart, and most are none.
  const late = isLateUnderlying(table.underlyingName(table.underlyingOf(contract)));
  const closeMs = late ? closeMsOf(session, table.contract(contract)) : session.closeMs;
  const buckets = bucketsUntil(session, closeMs);
  arena.words[slot * ROW_WORDS + FIELD.closeMs] = closeMs;
  arena.words[slot * ROW_WORDS + FIELD.triggerVolume] = triggerVolume(
    threshold,
    baseline.volumeSum(contract),
    baseline.sessions,
    buckets,
  );
  state.directory.slots[contract] = slot + 1;
  return slot + 1;
}

/** A contract's volume reached its trigger: speaks when it is armed, or has been below for long enough. */
function rise(
  state: UnderlyingState,
  batch: TradeBatch,
  row: number,
  slot: number,
  volume: number,
  findings: Finding[],
): void {
  const words = state.arena.words;
  const at = slot * ROW_WORDS;
  const wasBelow = words[at + FIELD.alertState] === ALERT_STATE.below;
  words[at + FIELD.alertState] = ALERT_STATE.above;
  if (wasBelow && state.clockMs - words[at + FIELD.belowSinceMs]! < THRESHOLD_REARM_MS) return;
  const { baseline, session, threshold } = state.context;
  const contract = batch.contract[row]!;
  const buckets = bucketsUntil(session, words[at + FIELD.closeMs]!);
  findings.push({
    detector: 'threshold',
    kind: 'unusual contract',
    contract,
    leading: [],
    atMs: state.clockMs,
    row: batch.firstRow + row,
    tape: batch.kind,
    observed: volume,
    expected: normalVolume(baseline, contract, buckets),
    unit: 'contracts',
    threshold: words[at + FIELD.triggerVolume]!,
    sessions: baseline.sessions,
    surprise: null,
    evidence: evidenceOfContract(state, slot, contract),
    proof: {
      of: 'threshold',
      factor: threshold.numerator / threshold.denominator,
      floor: threshold.floor,
      volumeSum: baseline.volumeSum(contract),
      buckets,
    },
  });
}

/** Prints that must not reach the detectors: cancels take an earlier print back, the rest is only counted. */
function setApart(state: UnderlyingState, batch: TradeBatch, row: number, slot: number, use: number): void {
  if ((use & USE.cancel) === 0) {
    state.counts.apart++;
    return;
  }
  state.counts.cancels++;
  const { size, priceE4, exchange, contract } = batch;
  const printMs = state.context.cancels.takeOut(
    contract[row]!,
    batch.firstRow + row,
    priceE4[row]!,
    size[row]!,
    exchange[row]!,
  );
  if (printMs === null) {
    state.unmatchedCancels++;
    return;
  }
  for (const detector of state.detectors) detector.onCancel?.(batch, row, slot, printMs);
  const words = state.arena.words;
  const at = slot * ROW_WORDS;
  words[at + FIELD.dayVolume]! -= size[row]!;
  words[at + FIELD.dayPrints]! -= 1;
  if (!state.window.takeOut(printMs, slot, size[row]!, priceE4[row]!, exchange[row]!)) return;
  const volume = (words[at + FIELD.windowVolume]! -= size[row]!);
  if (words[at + FIELD.alertState] === ALERT_STATE.above && volume < words[at + FIELD.triggerVolume]!) {
    words[at + FIELD.alertState] = ALERT_STATE.below;
    words[at + FIELD.belowSinceMs] = state.clockMs;
  }
}

function sideOf(
  state: UnderlyingState,
  contract: number,
  atMs: number,
  priceE4: number,
  size: number,
  condition: number,
): number {
  const prevailing = state.quotes.prevailing(contract, atMs);
  const tells = prevailing !== null && hasSide(condition);
  const priorE4 = tells ? state.quotes.differentPrice(contract, priceE4) : 0;
  return packedSide(priceE4, size, condition, prevailing, priorE4);
}
