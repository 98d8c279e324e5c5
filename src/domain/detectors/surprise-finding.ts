// What the detector `surprise` says when a statistic has reached its threshold: the finding and its proof.
import { FIELD, ROW_WORDS } from '../arena.ts';
import { BUDGET_SHARES, UNDERLYING_GROUP } from '../budget.ts';
import { type Evidence, printsInWindow } from '../evidence.ts';
import { allocateRates, type OrderBaseline } from '../order-baseline.ts';
import type { ContractFeatures } from '../order-class.ts';
import { LADDER, parentOrders } from '../parent.ts';
import type { RungCells } from '../rung-cells.ts';
import type { TradeBatch } from '../trade.ts';
import { ENTRY, ENTRY_WORDS, type RollingWindow } from '../window.ts';
import type { UnderlyingScene } from './detector.ts';
import type { Finding, RungProof, SurpriseProof } from './finding.ts';
import { evidenceOfContract } from './scene-evidence.ts';
import type { SurpriseShared } from './surprise-shared.ts';

/** Contracts that an alert on an underlying names. */
const LEADING_MAX = 5;

/** The state at the print that decided, before it is reset. */
export interface Risen {
  readonly scene: UnderlyingScene;
  readonly shared: SurpriseShared;
  readonly baseline: OrderBaseline;
  readonly cells: RungCells;
  readonly place: number;
  readonly rungs: number;
  readonly statistic: number;
  readonly threshold: number;
  readonly group: number;
  readonly batch: TradeBatch;
  readonly row: number;
  readonly slot: number;
  readonly exposure: number;
  /** Share of the day by the clock `kind`. */
  readonly clock: number;
  readonly kind: number;
  readonly level: number;
  /** Of the contract; null for an underlying. */
  readonly features: ContractFeatures | null;
}

/** Rungs as they stand, and the one that contributes most. */
function rungsOf(risen: Risen, isUnderlying: boolean): { rungs: RungProof[]; strongest: RungProof } {
  const { cells, place, batch, row, scene, exposure } = risen;
  const rates = allocateRates();
  if (isUnderlying) risen.baseline.underlyingRates(scene.underlying, rates);
  else risen.baseline.contractRates(batch.contract[row]!, risen.features!, rates);
  const rungs = Array.from({ length: risen.rungs }, (_, rung): RungProof => ({
    size: LADDER[rung]!,
    orders: Math.round(cells.shape(place, rung) - Math.fround(rates.shapes[rung]!)),
    rate: rates.rates[rung]!,
    shape: rates.shapes[rung]!,
    exposure,
    sinceLast: exposure - cells.lastExposure(place, rung),
    statistics: cells.statistics(place, rung),
  })).filter(({ orders }) => orders > 0);
  const sumOf = ({ statistics }: RungProof): number => statistics.reduce((sum, one) => sum + one, 0);
  const strongest = rungs.reduce((best, rung) => (sumOf(rung) > sumOf(best) ? rung : best));
  return { rungs, strongest };
}

function proofOf(risen: Risen, rungs: readonly RungProof[], strongest: RungProof): SurpriseProof {
  const { shared, group, statistic, clock, level, threshold } = risen;
  return {
    of: 'surprise',
    statistic,
    clock,
    level,
    size: strongest.size,
    rungs,
    baseline: risen.baseline.version,
    ordersForecast: shared.budget.ordersForecast,
    alertsPerDay: shared.budget.alertsPerDay,
    budgetShare: group === UNDERLYING_GROUP ? BUDGET_SHARES.underlyings : BUDGET_SHARES.contracts,
    recalibration: (shared.budget.factor(group) * threshold) / shared.budget.threshold(group),
  };
}

/** Share of the day that the window covers, by the clock of what is looked at. */
function windowShare({ scene, shared, kind, clock }: Risen): number {
  return Math.max(0, clock - shared.clock!.shareAt(kind, scene.clockMs - scene.window.windowMs));
}

/**
 * Markov's bound for the maximum: by chance a statistic reaches R among n orders with a probability of at most n / R.
 */
function surpriseOf(statistic: number, orders: number): number {
  return Math.max(0, Math.log10(statistic / Math.max(1, orders)));
}

function ordersInWindow(window: RollingWindow, slot: number, size: number): number {
  return parentOrders(printsInWindow(window, slot)).filter((order) => order.size >= size).length;
}

/** The finding on a contract. */
export function contractFinding(risen: Risen): Finding {
  const { scene, batch, row, slot, statistic, threshold, level } = risen;
  const contract = batch.contract[row]!;
  const { rungs, strongest } = rungsOf(risen, false);
  return {
    detector: 'surprise',
    kind: 'unusual contract',
    contract,
    leading: [],
    atMs: scene.clockMs,
    row: batch.firstRow + row,
    tape: batch.kind,
    observed: ordersInWindow(scene.window, slot, strongest.size),
    expected: strongest.rate * level * windowShare(risen),
    unit: { ordersOf: strongest.size },
    threshold,
    sessions: risen.baseline.sessions,
    surprise: surpriseOf(statistic, rungs[0]!.orders),
    evidence: evidenceOfContract(scene, slot, contract),
    proof: proofOf(risen, rungs, strongest),
  };
}

/** Contracts in the window by their premium, the largest first. */
function leadersOf({ scene }: Risen): number[] {
  const { words, mask, head, tail } = scene.window;
  const premium = new Map<number, number>();
  for (let i = head; i < tail; i++) {
    const entry = (i & mask) * ENTRY_WORDS;
    const slot = words[entry + ENTRY.slot]!;
    const value = words[entry + ENTRY.priceE4]! * words[entry + ENTRY.size]!;
    premium.set(slot, (premium.get(slot) ?? 0) + value);
  }
  const slots = [...premium.keys()].toSorted((a, b) => premium.get(b)! - premium.get(a)! || a - b);
  return slots.slice(0, LEADING_MAX);
}

/** The finding on an underlying; its evidence is that of the contract that leads. */
export function underlyingFinding(risen: Risen): Finding {
  const { scene, batch, row, slot, statistic, threshold } = risen;
  const { rungs, strongest } = rungsOf(risen, true);
  const leaders = leadersOf(risen);
  const words = scene.arena.words;
  const contractOf = (leader: number): number => words[leader * ROW_WORDS + FIELD.contract]!;
  const first = leaders[0] ?? slot;
  const contract = contractOf(first);
  const evidence: Evidence = evidenceOfContract(scene, first, contract);
  const slots = new Set<number>();
  for (let i = scene.window.head; i < scene.window.tail; i++) {
    slots.add(scene.window.words[(i & scene.window.mask) * ENTRY_WORDS + ENTRY.slot]!);
  }
  let observed = 0;
  for (const one of slots) observed += ordersInWindow(scene.window, one, strongest.size);
  return {
    detector: 'surprise',
    kind: 'unusual underlying',
    contract,
    leading: leaders.map(contractOf),
    atMs: scene.clockMs,
    row: batch.firstRow + row,
    tape: batch.kind,
    observed,
    expected: strongest.rate * windowShare(risen),
    unit: { ordersOf: strongest.size },
    threshold,
    sessions: risen.baseline.sessions,
    surprise: surpriseOf(statistic, rungs[0]!.orders),
    evidence,
    proof: proofOf(risen, rungs, strongest),
  };
}
