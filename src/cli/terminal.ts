// What a command sees of the outside: its two streams, their colours, and a progress line that never mixes with output.
import { styleText } from 'node:util';

/** Colours by meaning. */
export type Tone = 'plain' | 'quiet' | 'strong' | 'good' | 'bad' | 'warn';

const STYLES = {
  plain: 'reset',
  quiet: 'dim',
  strong: 'bold',
  good: 'green',
  bad: 'red',
  warn: 'yellow',
} as const satisfies Record<Tone, Parameters<typeof styleText>[0]>;

/** A stream people or programs read. */
export type OutputStream = NodeJS.WriteStream;

/** Stdout and stderr of a command. Output is written through it, so that the progress line is cleared first. */
export class Terminal {
  readonly #out: OutputStream;
  readonly #err: OutputStream;
  /** Milliseconds of a clock that only runs forward, for rates; it does not know what day it is. */
  readonly monotonicMs: () => number;
  #line = '';

  constructor(out: OutputStream, err: OutputStream, monotonicMs: () => number) {
    this.#out = out;
    this.#err = err;
    this.monotonicMs = monotonicMs;
  }

  /** True when a person watches stderr, so that a line may be redrawn. */
  get interactive(): boolean {
    return this.#err.isTTY;
  }

  /** Columns of the terminal on stderr. */
  get columns(): number {
    return this.#err.columns ?? 100;
  }

  /** A line of results on stdout. */
  print(line: string): void {
    this.clearLine();
    this.#out.write(`${line}\n`);
  }

  /** A line for people on stderr. */
  say(line: string): void {
    this.clearLine();
    this.#err.write(`${line}\n`);
  }

  /** Redraws the progress line; only when a person watches. */
  drawLine(text: string): void {
    if (!this.interactive || text === this.#line) return;
    this.#err.write(`\r\x1b[2K${text}`);
    this.#line = text;
  }

  /** Takes the progress line away. */
  clearLine(): void {
    if (this.#line === '') return;
    this.#err.write('\r\x1b[2K');
    this.#line = '';
  }

  /** Text coloured for stdout, if stdout shows colours (NO_COLOR and FORCE_COLOR are heeded). */
  tone(tone: Tone, text: string): string {
    return tone === 'plain' ? text : styleText(STYLES[tone], text, { stream: this.#out });
  }

  /** Text coloured for stderr. */
  toneErr(tone: Tone, text: string): string {
    return tone === 'plain' ? text : styleText(STYLES[tone], text, { stream: this.#err });
  }
}
