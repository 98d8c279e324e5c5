// The newest alerts in memory: the page that everybody asks for is answered without asking the store.
import type { Alert } from '../domain/alert.ts';
import type { Page } from '../domain/answers.ts';

/** Alerts that are held: at a budget of 20 a day, weeks. About 1 KB each. */
const HELD_MAX = 1_000;

/** A page, with its text as the store's answer would be written. */
export interface RecentPage {
  readonly items: readonly Alert[];
  /** The cursor of the next page; null on the last. */
  readonly next: string | null;
  readonly text: string;
}

/** The newest alerts, newest first as the list has them: by time, then by id. One for the service. */
export class RecentAlerts {
  readonly #max: number;
  #alerts: Alert[] = [];
  /** True when nothing older is stored than what is held. */
  #whole = false;
  #ready = false;
  readonly #pages = new Map<number, RecentPage>();

  constructor(max = HELD_MAX) {
    this.#max = max;
  }

  /** Most alerts that are held. */
  get max(): number {
    return this.#max;
  }

  /** Takes the first page of the store's list, at the start; it has `max` alerts at most. */
  load({ items, next }: Page<Alert>): void {
    const since = this.#alerts;
    this.#alerts = [...items];
    this.#whole = next === null;
    this.#ready = true;
    this.put(since);
  }

  /** Takes alerts that were stored or changed since; one with a known id takes its place. */
  put(alerts: readonly Alert[]): void {
    for (const alert of alerts) {
      const known = this.#alerts.findIndex(({ id }) => id === alert.id);
      if (known >= 0) this.#alerts.splice(known, 1);
      const place = this.#alerts.findIndex((other) => isBefore(other, alert));
      this.#alerts.splice(place < 0 ? this.#alerts.length : place, 0, alert);
    }
    if (this.#alerts.length > this.#max) {
      this.#alerts.length = this.#max;
      this.#whole = false;
    }
    if (alerts.length > 0) this.#pages.clear();
  }

  /** The first page of the list without filters; null when the store has to be asked. */
  page(limit: number, cursorOf: (alert: Alert) => string): RecentPage | null {
    if (!this.#ready) return null;
    const isKnown = this.#alerts.length > limit || this.#whole;
    if (!isKnown) return null;
    return this.#pages.getOrInsertComputed(limit, () => {
      const items = this.#alerts.slice(0, limit);
      const last = this.#alerts.length > limit ? items.at(-1) : undefined;
      const next = last === undefined ? null : cursorOf(last);
      return { items, next, text: JSON.stringify({ items, next }) };
    });
  }
}

/** True when an alert stands behind the other in the list. */
function isBefore(alert: Alert, other: Alert): boolean {
  return alert.at < other.at || (alert.at === other.at && alert.id < other.id);
}
