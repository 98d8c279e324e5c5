// An evaluation: every detector with many settings over one tape, compared at the same rate of false alerts.
import type { ComparedName } from '../domain/detectors/finding.ts';
import { present } from '../lib/assert.ts';
import { figuresOf, type Group, type GroupFigures, groupsOf } from './groups.ts';
import { matchAlerts } from './matching.ts';
import { type EvaluationPlan, type EvaluationProgress, type Fold, foldAll } from './run.ts';
import {
  alertsOf,
  bestWithin,
  closerSettings,
  coarseSettings,
  defaultSetting,
  type Setting,
} from './sweep.ts';
import type { Anomaly } from './truth.ts';

/** What came of a detector with one setting. */
export interface Outcome {
  readonly setting: Setting;
  readonly alertsPerDay: number;
  readonly falsePerDay: number;
  readonly recall: number;
  /** One of each group, in their order. */
  readonly groups: readonly GroupFigures[];
}

/** What came of a detector. */
export interface DetectorReport {
  readonly detector: ComparedName;
  /** Of every setting tried, by false alerts a day. */
  readonly curve: readonly Outcome[];
  /** The setting that finds most within the false alerts asked for; null when every one says more. */
  readonly best: Outcome | null;
  /** What it does unless it is told otherwise. */
  readonly byDefault: Outcome;
  /** Processor time of a print: of the whole fold, and what the detector adds to the engine; medians over days. */
  readonly printMicros: number;
  readonly ownMicros: number;
}

/** What came of all. */
export interface Evaluation {
  readonly sessions: number;
  readonly historySessions: number;
  readonly anomalies: number;
  /** False alerts a day at which the detectors are compared. */
  readonly falsePerDayMax: number;
  readonly groups: readonly Group[];
  readonly detectors: readonly DetectorReport[];
}

export interface EvaluationRequest {
  readonly plan: EvaluationPlan;
  readonly anomalies: readonly Anomaly[];
  readonly detectors: readonly ComparedName[];
  readonly alertsPerDay: number;
}

/** The engine alone, by which the cost of a detector is told. */
const ENGINE_ALONE = 'engine';

/** Runs an evaluation: a coarse pass over the tape, and one with settings near the false alerts asked for. */
export async function evaluate(
  { plan, anomalies, detectors, alertsPerDay }: EvaluationRequest,
  onProgress: (pass: number, progress: EvaluationProgress) => void,
): Promise<Evaluation> {
  const groups = groupsOf(anomalies);
  const outcomes = new Map<ComparedName, Outcome[]>(detectors.map((name) => [name, []]));
  const folds = new Map<string, Fold>();
  const scene = { anomalies, groups, days: plan.days.length };
  const tryAll = async (pass: number, settings: readonly Setting[]): Promise<void> => {
    const choices = new Map(settings.map(({ run, engine }) => [run, engine]));
    for (const run of folds.keys()) choices.delete(run);
    if (pass === 1) choices.set(ENGINE_ALONE, { detectors: [] });
    const results =
      choices.size === 0 ? [] : await foldAll(plan, [...choices.values()], (at) => onProgress(pass, at));
    [...choices.keys()].forEach((run, at) => folds.set(run, results[at]!));
    for (const setting of settings) {
      const { found } = present(folds.get(setting.run), 'the fold of a setting');
      outcomes.get(setting.detector)!.push(outcomeOf(setting, found, scene));
    }
  };
  await tryAll(
    1,
    detectors.flatMap((name) => coarseSettings(name, alertsPerDay)),
  );
  await tryAll(
    2,
    detectors.flatMap((name) => closerSettings(outcomes.get(name)!, alertsPerDay)),
  );
  return {
    sessions: plan.days.length,
    historySessions: plan.history.length,
    anomalies: anomalies.length,
    falsePerDayMax: alertsPerDay,
    groups,
    detectors: detectors.map((name) => reportOf(name, outcomes.get(name)!, folds, alertsPerDay)),
  };
}

interface OutcomeScene {
  readonly anomalies: readonly Anomaly[];
  readonly groups: readonly Group[];
  readonly days: number;
}

function outcomeOf(
  setting: Setting,
  found: Fold['found'],
  { anomalies, groups, days }: OutcomeScene,
): Outcome {
  const { delaysMs, alerts, falseAlerts } = matchAlerts(alertsOf(setting, found), anomalies);
  return {
    setting,
    alertsPerDay: alerts / days,
    falsePerDay: falseAlerts / days,
    recall: delaysMs.filter((ms) => ms !== null).length / anomalies.length,
    groups: groups.map((group) => figuresOf(group, delaysMs)),
  };
}

function reportOf(
  detector: ComparedName,
  outcomes: readonly Outcome[],
  folds: ReadonlyMap<string, Fold>,
  alertsPerDay: number,
): DetectorReport {
  const usual = defaultSetting(detector, alertsPerDay);
  const { run } = usual;
  const printMicros = median(present(folds.get(run), 'the fold of the default').printMicros);
  const alone = median(present(folds.get(ENGINE_ALONE), 'the fold of the engine alone').printMicros);
  return {
    detector,
    curve: outcomes.toSorted((a, b) => a.falsePerDay - b.falsePerDay || a.recall - b.recall),
    best: bestWithin(outcomes, alertsPerDay),
    byDefault: present(
      outcomes.find(({ setting }) => setting.text === usual.text),
      'the outcome of the default',
    ),
    printMicros,
    ownMicros: Math.max(0, printMicros - alone),
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
