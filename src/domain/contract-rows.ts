// The rows of a shard's contracts as a whole: given other triggers with another baseline, or begun anew.
import { ALERT_STATE, type ContractArena, FIELD, ROW_WORDS } from './arena.ts';
import { triggerVolume } from './detectors/threshold.ts';
import { bucketsUntil } from './session.ts';
import type { UnderlyingContext, UnderlyingState } from './underlying.ts';

/** Sets the triggers of a shard's contracts anew, after its underlyings were given a context with another baseline. */
export function retrigger(arena: ContractArena, context: UnderlyingContext, clockMs: number): void {
  const { words, count } = arena;
  const { session, baseline, threshold } = context;
  for (let at = 0; at < count * ROW_WORDS; at += ROW_WORDS) {
    const buckets = bucketsUntil(session, words[at + FIELD.closeMs]!);
    const volumeSum = baseline.volumeSum(words[at]!);
    const trigger = triggerVolume(threshold, volumeSum, baseline.sessions, buckets);
    words[at + FIELD.triggerVolume] = trigger;
    if (words[at + FIELD.alertState] !== ALERT_STATE.above || words[at + FIELD.windowVolume]! >= trigger)
      continue;
    words[at + FIELD.alertState] = ALERT_STATE.below;
    words[at + FIELD.belowSinceMs] = clockMs;
  }
}

/** A contract and how far its window volume has come towards its trigger: 1 is there. */
export interface NearContract {
  readonly contract: number;
  readonly share: number;
}

/** Contracts of a shard that have come at least so far towards their triggers, in the order of their rows. */
export function nearTrigger({ words, count }: ContractArena, shareMin: number): NearContract[] {
  const near: NearContract[] = [];
  for (let at = 0; at < count * ROW_WORDS; at += ROW_WORDS) {
    const share = words[at + FIELD.windowVolume]! / words[at + FIELD.triggerVolume]!;
    if (share >= shareMin) near.push({ contract: words[at]!, share });
  }
  return near;
}

/** Forgets what an earlier actor of this underlying wrote: its contracts begin the session anew. */
export function resetContracts(state: UnderlyingState, underlying: number): void {
  const { words, count } = state.arena;
  for (let slot = 0; slot < count; slot++) {
    const contract = words[slot * ROW_WORDS]!;
    if (state.context.table.underlyingOf(contract) !== underlying) continue;
    words.fill(0, slot * ROW_WORDS + 1, (slot + 1) * ROW_WORDS);
    words[slot * ROW_WORDS + FIELD.alertState] = ALERT_STATE.armed;
    state.directory.slots[contract] = 0;
  }
}
