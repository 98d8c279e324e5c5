// The detectors of a session, chosen by name.
import type { Detector, RuleName } from './detector.ts';
import type { DetectorName } from './finding.ts';
import { forestDetector, type ForestSpeech } from './forest-minutes.ts';
import type { OrderBaseline } from '../order-baseline.ts';
import { sweepDetector } from './sweep-orders.ts';
import { SurpriseDetector } from './surprise.ts';
import type { SurpriseSettings } from './surprise-shared.ts';
import {
  type CompiledThreshold,
  compileThreshold,
  SILENT_THRESHOLD,
  thresholdRule,
  type ThresholdSettings,
} from './threshold.ts';
import { zscoreDetector } from './zscore.ts';

/** Which detectors decide, and their settings. */
export interface DetectorSettings {
  /** Each once. */
  readonly names: readonly DetectorName[];
  readonly threshold: ThresholdSettings;
  readonly surprise: SurpriseSettings;
  readonly sensitivity?: Sensitivity;
}

/** Settings of the second opinions that are not theirs by default: an evaluation tries many. */
export interface Sensitivity {
  readonly zscoreMin?: number;
  readonly forest?: ForestSpeech;
}

/** The detectors at work: the threshold, which is part of the fold, and those beside it. */
export interface ChosenDetectors {
  readonly threshold: CompiledThreshold;
  readonly beside: readonly Detector[];
  /** The one among them that keeps the budget, if it is. */
  readonly surprise: SurpriseDetector | null;
  /** The rule of each, as its alerts name it. */
  readonly rules: ReadonlyMap<DetectorName, RuleName>;
}

/** Makes the detectors of a session. Throws RangeError when a setting is out of its range. */
export function chooseDetectors(
  { names, threshold, surprise: settings, sensitivity = {} }: DetectorSettings,
  orders: OrderBaseline | null,
): ChosenDetectors {
  const rules = new Map<DetectorName, RuleName>();
  const compiled = compileThreshold(threshold);
  if (names.includes('threshold')) rules.set('threshold', thresholdRule(threshold));
  const surprise = names.includes('surprise') ? new SurpriseDetector(settings, orders) : null;
  const beside: Detector[] = surprise === null ? [] : [surprise];
  if (names.includes('zscore')) beside.push(zscoreDetector(sensitivity.zscoreMin));
  if (names.includes('forest')) beside.push(forestDetector(sensitivity.forest));
  if (names.includes('sweep')) beside.push(sweepDetector());
  for (const detector of beside) rules.set(detector.name, detector.rule);
  return { threshold: rules.has('threshold') ? compiled : SILENT_THRESHOLD, beside, surprise, rules };
}
