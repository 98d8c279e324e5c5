// The engine without a service: one session's tape through streams, actors and domain, alerts out.
import { map, Subject } from 'rxjs';
import { Directory } from './actors/directory.ts';
import type { ContractArena } from './domain/arena.ts';
import { type Alert, alertOf } from './domain/alert.ts';
import type { VolumeBaseline } from './domain/baseline.ts';
import type { CancelLedger } from './domain/cancel-ledger.ts';
import { nearTrigger } from './domain/contract-rows.ts';
import type { ContractTable } from './domain/contract-table.ts';
import { chooseDetectors } from './domain/detectors/choose.ts';
import type { DetectorName } from './domain/detectors/finding.ts';
import type { ThresholdSettings } from './domain/detectors/threshold.ts';
import { present } from './lib/assert.ts';
import type { QuoteBatch } from './domain/quote.ts';
import type { Session } from './domain/session.ts';
import type { TradeBatch } from './domain/trade.ts';
import type { PrintCounts, UnderlyingFailure } from './domain/underlying.ts';
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
  readonly cancels: CancelLedger;
  /** Told when an underlying's actor failed and was replaced or left out. */
  readonly onFailure?: (failure: UnderlyingFailure) => void;
}

/** Counts of a session. `received` equals the sum of the print counts and `lost`. */
export interface EngineSummary {
  readonly received: number;
  readonly prints: PrintCounts;
  /** Prints that no underlying folded, because its actor failed on them or was in quarantine. */
  readonly lost: number;
  /** Times an actor failed and was replaced or left out. */
  readonly failures: number;
  readonly latePrints: number;
  readonly unmatchedCancels: number;
  readonly contracts: number;
  readonly underlyings: number;
  readonly alerts: number;
}

/** The engine of one session. */
export interface Engine {
  /** Folds the next batch of the tape and returns its alerts, in the order of the tape. */
  take(batch: TradeBatch): readonly Alert[];
  /** Folds a tape to its end, batch by batch, and calls `onAlert` in the order of the tape. */
  run(tape: Iterable<TradeBatch> | AsyncIterable<TradeBatch>, onAlert: (alert: Alert) => void): Promise<void>;
  /** From the next batch on, another baseline decides what is normal. */
  adoptBaseline(baseline: VolumeBaseline): void;
  /** Takes quotes; they must come before the batch whose prints may know them. */
  takeQuotes(quotes: QuoteBatch): void;
  /** The contracts nearest to an alert, the nearest first: those whose quotes are worth asking for. */
  nearest(count: number): readonly number[];
  summary(): EngineSummary;
  stop(): void;
}

/** Creates the engine of one session. Throws RangeError when the settings are out of range. */
export function createEngine(settings: EngineSettings): Engine {
  const { session, table, baseline, cancels } = settings;
  const names = settings.detectors ?? ['threshold'];
  const chosen = chooseDetectors({ names, threshold: settings.threshold });
  const directory = new Directory(
    { session, table, baseline, cancels, threshold: chosen.threshold, detectors: chosen.beside },
    settings.onFailure ?? (() => {}),
  );
  const routeQuotes = createRouter<QuoteBatch>(table);
  const tape = new Subject<TradeBatch>();
  let received = 0;
  let alerts = 0;
  let told: Alert[] = [];
  let fault: unknown = null;
  findingsOf(tape, { table, deliver: (routed) => directory.deliver(routed) })
    .pipe(
      map((finding) => {
        const rule = present(chosen.rules.get(finding.detector), 'the rule of a detector at work');
        return alertOf(finding, { session, contract: table.contract(finding.contract), rule });
      }),
    )
    .subscribe({ next: (alert) => told.push(alert), error: (error: unknown) => (fault = error) });
  const take = (batch: TradeBatch): readonly Alert[] => {
    // The path is synchronous from here to the alerts, so they are all there when next() returns.
    tape.next(batch);
    if (fault !== null) throw new Error('the data path of the engine is broken', { cause: fault });
    received += batch.length;
    const found = told;
    told = [];
    alerts += found.length;
    return found;
  };
  return {
    take,
    async run(batches, onAlert) {
      for await (const batch of batches) take(batch).forEach(onAlert);
    },
    adoptBaseline: (next) => directory.adoptBaseline(next),
    takeQuotes: (quotes) => directory.deliverQuotes(routeQuotes(quotes)),
    nearest: (count) => nearestOf(directory, count),
    summary: () => summaryOf(directory, received, alerts),
    stop() {
      tape.complete();
      directory.stop();
    },
  };
}

/** A tenth of the way to an alert is the beginning of something. */
const NEAR_SHARE_MIN = 0.1;

function nearestOf(directory: Directory, count: number): readonly number[] {
  const arenas = [...new Set(directory.states.map((state) => state.arena))];
  const near = arenas.flatMap((arena) => nearTrigger(arena, NEAR_SHARE_MIN));
  near.sort((a, b) => b.share - a.share || a.contract - b.contract);
  return near.slice(0, count).map(({ contract }) => contract);
}

function summaryOf(directory: Directory, received: number, alerts: number): EngineSummary {
  const prints: PrintCounts = { detected: 0, outsideHours: 0, apart: 0, cancels: 0 };
  let latePrints = 0;
  let unmatchedCancels = 0;
  const arenas = new Set(directory.states.map((state) => state.arena));
  for (const state of directory.states) {
    prints.detected += state.counts.detected;
    prints.outsideHours += state.counts.outsideHours;
    prints.apart += state.counts.apart;
    prints.cancels += state.counts.cancels;
    latePrints += state.latePrints;
    unmatchedCancels += state.unmatchedCancels;
  }
  return {
    received,
    prints,
    lost: received - prints.detected - prints.outsideHours - prints.apart - prints.cancels,
    failures: directory.failures,
    latePrints,
    unmatchedCancels,
    contracts: contractsIn(arenas, directory.failures),
    underlyings: directory.underlyings,
    alerts,
  };
}

/** Contracts with a row; one whose underlying failed and was begun anew has several. */
function contractsIn(arenas: ReadonlySet<ContractArena>, failures: number): number {
  if (failures === 0) return [...arenas].reduce((sum, arena) => sum + arena.count, 0);
  return new Set([...arenas].flatMap((arena) => arena.contracts())).size;
}
