// Why a contract raised no alert at a moment: its prints are folded again, and each condition of the rule is looked at.
import { ALERT_STATE, ContractArena, FIELD, ROW_WORDS, SlotDirectory } from './arena.ts';
import type { VolumeBaseline } from './baseline.ts';
import { ContractTable } from './contract-table.ts';
import type { Finding } from './detectors/finding.ts';
import {
  compileThreshold,
  NEVER,
  THRESHOLD_REARM_MS,
  type ThresholdSettings,
  triggerVolume,
} from './detectors/threshold.ts';
import { EngineClock } from './engine-clock.ts';
import { bucketsUntil, type Session } from './session.ts';
import { SessionLedger } from './session-ledger.ts';
import type { TapePrint } from './tape-check.ts';
import { batchOf } from './trade.ts';
import { foldTrades, settleWindow, UnderlyingState } from './underlying.ts';

/** A condition of the rule at the moment asked for. */
export interface ConditionLook {
  readonly condition: 'regular hours' | 'baseline' | 'above normal' | 'floor' | 'armed';
  readonly holds: boolean;
  /** What was and what had to be, in the unit named; null where there is nothing to count. */
  readonly was: number | null;
  readonly needed: number | null;
  readonly unit: 'contracts' | 'sessions' | 'ms' | null;
  readonly sentence: string;
}

/** The moment of the day at which the contract came nearest to an alert without raising one. */
export interface NearestMiss {
  /** ms after midnight. */
  readonly atMs: number;
  /** Contracts in five minutes, and how many were needed. */
  readonly volume: number;
  readonly needed: number;
}

export interface WhyNot {
  /** Contracts in the five minutes up to the moment, and how many raise an alert. */
  readonly volume: number;
  readonly needed: number;
  /** Times of alerts of this rule and contract up to the moment, ms after midnight. */
  readonly spokeAtMs: readonly number[];
  readonly conditions: readonly ConditionLook[];
  /** Null when the contract never traded, or nothing could raise an alert. */
  readonly nearest: NearestMiss | null;
}

export interface WhyNotQuestion {
  readonly session: Session;
  /** OSI ticker. */
  readonly contract: string;
  /** ms after midnight. */
  readonly atMs: number;
  /** Prints of the contract in the session, in the order of the tape. */
  readonly prints: readonly TapePrint[];
  /** What is normal: volume over its sessions. */
  readonly sessions: number;
  readonly volumeSum: number;
  readonly threshold: ThresholdSettings;
}

/** The contract alone in an engine of its own. */
function aloneIn({ session, contract, sessions, volumeSum, threshold }: WhyNotQuestion) {
  const table = new ContractTable();
  table.internTicker(contract);
  const baseline: VolumeBaseline = { sessions, dates: [], volumeSum: () => volumeSum };
  const ledger = new SessionLedger();
  const compiled = compileThreshold(threshold);
  const state = new UnderlyingState(
    { session, table, baseline, threshold: compiled, detectors: [], cancels: ledger },
    new ContractArena(),
    new SlotDirectory(),
    0,
    new EngineClock(),
  );
  return { state, ledger, compiled };
}

/**
 * Answers for detector `threshold`. Throws RangeError when its settings are out of range. Prints are folded by the
 * engine's own fold, one by one; those after the moment only count for the nearest miss of the day.
 */
export function whyNot(question: WhyNotQuestion): WhyNot {
  const { session, prints, atMs: askedMs } = question;
  const { state, ledger, compiled } = aloneIn(question);
  const findings: Finding[] = [];
  const word = (field: number): number => state.arena.words[field]!;
  let asked: Standing | null = null;
  let nearest: NearestMiss | null = null;
  const look = (): Standing => {
    state.clock.tickMs = Math.max(state.clock.tickMs, askedMs);
    settleWindow(state);
    return standingOf(state, findings);
  };
  const order = Int32Array.of(0);
  for (const [row, print] of prints.entries()) {
    if (asked === null && print.atMs > askedMs) asked = look();
    const batch = batchOf(session, [{ contract: 0, ...print }], { firstRow: row });
    ledger.add(batch);
    const before = findings.length;
    foldTrades(state, batch, order, 0, 1, findings);
    if (findings.length > before) continue;
    const volume = word(FIELD.windowVolume);
    const needed = word(FIELD.triggerVolume);
    if (needed === NEVER || volume >= needed || volume === 0) continue;
    if (nearest === null || volume > nearest.volume) nearest = { atMs: state.clockMs, volume, needed };
  }
  asked ??= look();
  const buckets = bucketsUntil(session, asked.closeMs);
  const needed = triggerVolume(compiled, question.volumeSum, question.sessions, buckets);
  return {
    volume: asked.volume,
    needed,
    spokeAtMs: asked.spokeAtMs,
    conditions: conditionsOf(question, asked, buckets),
    nearest,
  };
}

/** How the contract stood at the moment. */
interface Standing {
  readonly volume: number;
  readonly alertState: number;
  readonly belowSinceMs: number;
  readonly closeMs: number;
  readonly spokeAtMs: readonly number[];
}

function standingOf(state: UnderlyingState, findings: readonly Finding[]): Standing {
  const { words, used } = state.arena;
  const spokeAtMs = findings.map(({ atMs }) => atMs);
  const { closeMs } = state.context.session;
  const { armed } = ALERT_STATE;
  if (used === 0) return { volume: 0, alertState: armed, belowSinceMs: 0, closeMs, spokeAtMs };
  const row = words.subarray(0, ROW_WORDS);
  return {
    volume: row[FIELD.windowVolume]!,
    alertState: row[FIELD.alertState]!,
    belowSinceMs: row[FIELD.belowSinceMs]!,
    closeMs: row[FIELD.closeMs]!,
    spokeAtMs,
  };
}

function conditionsOf(
  { session, atMs, sessions, volumeSum, threshold }: WhyNotQuestion,
  { volume, alertState, belowSinceMs, closeMs, spokeAtMs }: Standing,
  buckets: number,
): ConditionLook[] {
  const normal = sessions === 0 ? 0 : volumeSum / sessions / buckets;
  const aboveNormal =
    sessions === 0
      ? NEVER
      : triggerVolume(compileThreshold({ ...threshold, floor: 0 }), volumeSum, sessions, buckets);
  const isOpen = atMs >= session.openMs && atMs < closeMs;
  const needed = Math.max(aboveNormal, threshold.floor, 1);
  const counted = { was: volume, unit: 'contracts' } as const;
  const short = (least: number): string =>
    volume >= least ? 'enough' : `${least - volume} too few, ${Math.round((100 * volume) / least)} % of it`;
  return [
    {
      condition: 'regular hours',
      holds: isOpen,
      was: null,
      needed: null,
      unit: null,
      sentence: isOpen ? 'the contract traded then' : 'only prints of regular hours are counted',
    },
    {
      condition: 'baseline',
      holds: sessions > 0,
      was: sessions,
      needed: 1,
      unit: 'sessions',
      sentence:
        sessions > 0 ? `normal rests on ${sessions} sessions` : 'without earlier sessions nothing is unusual',
    },
    {
      condition: 'above normal',
      holds: sessions > 0 && volume >= aboveNormal,
      ...counted,
      needed: sessions > 0 ? aboveNormal : null,
      sentence:
        sessions === 0
          ? 'there is no normal'
          : `more than ${threshold.factor.toString()} times the normal ${normal.toFixed(2)}: ${short(aboveNormal)}`,
    },
    {
      condition: 'floor',
      holds: volume >= threshold.floor,
      ...counted,
      needed: threshold.floor,
      sentence: `at least ${threshold.floor} contracts in five minutes: ${short(threshold.floor)}`,
    },
    armedLook(atMs, volume >= needed, { alertState, belowSinceMs, spokeAtMs }),
  ];
}

function armedLook(
  atMs: number,
  isAbove: boolean,
  { alertState, belowSinceMs, spokeAtMs }: Pick<Standing, 'alertState' | 'belowSinceMs' | 'spokeAtMs'>,
): ConditionLook {
  const waitedMs = alertState === ALERT_STATE.below ? atMs - belowSinceMs : null;
  const speaking = alertState === ALERT_STATE.above && isAbove;
  const holds = !speaking && (waitedMs === null || waitedMs >= THRESHOLD_REARM_MS);
  const spoke =
    spokeAtMs.length > 0 ? 'it spoke of this rise already' : 'it has been above since it was last armed';
  return {
    condition: 'armed',
    holds,
    was: waitedMs,
    needed: waitedMs === null ? null : THRESHOLD_REARM_MS,
    unit: waitedMs === null ? null : 'ms',
    sentence: holds
      ? 'it may speak'
      : speaking
        ? spoke
        : `it fell below ${Math.round(waitedMs! / 1_000)} s ago ` +
          `and is armed again after ${THRESHOLD_REARM_MS / 1_000} s`,
  };
}
