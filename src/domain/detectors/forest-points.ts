// The points of a random cut forest: each is kept once, however many of its trees have sampled it.
import { grown } from '../../lib/grown.ts';

const POINTS_FIRST = 512;

/** Points as rows of single-precision numbers, counted by the trees that hold them. */
export class PointStore {
  readonly dimensions: number;
  #values: Float32Array<ArrayBuffer>;
  #holders: Int32Array<ArrayBuffer>;
  #free: number[] = [];
  #count = 0;

  constructor(dimensions: number) {
    this.dimensions = dimensions;
    this.#values = new Float32Array(POINTS_FIRST * dimensions);
    this.#holders = new Int32Array(POINTS_FIRST);
  }

  /** Points kept. */
  get size(): number {
    return this.#count - this.#free.length;
  }

  /** Keeps a point, held by nobody yet, and gives its number. */
  add(values: Float32Array): number {
    const point = this.#free.pop() ?? this.#count++;
    if (point >= this.#holders.length) this.#grow();
    this.#values.set(values, point * this.dimensions);
    this.#holders[point] = 0;
    return point;
  }

  hold(point: number): void {
    this.#holders[point]!++;
  }

  /** Gives a point up; the last holder frees it. */
  release(point: number): void {
    if (--this.#holders[point]! === 0) this.#free.push(point);
  }

  /** Frees a point that no tree took. */
  dropUnheld(point: number): void {
    if (this.#holders[point] === 0) this.#free.push(point);
  }

  value(point: number, dimension: number): number {
    return this.#values[point * this.dimensions + dimension]!;
  }

  equal(a: number, b: number): boolean {
    if (a === b) return true;
    for (let d = 0; d < this.dimensions; d++) if (this.value(a, d) !== this.value(b, d)) return false;
    return true;
  }

  isAt(point: number, values: Float32Array): boolean {
    for (let d = 0; d < this.dimensions; d++) if (this.value(point, d) !== values[d]) return false;
    return true;
  }

  #grow(): void {
    this.#values = grown(this.#values, this.#values.length * 2);
    this.#holders = grown(this.#holders, this.#holders.length * 2);
  }
}
