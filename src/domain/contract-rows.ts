// The rows of a shard's contracts as a whole: given other triggers with another baseline, or forgotten.
import { ALERT_STATE, type ContractArena, FIELD, NO_CONTRACT, ROW_WORDS } from './arena.ts';
import { triggerVolume } from './detectors/threshold.ts';
import { bucketsUntil } from './session.ts';
import { settleWindow, type UnderlyingContext, type UnderlyingState } from './underlying.ts';

/**
 * Lets other triggers hold for the contracts of some underlyings, after those were given a context with another
 * baseline. `stateOf` gives the state a contract belongs to, settled, or undefined for one to be left alone.
 */
export function retrigger(
  arena: ContractArena,
  context: UnderlyingContext,
  stateOf: (contract: number) => UnderlyingState | undefined,
): void {
  const { words, count } = arena;
  const { session, baseline, threshold } = context;
  for (let at = 0; at < count * ROW_WORDS; at += ROW_WORDS) {
    const contract = words[at]!;
    const state = contract === NO_CONTRACT ? undefined : stateOf(contract);
    if (state === undefined) continue;
    const buckets = bucketsUntil(session, words[at + FIELD.closeMs]!);
    const trigger = triggerVolume(threshold, baseline.volumeSum(contract), baseline.sessions, buckets);
    words[at + FIELD.triggerVolume] = trigger;
    if (words[at + FIELD.alertState] !== ALERT_STATE.above || words[at + FIELD.windowVolume]! >= trigger)
      continue;
    words[at + FIELD.alertState] = ALERT_STATE.below;
    words[at + FIELD.belowSinceMs] = state.clockMs;
  }
}

/** Lets another baseline decide for one underlying alone. */
export function adoptBaseline(state: UnderlyingState, underlying: number, context: UnderlyingContext): void {
  settleWindow(state);
  state.context = context;
  for (const detector of state.detectors) detector.onBaseline?.();
  const { table } = context;
  retrigger(state.arena, context, (contract) =>
    table.underlyingOf(contract) === underlying ? state : undefined,
  );
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
    if (share >= shareMin && words[at] !== NO_CONTRACT) near.push({ contract: words[at]!, share });
  }
  return near;
}

/** Gives back the rows of an underlying's contracts, which begin the session anew. */
export function forgetContracts(
  { arena, directory, context }: Pick<UnderlyingState, 'arena' | 'directory' | 'context'>,
  underlying: number,
): void {
  for (let slot = 0; slot < arena.count; slot++) {
    const contract = arena.words[slot * ROW_WORDS]!;
    if (contract === NO_CONTRACT || context.table.underlyingOf(contract) !== underlying) continue;
    arena.release(slot);
    directory.slots[contract] = 0;
  }
}
