// Rows that could not be used: counted by reason, with the lines of the first few, so that a person can look.

/** Lines named for each reason. */
const SAMPLES_MAX = 3;

/** One reason, how often, and where it was first seen. */
export interface RejectedRows {
  readonly reason: string;
  readonly rows: number;
  /** Line numbers in the file; the header is line 1. */
  readonly lines: readonly number[];
  /** The first such row, shortened. */
  readonly sample: string;
}

/** Collects rejected rows of one file. */
export class RejectLog {
  readonly #byReason = new Map<string, { rows: number; lines: number[]; sample: string }>();
  #rows = 0;

  /** Rows rejected for any reason. */
  get rows(): number {
    return this.#rows;
  }

  /** Counts a row. `text` is only called for the first of its reason. */
  add(reason: string, line: number, text: () => string): void {
    this.#rows++;
    const entry = this.#byReason.get(reason);
    if (entry === undefined) {
      this.#byReason.set(reason, { rows: 1, lines: [line], sample: text().slice(0, 120) });
      return;
    }
    entry.rows++;
    if (entry.lines.length < SAMPLES_MAX) entry.lines.push(line);
  }

  /** All reasons, the most frequent first. */
  list(): RejectedRows[] {
    return [...this.#byReason]
      .map(([reason, { rows, lines, sample }]) => ({ reason, rows, lines, sample }))
      .toSorted((a, b) => b.rows - a.rows || (a.reason < b.reason ? -1 : 1));
  }
}
