// Detector `sweep`: one large order swept over several exchanges at once, assembled from its legs.
import { digest } from '../../lib/digest.ts';
import { FIELD, ROW_WORDS } from '../arena.ts';
import { isIsoCondition } from '../conditions.ts';
import { printsInWindow, type SeenPrint } from '../evidence.ts';
import { advanceParent, PARENT_WORDS, parentOrders, type ParentOrder } from '../parent.ts';
import { bucketsUntil } from '../session.ts';
import { isSweep } from '../sweep.ts';
import type { TradeBatch } from '../trade.ts';
import type { Detector, RuleName, UnderlyingDetector, UnderlyingScene } from './detector.ts';
import type { Finding } from './finding.ts';
import { evidenceOfContract } from './scene-evidence.ts';
import { normalVolume } from './threshold.ts';

/** Contracts of one order from which a sweep is told. */
export const SWEEP_CONTRACTS_MIN = 500;
/** After it spoke a contract is left alone for so long. */
export const SWEEP_REST_MS = 300_000;

const RULE: RuleName = {
  id: 'sweep',
  hash: digest(`sweep contracts=${SWEEP_CONTRACTS_MIN} rest=5m legs=iso exchanges=2`, 12),
};

/** The newest sweep of at least `min` contracts in prints of one contract; null when there is none. */
export function newestSweep(seen: readonly SeenPrint[], min: number): ParentOrder | null {
  return parentOrders(seen).findLast((order) => order.size >= min && isSweep(order)) ?? null;
}

/** The detector of a session. It knows orders by their prints, so the tape must be of trades. */
export function sweepDetector(min = SWEEP_CONTRACTS_MIN): Detector {
  return { name: 'sweep', rule: RULE, begin: (scene) => new SweepsOfUnderlying(scene, min) };
}

/** Sizes of the swept legs as they come, and when a contract may speak again. */
class SweepsOfUnderlying implements UnderlyingDetector {
  readonly #scene: UnderlyingScene;
  readonly #min: number;
  /** By slot: the order that its newest marked legs belong to (see parent.ts). */
  readonly #legs = new Map<number, Int32Array>();
  readonly #silentUntilMs = new Map<number, number>();

  constructor(scene: UnderlyingScene, min: number) {
    this.#scene = scene;
    this.#min = min;
  }

  onPrint(batch: TradeBatch, row: number, slot: number, findings: Finding[]): void {
    // Most prints are no leg of a sweep, and most legs belong to small orders: the window is read for the rest alone.
    if (batch.kind !== 'trades' || !isIsoCondition(batch.condition[row]!)) return;
    let legs = this.#legs.get(slot);
    if (legs === undefined) this.#legs.set(slot, (legs = new Int32Array(PARENT_WORDS)));
    advanceParent(legs, 0, batch.atMs[row]!, batch.size[row]!);
    if (legs[2]! < this.#min || this.#scene.clockMs < (this.#silentUntilMs.get(slot) ?? -Infinity)) return;
    const order = newestSweep(printsInWindow(this.#scene.window, slot), this.#min);
    if (order === null) return;
    this.#silentUntilMs.set(slot, this.#scene.clockMs + SWEEP_REST_MS);
    findings.push(this.#finding(batch, row, slot, order));
  }

  #finding(batch: TradeBatch, row: number, slot: number, order: ParentOrder): Finding {
    const { arena, clockMs, context } = this.#scene;
    const { baseline, session } = context;
    const contract = batch.contract[row]!;
    const buckets = bucketsUntil(session, arena.words[slot * ROW_WORDS + FIELD.closeMs]!);
    return {
      detector: 'sweep',
      kind: 'sweep',
      contract,
      leading: [],
      atMs: clockMs,
      row: batch.firstRow + row,
      tape: batch.kind,
      observed: order.size,
      expected: normalVolume(baseline, contract, buckets),
      unit: 'contracts',
      threshold: this.#min,
      sessions: baseline.sessions,
      surprise: null,
      evidence: evidenceOfContract(this.#scene, slot, contract),
      proof: {
        of: 'sweep',
        min: this.#min,
        exchanges: order.exchanges.length,
        volumeSum: baseline.volumeSum(contract),
        buckets,
      },
    };
  }
}
