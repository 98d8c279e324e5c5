// The sample of a tree: a reservoir of points in which older ones weigh less.

/** Numbers of points with their priorities; the one with the highest priority leaves first. */
export class DecayedSample {
  readonly #priorities: Float64Array;
  readonly #points: Int32Array;
  #size = 0;

  constructor(capacity: number) {
    this.#priorities = new Float64Array(capacity);
    this.#points = new Int32Array(capacity);
  }

  get full(): boolean {
    return this.#size === this.#points.length;
  }

  /** The priority of the point that leaves next; only of a sample that is not empty. */
  get highest(): number {
    return this.#priorities[0]!;
  }

  add(point: number, priority: number): void {
    let at = this.#size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#priorities[parent]! >= priority) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#priorities[at] = priority;
    this.#points[at] = point;
  }

  /** Takes out the point with the highest priority. */
  evict(): number {
    const evicted = this.#points[0]!;
    const last = --this.#size;
    const priority = this.#priorities[last]!;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= last) break;
      if (child + 1 < last && this.#priorities[child + 1]! > this.#priorities[child]!) child++;
      if (this.#priorities[child]! <= priority) break;
      this.#move(child, at);
      at = child;
    }
    this.#priorities[at] = priority;
    this.#points[at] = this.#points[last]!;
    return evicted;
  }

  #move(from: number, to: number): void {
    this.#priorities[to] = this.#priorities[from]!;
    this.#points[to] = this.#points[from]!;
  }
}
