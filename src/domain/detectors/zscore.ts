// Detector `zscore`: prints of the day against the last five days with trades, as the provider's article has it.
import { FIELD, ROW_WORDS } from '../arena.ts';
import { LAST_PRINTS } from '../baseline.ts';
import { evidenceOfContract } from './scene-evidence.ts';
import type { TradeBatch } from '../trade.ts';
import { digest } from '../../lib/digest.ts';
import type { Detector, RuleName, UnderlyingDetector, UnderlyingScene } from './detector.ts';
import type { Finding } from './finding.ts';

/** Standard deviations above the mean at which it speaks. */
export const ZSCORE_MIN = 3;

const NEVER = 0x7fffffff;

/** Mean and sample deviation of the counts. */
export function momentsOf(counts: ArrayLike<number>): { readonly mean: number; readonly deviation: number } {
  const mean = sumOf(counts, (count) => count) / counts.length;
  const squares = sumOf(counts, (count) => (count - mean) ** 2);
  return { mean, deviation: Math.sqrt(squares / (counts.length - 1)) };
}

function sumOf(counts: ArrayLike<number>, of: (count: number) => number): number {
  let sum = 0;
  for (let at = 0; at < counts.length; at++) sum += of(counts[at]!);
  return sum;
}

/** (count - mean of the five) / their sample deviation; null when they are not five or do not deviate. */
export function zscoreOf(counts: ArrayLike<number>, count: number): number | null {
  if (counts.length !== LAST_PRINTS) return null;
  const { mean, deviation } = momentsOf(counts);
  return deviation > 0 ? (count - mean) / deviation : null;
}

/**
 * The smallest count whose z-score is above `min`, 3 by the article: with S the sum and Q the sum of squares of the
 * five, z > m means 5c > S and 4(5c - S)² > 5m²(5Q - S²), whole numbers for a whole m. Never when they are not five or
 * do not deviate.
 */
export function zscoreTrigger(counts: ArrayLike<number>, min = ZSCORE_MIN): number {
  if (counts.length !== LAST_PRINTS) return NEVER;
  const sum = sumOf(counts, (count) => count);
  const spread = 5 * sumOf(counts, (count) => count * count) - sum * sum;
  if (spread <= 0) return NEVER;
  const above = (count: number): boolean =>
    5 * count > sum && 4 * (5 * count - sum) ** 2 > 5 * min * min * spread;
  // The root is a guess next to the answer, which whole numbers then decide.
  let count = Math.max(0, Math.floor((sum + min * Math.sqrt(1.25 * spread)) / 5) - 1);
  while (!above(count)) count++;
  return Math.min(count, NEVER);
}

/** The detector of a session. It knows days by their prints, so history must be of trades. */
export function zscoreDetector(min = ZSCORE_MIN): Detector {
  const rule: RuleName = { id: 'zscore', hash: digest(`zscore min=${min} days=${LAST_PRINTS}`, 12) };
  return { name: 'zscore', rule, begin: (scene) => new ZscoreOfUnderlying(scene, min) };
}

/** The z-scores of an underlying's contracts: a trigger each, found at its first print. */
class ZscoreOfUnderlying implements UnderlyingDetector {
  readonly #scene: UnderlyingScene;
  readonly #min: number;
  /** Prints of the day at which a slot speaks. */
  readonly #triggers = new Map<number, number>();
  readonly #spoken = new Set<number>();

  constructor(scene: UnderlyingScene, min: number) {
    this.#scene = scene;
    this.#min = min;
  }

  onPrint(batch: TradeBatch, row: number, slot: number, findings: Finding[]): void {
    // A minute of an aggregate is many prints: it cannot be held against days counted by print.
    if (batch.kind !== 'trades') return;
    const count = this.#scene.arena.words[slot * ROW_WORDS + FIELD.dayPrints]!;
    let trigger = this.#triggers.get(slot);
    if (trigger === undefined) {
      trigger = zscoreTrigger(this.#lastPrints(batch.contract[row]!), this.#min);
      this.#triggers.set(slot, trigger);
    }
    if (count < trigger || this.#spoken.has(slot)) return;
    this.#spoken.add(slot);
    findings.push(this.#finding(batch, row, slot, count, trigger));
  }

  onBaseline(): void {
    this.#triggers.clear();
  }

  #lastPrints(contract: number): ArrayLike<number> {
    return this.#scene.context.baseline.lastPrints?.(contract) ?? [];
  }

  #finding(batch: TradeBatch, row: number, slot: number, count: number, trigger: number): Finding {
    const { clockMs, context } = this.#scene;
    const contract = batch.contract[row]!;
    const counts = this.#lastPrints(contract);
    return {
      detector: 'zscore',
      kind: 'unusual contract',
      contract,
      leading: [],
      atMs: clockMs,
      row: batch.firstRow + row,
      tape: batch.kind,
      observed: count,
      expected: momentsOf(counts).mean,
      unit: 'prints',
      threshold: trigger,
      sessions: context.baseline.sessions,
      surprise: null,
      evidence: evidenceOfContract(this.#scene, slot, contract),
      proof: { of: 'zscore', counts: Array.from(counts), min: this.#min, z: zscoreOf(counts, count)! },
    };
  }
}
