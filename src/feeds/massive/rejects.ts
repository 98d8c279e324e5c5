// What the socket sent and we could not use: counted by reason, with the first of each kept for a person to look at.

/** Characters kept of the first element of a reason. */
const SAMPLE_LENGTH = 200;

/** One reason, how often, and the first element it was given for. */
export interface RejectedElements {
  readonly reason: string;
  readonly elements: number;
  readonly sample: string;
}

/** Counts by reason. The reasons are our own sentences, a fixed few, so that the counts stay small. */
export class RejectCounts {
  readonly #byReason = new Map<string, { elements: number; sample: string }>();
  #total = 0;

  /** Elements rejected for any reason. */
  get total(): number {
    return this.#total;
  }

  /** Counts an element. `text` is called for the first of its reason only. */
  add(reason: string, text: () => string): void {
    this.#total++;
    const entry = this.#byReason.get(reason);
    if (entry === undefined)
      this.#byReason.set(reason, { elements: 1, sample: text().slice(0, SAMPLE_LENGTH) });
    else entry.elements++;
  }

  /** Every reason, the most frequent first. */
  list(): RejectedElements[] {
    return [...this.#byReason]
      .map(([reason, { elements, sample }]) => ({ reason, elements, sample }))
      .toSorted((a, b) => b.elements - a.elements || (a.reason < b.reason ? -1 : 1));
  }
}
