// Jumps of the wall clock against the monotonic one: an operator's hand, a machine that slept, a bad time server.

/** A second's difference between two looks is a jump; slewing by a time server stays far below it. */
const JUMP_MS_MIN = 1_000;

/** Compares the two clocks at each look. */
export class ClockJumps {
  readonly #wallMs: () => number;
  readonly #monotonicMs: () => number;
  #apartMs: number;
  /** Jumps seen so far. */
  count = 0;

  constructor(wallMs: () => number, monotonicMs: () => number) {
    this.#wallMs = wallMs;
    this.#monotonicMs = monotonicMs;
    this.#apartMs = wallMs() - monotonicMs();
  }

  /** Looks again; gives by how much the wall clock jumped since the last look, ms, and 0 when it did not. */
  look(): number {
    const apartMs = this.#wallMs() - this.#monotonicMs();
    const jumpMs = apartMs - this.#apartMs;
    this.#apartMs = apartMs;
    if (Math.abs(jumpMs) < JUMP_MS_MIN) return 0;
    this.count++;
    return jumpMs;
  }
}
