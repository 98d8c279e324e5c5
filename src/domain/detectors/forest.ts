// A random cut forest: how far a point of a stream stands apart from a fading sample of those before it.
import type { Random } from '../../lib/random.ts';
import { PointStore } from './forest-points.ts';
import { DecayedSample } from './forest-sample.ts';
import { CutTree } from './forest-tree.ts';

/** How a forest is built. */
export interface ForestSettings {
  /** Values of one observation. */
  readonly dimensions: number;
  /** Observations that make a point: 1 looks at each alone, 8 at the last eight together. */
  readonly shingle: number;
  readonly trees: number;
  /** Points a tree keeps. */
  readonly sampleSize: number;
  /** A point's weight in the sample falls by this share an observation. */
  readonly timeDecay: number;
  /** Observations before the first score; until then it is 0. */
  readonly outputAfter: number;
}

/** 50 trees of 256 points that forget in about ten samples. */
export const DEFAULT_FOREST: ForestSettings = {
  dimensions: 1,
  shingle: 1,
  trees: 50,
  sampleSize: 256,
  timeDecay: 1 / 2_560,
  outputAfter: 64,
};

/** Half of the smallest step of the generator: keeps the logarithms below finite. */
const HALF_STEP = 2 ** -33;

/**
 * Random cut forest over a stream (Guha et al. 2016), with the scores of the AWS implementation: the mean over trees of
 * the inverse depth at which a point is cut off, about 1 for what is usual and 2 or more for what is not.
 * It draws from the generator it is given: one seed, one sequence of scores.
 */
export class RandomCutForest {
  readonly #settings: ForestSettings;
  readonly #random: Random;
  readonly #points: PointStore;
  readonly #trees: readonly CutTree[];
  readonly #samples: readonly DecayedSample[];
  /** The last `shingle` observations, oldest first. */
  readonly #shingle: Float32Array;
  readonly #query: Float32Array;
  #observations = 0;

  constructor(settings: ForestSettings, random: Random) {
    this.#settings = settings;
    this.#random = random;
    const width = settings.dimensions * settings.shingle;
    this.#points = new PointStore(width);
    this.#trees = Array.from(
      { length: settings.trees },
      () => new CutTree(this.#points, settings.sampleSize),
    );
    this.#samples = this.#trees.map(() => new DecayedSample(settings.sampleSize));
    this.#shingle = new Float32Array(width);
    this.#query = new Float32Array(width);
  }

  /** Observations taken. */
  get observations(): number {
    return this.#observations;
  }

  /** Distinct points held by the trees. */
  get points(): number {
    return this.#points.size;
  }

  /** The score of an observation as if it came next; it is not taken. 0 before `outputAfter` observations. */
  score(values: ArrayLike<number>): number {
    const { outputAfter, trees } = this.#settings;
    if (this.#observations < outputAfter) return 0;
    this.#shift(this.#query, values);
    let sum = 0;
    for (let at = 0; at < trees; at++) sum += this.#trees[at]!.score(this.#query);
    return sum / trees;
  }

  /** Takes an observation. */
  update(values: ArrayLike<number>): void {
    this.#shift(this.#shingle, values);
    this.#observations++;
    if (this.#observations < this.#settings.shingle) return;
    const point = this.#points.add(this.#shingle);
    const decay = this.#settings.timeDecay * this.#observations;
    for (let at = 0; at < this.#trees.length; at++) {
      const priority = Math.log(-Math.log(this.#random.uniform() + HALF_STEP)) - decay;
      this.#offer(this.#trees[at]!, this.#samples[at]!, point, priority);
    }
    this.#points.dropUnheld(point);
  }

  /** Weighted reservoir sampling (Efraimidis and Spirakis): the lowest priorities stay. */
  #offer(tree: CutTree, sample: DecayedSample, point: number, priority: number): void {
    if (sample.full) {
      if (priority >= sample.highest) return;
      const evicted = sample.evict();
      tree.remove(evicted);
      this.#points.release(evicted);
    }
    const kept = tree.add(point, this.#random);
    this.#points.hold(kept);
    sample.add(kept, priority);
  }

  /** The shingle with the observation behind it, written to `into`. */
  #shift(into: Float32Array, values: ArrayLike<number>): void {
    const { dimensions } = this.#settings;
    const shingle = this.#shingle;
    const kept = shingle.length - dimensions;
    for (let at = 0; at < kept; at++) into[at] = shingle[at + dimensions]!;
    for (let d = 0; d < dimensions; d++) into[kept + d] = values[d]!;
  }
}
