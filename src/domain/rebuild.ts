// Rebuilding an underlying whose fold threw: its session is folded again, without the print that it cannot bear.
import { adoptBaseline, forgetContracts } from './contract-rows.ts';
import type { Chronicle } from './chronicle.ts';
import { EngineClock } from './engine-clock.ts';
import type { Life, UnderlyingMessage } from './life.ts';
import type { TradeBatch } from './trade.ts';
import { foldQuotes } from './quoted.ts';
import { foldTrades, type UnderlyingContext, UnderlyingState } from './underlying.ts';
import type { UnderlyingFailure } from './life.ts';

/** Failures of one underlying in a session after which it is left out. */
export const FAILURES_MAX = 3;

/** What an underlying is rebuilt from. */
export interface SessionPast {
  /**
   * The session's prints from the first on, in the order and under the numbers in which the engine took them. It may
   * go on beyond what the engine has taken. Each call begins anew, also while another is under way.
   */
  readonly tape: () => Iterable<TradeBatch>;
  readonly chronicle: Chronicle;
}

/** What a shard hands to a recovery. */
export interface Recovery {
  readonly past: SessionPast;
  /** The context and the clock that hold now. */
  readonly context: UnderlyingContext;
  readonly clock: EngineClock;
  readonly onFailure: (failure: UnderlyingFailure) => void;
}

/** What made the fold throw: a row of the tape, or -1 - n for batch n of the session's quotes. */
interface Thrown {
  readonly step: number;
  readonly error: unknown;
}

/**
 * Brings an underlying back after its fold threw. The session is folded again up to the message it failed on, without
 * telling what was told, and that message once more, row by row. A row that throws twice more is passed over for good
 * and the fold begins anew; the third failure of a session leaves the underlying out, with the state it had before.
 * Costs a pass over the session's prints for a failure that does not repeat itself, three for one that does.
 */
export function recover(life: Life, error: unknown, recovery: Recovery): void {
  const message = life.handling;
  life.handling = null;
  fail(life, error, recovery);
  try {
    const suspects = new Set<Thrown['step']>();
    for (;;) {
      const thrown = foldAgain(life, message, recovery, null);
      if (thrown === null) break;
      // The first that throws now is taken for the one that threw before.
      if (suspects.size > 0 && !suspects.has(thrown.step)) fail(life, thrown.error, recovery);
      if (life.failures >= FAILURES_MAX) {
        foldAgain(life, message, recovery, thrown.step);
        break;
      }
      if (suspects.has(thrown.step)) life.skipped.add(thrown.step);
      suspects.add(thrown.step);
    }
  } catch (cause) {
    // The past itself cannot be read or folded: what was received is counted as lost, and told is what was told.
    beginAnew(life, recovery);
    if (message?.type === 'tape') message.findings.length = message.found;
    life.failures = FAILURES_MAX - 1;
    fail(life, new Error('the underlying cannot be rebuilt', { cause }), recovery);
  }
  life.quarantined = life.failures >= FAILURES_MAX;
}

function fail(life: Life, error: unknown, { context, onFailure }: Recovery): void {
  const failures = ++life.failures;
  const underlying = context.table.underlyingName(life.underlying);
  onFailure({ underlying, error, failures, quarantined: failures >= FAILURES_MAX });
}

/** Gives a life an empty state: its contracts have no rows, and the prints they cancelled are there again. */
function beginAnew(life: Life, { past, context, clock }: Recovery): void {
  const { arena, directory } = life.state;
  const { table, cancels } = context;
  forgetContracts(life.state, life.underlying);
  cancels.restore((contract) => table.underlyingOf(contract) === life.underlying);
  const asItBegan = { ...context, baseline: past.chronicle.firstBaseline };
  life.state = new UnderlyingState(asItBegan, arena, directory, life.underlying, clock, { past: true });
}

/**
 * Folds the past again, then a message row by row, up to the first row that throws, which is returned. With `until`
 * the fold stops before that row, and what comes after it is held back.
 */
function foldAgain(
  life: Life,
  message: UnderlyingMessage | null,
  recovery: Recovery,
  until: Thrown['step'] | null,
): Thrown | null {
  const { quoted } = life.state;
  beginAnew(life, recovery);
  const { state } = life;
  const { past } = recovery;
  foldPast(life, past, message?.type === 'tape' ? message.trades.firstRow : past.chronicle.nextRow);
  state.clock = recovery.clock;
  state.context = recovery.context;
  for (const detector of state.detectors) detector.onPresent?.();
  state.quoted ||= quoted;
  if (message === null) return null;
  if (message.type === 'quotes') {
    const { quotes, order, from, to } = message;
    const step = -1 - past.chronicle.quoteBatches;
    if (until === step || life.skipped.has(step)) return null;
    return attempt(step, () => foldQuotes(state, quotes, order, from, to));
  }
  const { trades, order, from, to, findings, found } = message;
  findings.length = found;
  for (let i = from; i < to; i++) {
    const row = trades.firstRow + order[i]!;
    if (row === until) {
      // The row itself is lost; those behind it came too late.
      life.heldBack += to - i - 1;
      return null;
    }
    if (life.skipped.has(row)) continue;
    const thrown = attempt(row, () => foldTrades(state, trades, order, i, i + 1, findings));
    if (thrown !== null) return thrown;
  }
  return null;
}

function attempt(step: Thrown['step'], deed: () => void): Thrown | null {
  try {
    deed();
    return null;
  } catch (error) {
    return { step, error };
  }
}

/** Folds the session before a row into a state that is empty; what it finds was told before. */
function foldPast(life: Life, { tape, chronicle }: SessionPast, untilRow: number): void {
  const { state, underlying, skipped } = life;
  const { table } = state.context;
  state.clock = new EngineClock();
  const tell = chronicle.telling({
    tick: (tickMs) => (state.clock.tickMs = tickMs),
    change(change) {
      for (const detector of state.detectors) detector.onPastChange?.(change);
    },
    baseline(baseline, tickMs) {
      state.clock.tickMs = tickMs;
      adoptBaseline(state, underlying, { ...state.context, baseline });
    },
    quotes(batch, number) {
      if (skipped.has(-1 - number)) return;
      const rows = rowsOf(batch, batch.length, (contract) => table.underlyingOf(contract) === underlying);
      if (rows.length > 0) foldQuotes(state, batch, rows, 0, rows.length);
    },
  });
  let nextHappening = tell(0);
  for (const batch of tape()) {
    if (batch.firstRow >= untilRow) break;
    const length = Math.min(batch.length, untilRow - batch.firstRow);
    const rows = rowsOf(batch, length, (contract) => table.underlyingOf(contract) === underlying);
    let from = 0;
    for (let i = 0; i < rows.length; i++) {
      const row = batch.firstRow + rows[i]!;
      if (row < nextHappening && !skipped.has(row)) continue;
      foldTrades(state, batch, rows, from, i, []);
      from = i;
      if (row >= nextHappening) nextHappening = tell(row);
      if (skipped.has(row)) from = i + 1;
    }
    foldTrades(state, batch, rows, from, rows.length, []);
  }
  tell(untilRow);
}

function rowsOf(
  { contract }: { readonly contract: Int32Array },
  length: number,
  isOurs: (contract: number) => boolean,
): Int32Array {
  const rows = new Int32Array(length);
  let count = 0;
  for (let row = 0; row < length; row++) if (isOurs(contract[row]!)) rows[count++] = row;
  return rows.subarray(0, count);
}
