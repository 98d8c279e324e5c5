// Where panels lie on a dashboard: row by row from the left, each section under a row of its own.
import type { Panel } from './panel.ts';

export const COLUMNS = 24;

export interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export class Layout {
  #x = 0;
  #y = 0;
  #rowHeight = 0;

  /** Begins a section; gives the row of its head. */
  section(): number {
    this.#wrap();
    return this.#y++;
  }

  place({ width, height }: Panel): Place {
    if (this.#x + width > COLUMNS) this.#wrap();
    const place = { x: this.#x, y: this.#y, w: width, h: height };
    this.#x += width;
    this.#rowHeight = Math.max(this.#rowHeight, height);
    return place;
  }

  #wrap(): void {
    this.#y += this.#rowHeight;
    this.#x = 0;
    this.#rowHeight = 0;
  }
}
