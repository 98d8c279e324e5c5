// Progress of long work: a bar with rate and time left for a person, a plain line now and then in a pipe.
import type { Terminal } from './terminal.ts';
import { duration, rate } from './words.ts';

const REDRAW_MS = 100;
const PLAIN_LINE_MS = 10_000;
const BAR_WIDTH = 24;

/** The progress of one piece of work. */
export class Progress {
  readonly #terminal: Terminal;
  readonly #label: string;
  readonly #unit: string;
  readonly #startedMs: number;
  #drawnMs = -Infinity;
  #saidMs: number;

  /** @param unit what is counted, for the rate: "prints", "MB". */
  constructor(terminal: Terminal, label: string, unit: string) {
    this.#terminal = terminal;
    this.#label = label;
    this.#unit = unit;
    this.#startedMs = terminal.monotonicMs();
    this.#saidMs = this.#startedMs;
  }

  /** Seconds since the work began. */
  get seconds(): number {
    return (this.#terminal.monotonicMs() - this.#startedMs) / 1000;
  }

  /** Shows that `done` of `total` is done; cheap enough to be called often. */
  update(done: number, total: number): void {
    const nowMs = this.#terminal.monotonicMs();
    if (this.#terminal.interactive) {
      if (nowMs - this.#drawnMs < REDRAW_MS) return;
      this.#drawnMs = nowMs;
      this.#terminal.drawLine(this.#text(done, total, true).slice(0, this.#terminal.columns - 1));
    } else if (nowMs - this.#saidMs >= PLAIN_LINE_MS) {
      this.#saidMs = nowMs;
      this.#terminal.say(this.#text(done, total, false));
    }
  }

  /** Takes the bar away. */
  done(): void {
    this.#terminal.clearLine();
  }

  #text(done: number, total: number, withBar: boolean): string {
    const share = total > 0 ? Math.min(1, done / total) : 0;
    const seconds = this.seconds;
    const left = share > 0.01 ? `, ${duration((seconds * (1 - share)) / share)} left` : '';
    const filled = Math.round(share * BAR_WIDTH);
    const bar = withBar ? `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ` : '';
    return `${this.#label} ${bar}${Math.round(share * 100)} % · ${rate(done / seconds, this.#unit)}${left}`;
  }
}
