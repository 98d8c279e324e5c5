// Detector `forest`: the minutes of a busy underlying as points of a random cut forest, a second opinion on the whole.
import { digest } from '../../lib/digest.ts';
import { Random } from '../../lib/random.ts';
import { FIELD, ROW_WORDS } from '../arena.ts';
import type { VolumeBaseline } from '../baseline.ts';
import type { ContractTable } from '../contract-table.ts';
import { evidenceOfContract } from './scene-evidence.ts';
import { premiumCents } from '../money.ts';
import { unpackSide } from '../side.ts';
import type { TradeBatch } from '../trade.ts';
import { ENTRY, ENTRY_WORDS } from '../window.ts';
import type { Detector, RuleName, UnderlyingDetector, UnderlyingScene } from './detector.ts';
import type { Finding } from './finding.ts';
import { type ForestSettings, RandomCutForest } from './forest.ts';

/** Underlyings that have a forest: the busiest by the volume of the baseline. 0.3 MB each. */
export const FOREST_UNDERLYINGS = 500;
/** Score from which a minute is told; what is usual scores about 1. */
export const FOREST_SCORE_MIN = 3;
/** After it spoke an underlying is left alone for so long. */
export const FOREST_REST_MS = 1_800_000;

const MINUTE_MS = 60_000;
const LEADING_MAX = 3;

/** A session has some 400 minutes, so a smaller sample than that of endless streams, and the first hour to learn. */
const SETTINGS: ForestSettings = {
  dimensions: 3,
  shingle: 1,
  trees: 30,
  sampleSize: 128,
  timeDecay: 1 / 1_280,
  outputAfter: 60,
};

/** When the forest speaks. */
export interface ForestSpeech {
  readonly scoreMin: number;
  readonly restMs: number;
}

export const DEFAULT_FOREST_SPEECH: ForestSpeech = { scoreMin: FOREST_SCORE_MIN, restMs: FOREST_REST_MS };

function ruleOf({ scoreMin, restMs }: ForestSpeech): RuleName {
  const rest = `${restMs / MINUTE_MS}m`;
  const text = `forest score=${scoreMin} rest=${rest} minute=prints,premium,imbalance ${JSON.stringify(SETTINGS)}`;
  return { id: 'forest', hash: digest(text, 12) };
}

/** The busiest underlyings by the volume of the baseline, ties by name. */
export function busiestUnderlyings(
  table: ContractTable,
  baseline: VolumeBaseline,
  count: number,
): Set<number> {
  const volumes = new Float64Array(table.underlyingCount);
  for (let contract = 0; contract < table.count; contract++)
    volumes[table.underlyingOf(contract)]! += baseline.volumeSum(contract);
  const traded = [...volumes.keys()].filter((underlying) => volumes[underlying]! > 0);
  const names = (a: number, b: number): number =>
    table.underlyingName(a) < table.underlyingName(b) ? -1 : 1;
  return new Set(traded.toSorted((a, b) => volumes[b]! - volumes[a]! || names(a, b)).slice(0, count));
}

/** The detector of a session. */
export function forestDetector(speech = DEFAULT_FOREST_SPEECH): Detector {
  let busiest: Set<number> | null = null;
  let asOf: VolumeBaseline | null = null;
  return {
    name: 'forest',
    rule: ruleOf(speech),
    begin(scene) {
      const { table, baseline } = scene.context;
      if (busiest === null || asOf !== baseline) {
        busiest = busiestUnderlyings(table, baseline, FOREST_UNDERLYINGS);
        asOf = baseline;
      }
      return busiest.has(scene.underlying) ? new ForestOfUnderlying(scene, speech) : SILENT;
    },
  };
}

/** The forest of an underlying's minutes in a session, seeded by both. */
export function minuteForest(sessionDate: string, underlying: string): RandomCutForest {
  return new RandomCutForest(SETTINGS, new Random(`forest ${sessionDate} ${underlying}`));
}

/** The point of a minute without a print. */
const QUIET: readonly number[] = [0, 0, 0];

const SILENT: UnderlyingDetector = { onPrint() {} };

/** The minute at hand of an underlying. */
interface Minute {
  /** Minutes after the opening. */
  number: number;
  prints: number;
  premiumCents: number;
  /** Premium × (2 P(buy) - 1) in thousandths of cents: above 0 when bought. */
  leaningMilliCents: number;
}

/**
 * What the forest sees of a minute: its prints and its premium as logarithms, and how far the premium was bought or
 * sold, weighted so that the three move over like ranges.
 */
export function minutePoint(minute: Omit<Minute, 'number'>): [number, number, number] {
  const { prints, premiumCents: cents, leaningMilliCents } = minute;
  const imbalance = cents === 0 ? 0 : leaningMilliCents / (1_000 * cents);
  return [Math.log1p(prints), Math.log10(1 + cents / 100), 4 * imbalance];
}

/** A minute is scored when the next one begins, so at its first print: quiet minutes are points too. */
class ForestOfUnderlying implements UnderlyingDetector {
  readonly #scene: UnderlyingScene;
  readonly #speech: ForestSpeech;
  readonly #forest: RandomCutForest;
  readonly #minute: Minute = { number: 0, prints: 0, premiumCents: 0, leaningMilliCents: 0 };
  /** The points of the minutes before. */
  readonly #before: Array<readonly number[]> = [];
  /** Prints of the minutes before, for what is usual. */
  #printsBefore = 0;
  #restUntilMs = -Infinity;

  constructor(scene: UnderlyingScene, speech: ForestSpeech) {
    this.#scene = scene;
    this.#speech = speech;
    const { table, session } = scene.context;
    const name = table.underlyingName(scene.underlying);
    this.#forest = minuteForest(session.date, name);
  }

  onPrint(batch: TradeBatch, row: number, slot: number, findings: Finding[]): void {
    const { clockMs, context } = this.#scene;
    const number = Math.floor((clockMs - context.session.openMs) / MINUTE_MS);
    if (number > this.#minute.number) this.#close(number, batch, row, findings);
    const size = batch.size[row]!;
    const { multiplier } = context.table.contract(batch.contract[row]!);
    const cents = premiumCents(batch.priceE4[row]!, size, multiplier);
    this.#minute.prints++;
    this.#minute.premiumCents += cents;
    this.#minute.leaningMilliCents += cents * (2 * this.#buyPerMille(batch.atMs[row]!, slot, size) - 1_000);
  }

  /** P(buy) of the print that the window took last, in thousandths; 500 for one that came late. */
  #buyPerMille(atMs: number, slot: number, size: number): number {
    const { words, mask, tail } = this.#scene.window;
    const at = ((tail - 1) & mask) * ENTRY_WORDS;
    const last = words[at] === atMs && words[at + ENTRY.slot] === slot && words[at + ENTRY.size] === size;
    return last ? unpackSide(words[at + ENTRY.side]!).buyPerMille : 500;
  }

  /** Scores the minute at hand, takes it and the quiet ones behind it, and begins minute `number`. */
  #close(number: number, batch: TradeBatch, row: number, findings: Finding[]): void {
    const minute = this.#minute;
    const point = minutePoint(minute);
    const score = this.#forest.score(point);
    const usual = this.#printsBefore / Math.max(1, minute.number);
    // Too quiet is unusual too, and nothing that anybody must know.
    if (score >= this.#speech.scoreMin && minute.prints > usual && this.#scene.clockMs >= this.#restUntilMs)
      this.#speak(batch, row, score, point, usual, findings);
    this.#printsBefore += minute.prints;
    this.#take(point);
    for (let quiet = minute.number + 1; quiet < number; quiet++) this.#take(QUIET);
    Object.assign(minute, { number, prints: 0, premiumCents: 0, leaningMilliCents: 0 });
  }

  #take(point: readonly number[]): void {
    this.#forest.update(point);
    this.#before.push(point);
  }

  #speak(
    batch: TradeBatch,
    row: number,
    score: number,
    point: readonly number[],
    usual: number,
    findings: Finding[],
  ): void {
    const { arena, clockMs, context } = this.#scene;
    const slots = this.#leadingSlots();
    const [slot] = slots;
    // Its prints may all have been late or have left the window: then there is nothing to show.
    if (slot === undefined) return;
    this.#restUntilMs = clockMs + this.#speech.restMs;
    const contractOf = (of: number): number => arena.words[of * ROW_WORDS + FIELD.contract]!;
    const contract = contractOf(slot);
    findings.push({
      detector: 'forest',
      kind: 'unusual underlying',
      contract,
      leading: slots.map(contractOf),
      atMs: clockMs,
      row: batch.firstRow + row,
      tape: batch.kind,
      observed: this.#minute.prints,
      expected: usual,
      unit: 'prints',
      threshold: this.#speech.scoreMin,
      sessions: context.baseline.sessions,
      surprise: null,
      evidence: evidenceOfContract(this.#scene, slot, contract),
      proof: {
        of: 'forest',
        score,
        point,
        minute: this.#minute.number,
        minutes: this.#forest.observations,
        before: this.#before.slice(),
      },
    });
  }

  /** Slots of the contracts with most volume in the minute at hand, most first. */
  #leadingSlots(): number[] {
    const { context, window } = this.#scene;
    const { words, mask, head, tail } = window;
    const fromMs = context.session.openMs + this.#minute.number * MINUTE_MS;
    const volumes = new Map<number, number>();
    for (let i = tail - 1; i >= head; i--) {
      const at = (i & mask) * ENTRY_WORDS;
      const atMs = words[at]!;
      if (atMs < fromMs) break;
      if (atMs >= fromMs + MINUTE_MS) continue;
      const slot = words[at + ENTRY.slot]!;
      volumes.set(slot, (volumes.get(slot) ?? 0) + words[at + ENTRY.size]!);
    }
    return [...volumes.keys()]
      .toSorted((a, b) => volumes.get(b)! - volumes.get(a)! || a - b)
      .slice(0, LEADING_MAX);
  }
}
