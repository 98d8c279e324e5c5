// Clocks: what time it is and how to wait, as an argument; the machine's, one moved by hand, one that plays faster.

/** A pending wait. */
export interface Timer {
  cancel(): void;
}

/** Time for everything that waits. Whoever needs a clock is handed one. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Calls back once after `ms` of this clock. */
  after(ms: number, callback: () => void): Timer;
}

/** The machine's clock. Its timers do not keep the process alive when `unref` is set. */
export function systemClock({ unref = false } = {}): Clock {
  return {
    now: () => Date.now(),
    after(ms, callback) {
      const timer = setTimeout(callback, ms);
      if (unref) timer.unref();
      return { cancel: () => clearTimeout(timer) };
    },
  };
}

/** A clock that moves when told: for tests and simulations. Callbacks run in the order of their times. */
export class ManualClock implements Clock {
  #nowMs: number;
  #waiting: Array<{ readonly atMs: number; readonly callback: () => void }> = [];

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  now(): number {
    return this.#nowMs;
  }

  after(ms: number, callback: () => void): Timer {
    const entry = { atMs: this.#nowMs + ms, callback };
    this.#waiting.push(entry);
    return { cancel: () => void (this.#waiting = this.#waiting.filter((other) => other !== entry)) };
  }

  /** Moves to a moment, calling back on the way whatever falls due, also what that schedules. */
  moveTo(epochMs: number): void {
    for (;;) {
      const due = this.#waiting
        .filter((entry) => entry.atMs <= epochMs)
        .toSorted((a, b) => a.atMs - b.atMs)[0];
      if (due === undefined) break;
      this.#waiting = this.#waiting.filter((entry) => entry !== due);
      this.#nowMs = Math.max(this.#nowMs, due.atMs);
      due.callback();
    }
    this.#nowMs = Math.max(this.#nowMs, epochMs);
  }

  /** Moves forward by `ms`. */
  advance(ms: number): void {
    this.moveTo(this.#nowMs + ms);
  }
}

/**
 * A clock that began at `startMs` and runs `speed` times as fast as its base; the speed may change on the way.
 * The demo plays a past session on it.
 */
export class ScaledClock implements Clock {
  readonly #base: Clock;
  #originBaseMs: number;
  #originMs: number;
  #speed: number;

  constructor(base: Clock, startMs: number, speed: number) {
    this.#base = base;
    this.#originBaseMs = base.now();
    this.#originMs = startMs;
    this.#speed = speed;
  }

  now(): number {
    return this.#originMs + (this.#base.now() - this.#originBaseMs) * this.#speed;
  }

  get speed(): number {
    return this.#speed;
  }

  /** Runs at another speed from now on; waits that were begun before end at the time of the old speed. */
  setSpeed(speed: number): void {
    this.#originMs = this.now();
    this.#originBaseMs = this.#base.now();
    this.#speed = speed;
  }

  after(ms: number, callback: () => void): Timer {
    return this.#base.after(ms / this.#speed, callback);
  }
}

/** Calls back again and again, every `ms` of a clock; gives what ends it. */
export function every(clock: Clock, ms: number, callback: () => void): () => void {
  let timer = clock.after(ms, function again() {
    callback();
    timer = clock.after(ms, again);
  });
  return () => timer.cancel();
}
