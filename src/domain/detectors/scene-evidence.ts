// The evidence for a finding as a detector gathers it from the scene: prints in the window, and the quotes they met.
import { type Evidence, evidenceOf } from '../evidence.ts';
import type { UnderlyingScene } from './detector.ts';

/** Sums up the prints of a contract in the window. Reads the whole ring, so it is for findings only. */
export function evidenceOfContract(
  { window, quotes, clockMs, context }: UnderlyingScene,
  slot: number,
  contract: number,
): Evidence {
  const used = quotes.usedSince(contract, clockMs - window.windowMs);
  return evidenceOf(window, slot, context.table.contract(contract).multiplier, used);
}
