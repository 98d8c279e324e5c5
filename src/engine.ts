// The engine without a service: one session's tape through streams, actors and domain, alerts out.
import { map, Subject } from 'rxjs';
import { Directory } from './actors/directory.ts';
import type { VolumeBaseline } from './domain/baseline.ts';
import { ALERTS_PER_DAY, type BudgetState } from './domain/budget.ts';
import type { CancelLedger } from './domain/cancel-ledger.ts';
import { Chronicle } from './domain/chronicle.ts';
import { nearTrigger } from './domain/contract-rows.ts';
import type { ContractTable } from './domain/contract-table.ts';
import { type ChosenDetectors, chooseDetectors, type Sensitivity } from './domain/detectors/choose.ts';
import type { RuleName } from './domain/detectors/detector.ts';
import type { DetectorName, Finding } from './domain/detectors/finding.ts';
import type { SurpriseDetector } from './domain/detectors/surprise.ts';
import type { ThresholdSettings } from './domain/detectors/threshold.ts';
import { type RaisedAlert, raise, type ReceiptSource } from './domain/receipt.ts';
import { present } from './lib/assert.ts';
import type { QuoteBatch } from './domain/quote.ts';
import type { Session } from './domain/session.ts';
import type { DayTails } from './domain/tail-memory.ts';
import type { TradeBatch } from './domain/trade.ts';
import type { PrintCounts } from './domain/underlying.ts';
import type { UnderlyingFailure } from './domain/life.ts';
import { findingsOf } from './streams/pipeline.ts';
import { createRouter } from './streams/route.ts';

/** What a session's engine is made of. */
export interface EngineSettings {
  readonly session: Session;
  readonly table: ContractTable;
  readonly baseline: VolumeBaseline;
  /** The detectors that decide; the threshold alone unless said. */
  readonly detectors?: readonly DetectorName[];
  readonly threshold: ThresholdSettings;
  /** Alerts a day that the detector `surprise` may spend, chance's included; 20 unless said. */
  readonly alertsPerDay?: number;
  /** What earlier sessions taught of its tails (see domain/tail-memory.ts). */
  readonly tailFactors?: Float64Array | null;
  /** Other settings of the second opinions than their own. */
  readonly sensitivity?: Sensitivity;
  /** Told of what is found before it becomes an alert. */
  readonly onFinding?: (finding: Finding) => void;
  readonly cancels: CancelLedger;
  /**
   * The session's prints from the first on, as the engine takes them: from these an underlying that failed is folded
   * again. It may go on beyond what the engine has taken; each call begins anew.
   */
  readonly tape: () => Iterable<TradeBatch>;
  /** Quiet time after which the actor of an underlying is stopped until its next print, ms; never unless given. */
  readonly idleMs?: number;
  /** Told when an underlying's actor failed and was replaced or left out. */
  readonly onFailure?: (failure: UnderlyingFailure) => void;
}

/** Counts of a session. `received` equals the sum of the print counts, `lost` and `quarantined`. */
export interface EngineSummary {
  readonly received: number;
  readonly prints: PrintCounts;
  /** Prints that nobody folded, because they made the fold throw. */
  readonly lost: number;
  /** Prints of underlyings that were left out, from the failure on that made them so. */
  readonly quarantined: number;
  /** Times an underlying failed and was rebuilt or left out. */
  readonly failures: number;
  /** Times the actor of an underlying was stopped because it was quiet. */
  readonly passivations: number;
  /** Actors of underlyings that run. */
  readonly actors: number;
  readonly latePrints: number;
  readonly unmatchedCancels: number;
  readonly contracts: number;
  readonly underlyings: number;
  readonly alerts: number;
}

/** The engine of one session. */
export interface Engine {
  /** Folds the next batch of the tape and returns its alerts, in the order of the tape. */
  take(batch: TradeBatch): readonly RaisedAlert[];
  /** Folds a tape to its end, batch by batch, and calls `onAlert` in the order of the tape. */
  run(
    tape: Iterable<TradeBatch> | AsyncIterable<TradeBatch>,
    onAlert: (alert: RaisedAlert) => void,
  ): Promise<void>;
  /** From the next batch on, another baseline decides what is normal. */
  adoptBaseline(baseline: VolumeBaseline): void;
  /** From the next batch on, the detector `surprise` may spend so many alerts a day. */
  changeBudget(alertsPerDay: number): void;
  /** The feed was away from `fromMs` to `toMs`, ms after midnight: nothing is expected of that time. */
  standStill(fromMs: number, toMs: number): void;
  /** The budget of the detector `surprise` in numbers; null when it is not at work. */
  budget(): BudgetState | null;
  /** The rules at work, as their alerts name them. */
  readonly rules: readonly (RuleName & { readonly detector: DetectorName })[];
  /** How high its statistics have risen today; null when it is not at work. */
  tails(): DayTails | null;
  /** Takes quotes; they must come before the batch whose prints may know them. */
  takeQuotes(quotes: QuoteBatch): void;
  /**
   * Moves the session's clock: no print older than `atMs` (ms after midnight) is expected any more. Underlyings that
   * are quiet grow older with it; one that is late all the same is taken as late.
   */
  tick(atMs: number): void;
  /** The contracts nearest to an alert, the nearest first: those whose quotes are worth asking for. */
  nearest(count: number): readonly number[];
  /** Stops the actors of underlyings that have been quiet for `idleMs` at `atMs`; changes no result. */
  passivate(atMs: number): void;
  summary(): EngineSummary;
  /** Contracts of a contract that traded in the session so far, cancelled ones taken out. */
  dayVolume(contract: number): number;
  /** Names of the underlyings that are left out for the rest of the session. */
  quarantined(): readonly string[];
  stop(): void;
}

function detectorsOf(settings: EngineSettings): ChosenDetectors {
  const { session, baseline, threshold, alertsPerDay = ALERTS_PER_DAY, tailFactors = null } = settings;
  const names = settings.detectors ?? ['threshold'];
  const surprise = { session, alertsPerDay, factors: tailFactors };
  return chooseDetectors(
    { names, threshold, surprise, sensitivity: settings.sensitivity ?? {} },
    baseline.orders ?? null,
  );
}

/** What the alert of a finding is made of beside it. */
function sourceOf(
  finding: Finding,
  { session, table }: EngineSettings,
  { rules }: ChosenDetectors,
  baseline: VolumeBaseline,
): ReceiptSource {
  const rule = present(rules.get(finding.detector), 'the rule of a detector at work');
  const leading = finding.leading.map((leader) => table.ticker(leader));
  return { session, contract: table.contract(finding.contract), rule, leading, baseline };
}

/** Creates the engine of one session. Throws RangeError when the settings are out of range. */
export function createEngine(settings: EngineSettings): Engine {
  const { session, table, baseline, cancels, idleMs = Infinity } = settings;
  const chosen = detectorsOf(settings);
  const chronicle = new Chronicle(baseline);
  const directory = new Directory({
    context: { session, table, baseline, cancels, threshold: chosen.threshold, detectors: chosen.beside },
    past: { tape: settings.tape, chronicle },
    onFailure: settings.onFailure ?? (() => {}),
    idleMs,
  });
  const routeQuotes = createRouter<QuoteBatch>(table);
  const tape = new Subject<TradeBatch>();
  let received = 0;
  let alerts = 0;
  let told: RaisedAlert[] = [];
  let normal = baseline;
  let fault: unknown = null;
  let clockMs = -Infinity;
  findingsOf(tape, { table, deliver: (routed) => directory.deliver(routed) })
    .pipe(
      map((finding) => {
        settings.onFinding?.(finding);
        return raise(finding, sourceOf(finding, settings, chosen, normal));
      }),
    )
    .subscribe({ next: (alert) => told.push(alert), error: (error: unknown) => (fault = error) });
  const take = (batch: TradeBatch): readonly RaisedAlert[] => {
    // The path is synchronous from here to the alerts, so they are all there when next() returns.
    tape.next(batch);
    if (fault !== null) throw new Error('the data path of the engine is broken', { cause: fault });
    received += batch.length;
    chronicle.nextRow = batch.firstRow + batch.length;
    if (batch.length > 0) clockMs = Math.max(clockMs, batch.atMs[batch.length - 1]!);
    const found = told;
    told = [];
    alerts += found.length;
    return found;
  };
  return {
    take,
    rules: Array.from(chosen.rules, ([detector, rule]) => ({ detector, ...rule })),
    async run(batches, onAlert) {
      for await (const batch of batches) take(batch).forEach(onAlert);
    },
    adoptBaseline(next) {
      chronicle.addChange(chosen.surprise?.adopt(next.orders ?? null) ?? null);
      normal = next;
      directory.adoptBaseline(next);
      chronicle.addBaseline(next, directory.tickMs);
    },
    takeQuotes(quotes) {
      directory.deliverQuotes(routeQuotes(quotes));
      chronicle.addQuotes(quotes);
    },
    passivate: (atMs) => directory.passivate(atMs),
    tick(atMs) {
      directory.tick(atMs);
      chronicle.addTick(directory.tickMs);
    },
    ...budgetOf(chosen.surprise, chronicle, () => clockMs),
    nearest: (count) => nearestOf(directory, count),
    summary: () => summaryOf(directory, received, alerts),
    dayVolume: (contract) => directory.dayVolume(contract),
    quarantined: () => directory.quarantined,
    stop() {
      tape.complete();
      directory.stop();
    },
  };
}

/** What the detector `surprise` is asked and told from outside; nothing where it is not at work. */
function budgetOf(
  surprise: SurpriseDetector | null,
  chronicle: Chronicle,
  clockMs: () => number,
): Pick<Engine, 'changeBudget' | 'standStill' | 'budget' | 'tails'> {
  return {
    changeBudget(alertsPerDay) {
      if (surprise !== null) chronicle.addChange(surprise.changeBudget(alertsPerDay));
    },
    standStill(fromMs, toMs) {
      if (surprise !== null) chronicle.addChange(surprise.standStill(fromMs, toMs));
    },
    budget: () => surprise?.budget(clockMs(), HELD_BACK_MAX) ?? null,
    tails: () => surprise?.tails() ?? null,
  };
}

/** Contracts and underlyings that the budget names as held back. */
const HELD_BACK_MAX = 20;
/** A tenth of the way to an alert is the beginning of something. */
const NEAR_SHARE_MIN = 0.1;

function nearestOf(directory: Directory, count: number): readonly number[] {
  directory.settle();
  const near = [...directory.arenas].flatMap((arena) => nearTrigger(arena, NEAR_SHARE_MIN));
  near.sort((a, b) => b.share - a.share || a.contract - b.contract);
  return near.slice(0, count).map(({ contract }) => contract);
}

function summaryOf(directory: Directory, received: number, alerts: number): EngineSummary {
  const prints: PrintCounts = { detected: 0, outsideHours: 0, apart: 0, cancels: 0 };
  const sums = { lost: 0, quarantined: 0, latePrints: 0, unmatchedCancels: 0 };
  const { lives } = directory;
  for (const { state, lost, heldBack } of lives) {
    prints.detected += state.counts.detected;
    prints.outsideHours += state.counts.outsideHours;
    prints.apart += state.counts.apart;
    prints.cancels += state.counts.cancels;
    sums.lost += lost;
    sums.quarantined += heldBack;
    sums.latePrints += state.latePrints;
    sums.unmatchedCancels += state.unmatchedCancels;
  }
  return {
    received,
    prints,
    ...sums,
    failures: directory.failures,
    passivations: directory.passivations,
    actors: directory.running,
    contracts: [...directory.arenas].reduce((sum, arena) => sum + arena.used, 0),
    underlyings: lives.length,
    alerts,
  };
}
