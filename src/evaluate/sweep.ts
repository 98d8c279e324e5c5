// The settings a detector is tried with: from one that says too much to one that says nothing, and then closer.
import { Decimal } from 'decimal.js';
import type { Sensitivity } from '../domain/detectors/choose.ts';
import type { ComparedName } from '../domain/detectors/finding.ts';
import {
  DEFAULT_FOREST_SPEECH,
  FOREST_REST_MS,
  type ForestSpeech,
} from '../domain/detectors/forest-minutes.ts';
import { DEFAULT_THRESHOLD, type ThresholdSettings } from '../domain/detectors/threshold.ts';
import { ZSCORE_MIN } from '../domain/detectors/zscore.ts';
import type { Spoken } from './matching.ts';

/** What an engine is told for a setting. */
export interface EngineChoice {
  readonly detectors: readonly ComparedName[];
  readonly threshold?: ThresholdSettings;
  readonly alertsPerDay?: number;
  readonly sensitivity?: Sensitivity;
}

/** A detector with one setting. */
export interface Setting {
  readonly detector: ComparedName;
  /** What else is set, so that settings of one family differ in {@link level} alone. */
  readonly family: string;
  /** What is moved: floor of contracts, z, score, or alerts a day. */
  readonly level: number;
  /** The setting in words. */
  readonly text: string;
  /** Settings with equal `run` share a fold of the tape, from which each takes its alerts. */
  readonly run: string;
  readonly engine: EngineChoice;
}

const FACTORS = [1, 10, 100, 1_000];
const FLOORS = [20, 50, 100, 200, 500, 1_000, 2_000, 4_000, 8_000, 16_000];
const ZSCORES = [1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 512];
const SCORES = [1.6, 1.8, 2, 2.25, 2.5, 2.75, 3, 3.25, 3.5, 4, 5, 6, 8];
const BUDGETS = [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000];
/** Settings tried between the two that lie on both sides of the false alerts asked for. */
const STEPS_BETWEEN = 5;

/** The forest is folded once, with everything that might be said: its scores do not depend on what it says. */
const EVERY_MINUTE: ForestSpeech = { scoreMin: SCORES[0]!, restMs: 0 };

function thresholdSetting(factor: number, floor: number): Setting {
  const whole = Math.round(floor);
  const text = `factor ${factor}, floor ${whole}`;
  const threshold = { factor: new Decimal(factor), floor: whole };
  return {
    detector: 'threshold',
    family: `factor ${factor}`,
    level: whole,
    text,
    run: `threshold ${text}`,
    engine: { detectors: ['threshold'], threshold },
  };
}

function settingOf(detector: ComparedName, family: string, level: number): Setting {
  if (detector === 'threshold') return thresholdSetting(Number(family.slice('factor '.length)), level);
  const rounded = Number(level.toPrecision(3));
  const detectors = [detector];
  if (detector === 'zscore') {
    const text = `z above ${rounded}`;
    const sensitivity = { zscoreMin: rounded };
    return { detector, family, level: rounded, text, run: text, engine: { detectors, sensitivity } };
  }
  if (detector === 'forest') {
    const engine = { detectors, sensitivity: { forest: EVERY_MINUTE } };
    return { detector, family, level: rounded, text: `score ${rounded}`, run: 'forest', engine };
  }
  if (detector === 'surprise') {
    const text = `budget ${rounded} a day`;
    const engine = { detectors, alertsPerDay: rounded };
    return { detector, family, level: rounded, text, run: `surprise ${text}`, engine };
  }
  return detector satisfies never;
}

/** The setting a detector has when nobody says otherwise; the budget of `surprise` is the one asked for. */
export function defaultSetting(detector: ComparedName, alertsPerDay: number): Setting {
  switch (detector) {
    case 'threshold':
      return thresholdSetting(DEFAULT_THRESHOLD.factor.toNumber(), DEFAULT_THRESHOLD.floor);
    case 'zscore':
      return settingOf(detector, '', ZSCORE_MIN);
    case 'forest':
      return settingOf(detector, '', DEFAULT_FOREST_SPEECH.scoreMin);
    case 'surprise':
      return settingOf(detector, '', alertsPerDay);
  }
}

/** The settings tried first, the default among them. */
export function coarseSettings(detector: ComparedName, alertsPerDay: number): Setting[] {
  const levels = { zscore: ZSCORES, forest: SCORES, surprise: BUDGETS };
  const tried =
    detector === 'threshold'
      ? FACTORS.flatMap((factor) => FLOORS.map((floor) => thresholdSetting(factor, floor)))
      : levels[detector].map((level) => settingOf(detector, '', level));
  return distinct([...tried, defaultSetting(detector, alertsPerDay)]);
}

function distinct(settings: readonly Setting[]): Setting[] {
  return [...new Map(settings.map((one) => [`${one.detector} ${one.text}`, one])).values()];
}

/** A setting and what came of it. */
export interface Point {
  readonly setting: Setting;
  readonly falsePerDay: number;
  /** Share of the anomalies that was found. */
  readonly recall: number;
}

/** The point that finds most with at most so many false alerts a day; null when every one says more. */
export function bestWithin<P extends Point>(points: readonly P[], falsePerDay: number): P | null {
  let best: P | null = null;
  for (const point of points) {
    if (point.falsePerDay > falsePerDay) continue;
    const better =
      best === null ||
      point.recall > best.recall ||
      (point.recall === best.recall && point.falsePerDay < best.falsePerDay);
    if (better) best = point;
  }
  return best;
}

/** Settings between the best within `falsePerDay` and its more talkative neighbour of the same family, if any. */
export function closerSettings(points: readonly Point[], falsePerDay: number): Setting[] {
  const best = bestWithin(points, falsePerDay);
  if (best === null) return [];
  const { detector, family, level } = best.setting;
  const beyond = points
    .filter((point) => point.setting.family === family && point.falsePerDay > falsePerDay)
    .toSorted((a, b) => a.falsePerDay - b.falsePerDay)[0];
  if (beyond === undefined) return [];
  const ratio = beyond.setting.level / level;
  const between = Array.from({ length: STEPS_BETWEEN }, (_, step) =>
    settingOf(detector, family, level * ratio ** ((step + 1) / (STEPS_BETWEEN + 1))),
  );
  const known = new Set(points.map(({ setting }) => setting.text));
  return distinct(between).filter(({ text }) => !known.has(text));
}

/**
 * The alerts a setting raises, of all that its run found, in the order of the tape. Only those with a score are cut:
 * the others come from a fold with the very setting.
 */
export function alertsOf({ detector, level }: Setting, found: readonly Spoken[]): Spoken[] {
  if (detector !== 'forest') return [...found];
  const restUntilMs = new Map<string, number>();
  return found.filter(({ score, underlying, atMs }) => {
    if (score === null || score < level || atMs < (restUntilMs.get(underlying) ?? -Infinity)) return false;
    restUntilMs.set(underlying, atMs + FOREST_REST_MS);
    return true;
  });
}
