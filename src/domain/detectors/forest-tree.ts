// One tree of a random cut forest: its sample of points, the cuts between them, and the boxes around them.
//
// Guha, Mishra, Roy and Schrijvers, "Robust random cut forest based anomaly detection on streams" (ICML 2016).
import type { Random } from '../../lib/random.ts';
import type { PointStore } from './forest-points.ts';

/** A child below 0 is the leaf ~child, any other a node; this is no child at all. */
const NONE = 0x7fffffff;

/** Nodes, leaves and the sample's heap lie in flat arrays; nothing is allocated once a tree is made. */
export class CutTree {
  readonly #points: PointStore;
  readonly #dimensions: number;
  readonly #left: Int32Array;
  readonly #right: Int32Array;
  readonly #cutDimension: Uint16Array;
  readonly #cut: Float64Array;
  /** Lower and upper corner of each node's box, in turn by dimension. */
  readonly #box: Float32Array;
  readonly #leafPoint: Int32Array;
  readonly #leafMass: Int32Array;
  readonly #freeNodes: Int32Array;
  readonly #freeLeaves: Int32Array;
  #freeNodeCount: number;
  #freeLeafCount: number;
  #root = NONE;
  /** Points in the tree, equal ones counted each. */
  #mass = 0;
  /** Nodes from the root to the parent of the leaf that was last looked for. */
  readonly #path: Int32Array;

  constructor(points: PointStore, sampleSize: number) {
    this.#points = points;
    this.#dimensions = points.dimensions;
    this.#left = new Int32Array(sampleSize);
    this.#right = new Int32Array(sampleSize);
    this.#cutDimension = new Uint16Array(sampleSize);
    this.#cut = new Float64Array(sampleSize);
    this.#box = new Float32Array(sampleSize * 2 * points.dimensions);
    this.#leafPoint = new Int32Array(sampleSize);
    this.#leafMass = new Int32Array(sampleSize);
    this.#freeNodes = Int32Array.from({ length: sampleSize }, (_, at) => sampleSize - 1 - at);
    this.#freeLeaves = this.#freeNodes.slice();
    this.#freeNodeCount = sampleSize;
    this.#freeLeafCount = sampleSize;
    this.#path = new Int32Array(sampleSize);
  }

  get mass(): number {
    return this.#mass;
  }

  /** Adds a point and gives the point the tree keeps for it: an equal one that it has already, else the point. */
  add(point: number, random: Random): number {
    this.#mass++;
    if (this.#root === NONE) {
      this.#root = ~this.#newLeaf(point);
      return point;
    }
    let parent = NONE;
    let child = this.#root;
    for (;;) {
      if (child < 0 && this.#points.equal(this.#leafPoint[~child]!, point)) {
        this.#leafMass[~child]!++;
        return this.#leafPoint[~child]!;
      }
      const node = this.#cutAbove(child, point, random);
      if (node !== NONE) {
        this.#replaceChild(parent, child, node);
        return point;
      }
      this.#extendBox(child, point);
      parent = child;
      child = this.#below(child, point);
    }
  }

  /** Takes one point out that {@link add} gave back. */
  remove(point: number): void {
    this.#mass--;
    let depth = 0;
    let child = this.#root;
    while (child >= 0) {
      this.#path[depth++] = child;
      child = this.#below(child, point);
    }
    const leaf = ~child;
    if (--this.#leafMass[leaf]! > 0) return;
    this.#freeLeaves[this.#freeLeafCount++] = leaf;
    if (depth === 0) {
      this.#root = NONE;
      return;
    }
    const parent = this.#path[depth - 1]!;
    const sibling = this.#left[parent] === child ? this.#right[parent]! : this.#left[parent]!;
    this.#replaceChild(depth === 1 ? NONE : this.#path[depth - 2]!, parent, sibling);
    this.#freeNodes[this.#freeNodeCount++] = parent;
    for (let at = depth - 2; at >= 0 && this.#onBoundary(this.#path[at]!, point); at--)
      this.#joinBoxes(this.#path[at]!);
  }

  // HOT PATH: once a point and tree.

  /**
   * Expected score of a point over the cuts that would separate it: 1/(depth + 1) where it is separated, and for a
   * point that the tree has, 1/(depth + log2(mass + 1)) damped by its share of the tree; times log2 of the tree's
   * mass + 1. 0 for an empty tree.
   */
  score(values: Float32Array): number {
    if (this.#mass === 0) return 0;
    const dimensions = this.#dimensions;
    const box = this.#box;
    let score = 0;
    let reached = 1;
    let depth = 0;
    let child = this.#root;
    while (child >= 0) {
      const at = child * 2 * dimensions;
      let outside = 0;
      let extent = 0;
      for (let d = 0; d < dimensions; d++) {
        const low = box[at + 2 * d]!;
        const high = box[at + 2 * d + 1]!;
        const value = values[d]!;
        extent += high - low;
        if (value < low) outside += low - value;
        else if (value > high) outside += value - high;
      }
      if (outside > 0) {
        const separated = outside / (extent + outside);
        score += (reached * separated) / (depth + 1);
        reached *= 1 - separated;
      }
      depth++;
      child =
        values[this.#cutDimension[child]!]! <= this.#cut[child]! ? this.#left[child]! : this.#right[child]!;
    }
    return (score + reached * this.#leafScore(~child, values, depth)) * Math.log2(this.#mass + 1);
  }

  // END OF HOT PATH

  #leafScore(leaf: number, values: Float32Array, depth: number): number {
    if (!this.#points.isAt(this.#leafPoint[leaf]!, values)) return 1 / (depth + 1);
    const mass = this.#leafMass[leaf]!;
    return (1 - mass / (2 * this.#mass)) / (depth + Math.log2(mass + 1));
  }

  #below(node: number, point: number): number {
    const value = this.#points.value(point, this.#cutDimension[node]!);
    return value <= this.#cut[node]! ? this.#left[node]! : this.#right[node]!;
  }

  #newLeaf(point: number): number {
    const leaf = this.#freeLeaves[--this.#freeLeafCount]!;
    this.#leafPoint[leaf] = point;
    this.#leafMass[leaf] = 1;
    return leaf;
  }

  #low(child: number, d: number): number {
    return child < 0
      ? this.#points.value(this.#leafPoint[~child]!, d)
      : this.#box[(child * this.#dimensions + d) * 2]!;
  }

  #high(child: number, d: number): number {
    return child < 0
      ? this.#points.value(this.#leafPoint[~child]!, d)
      : this.#box[(child * this.#dimensions + d) * 2 + 1]!;
  }

  /**
   * Draws a cut of the child's box widened by the point: a dimension in proportion to its extent, a place in it
   * uniformly. Gives a new node of both when it parts the point from the box, else {@link NONE}.
   */
  #cutAbove(child: number, point: number, random: Random): number {
    let extent = 0;
    for (let d = 0; d < this.#dimensions; d++) {
      const value = this.#points.value(point, d);
      extent += Math.max(this.#high(child, d), value) - Math.min(this.#low(child, d), value);
    }
    let rest = random.uniform() * extent;
    for (let d = 0; d < this.#dimensions; d++) {
      const value = this.#points.value(point, d);
      const low = this.#low(child, d);
      const high = this.#high(child, d);
      const from = Math.min(low, value);
      const length = Math.max(high, value) - from;
      if (rest >= length) {
        rest -= length;
        continue;
      }
      const cut = from + rest;
      const pointIsLow = value <= cut && cut < low;
      if (!pointIsLow && !(high <= cut && cut < value)) return NONE;
      return this.#newNode(child, point, d, cut, pointIsLow);
    }
    return NONE;
  }

  #newNode(child: number, point: number, dimension: number, cut: number, pointIsLow: boolean): number {
    const leaf = ~this.#newLeaf(point);
    const node = this.#freeNodes[--this.#freeNodeCount]!;
    this.#left[node] = pointIsLow ? leaf : child;
    this.#right[node] = pointIsLow ? child : leaf;
    this.#cutDimension[node] = dimension;
    this.#cut[node] = cut;
    this.#joinBoxes(node);
    return node;
  }

  #replaceChild(parent: number, child: number, by: number): void {
    if (parent === NONE) this.#root = by;
    else if (this.#left[parent] === child) this.#left[parent] = by;
    else this.#right[parent] = by;
  }

  #joinBoxes(node: number): void {
    const left = this.#left[node]!;
    const right = this.#right[node]!;
    for (let d = 0, at = node * 2 * this.#dimensions; d < this.#dimensions; d++, at += 2) {
      this.#box[at] = Math.min(this.#low(left, d), this.#low(right, d));
      this.#box[at + 1] = Math.max(this.#high(left, d), this.#high(right, d));
    }
  }

  #extendBox(node: number, point: number): void {
    for (let d = 0, at = node * 2 * this.#dimensions; d < this.#dimensions; d++, at += 2) {
      const value = this.#points.value(point, d);
      if (value < this.#box[at]!) this.#box[at] = value;
      if (value > this.#box[at + 1]!) this.#box[at + 1] = value;
    }
  }

  #onBoundary(node: number, point: number): boolean {
    for (let d = 0, at = node * 2 * this.#dimensions; d < this.#dimensions; d++, at += 2) {
      const value = this.#points.value(point, d);
      if (value === this.#box[at] || value === this.#box[at + 1]) return true;
    }
    return false;
  }
}
