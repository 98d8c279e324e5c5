// Day volumes from a file of any kind: what history needs of a day, without keeping its rows.
import type { DayVolumes } from '../../domain/baseline.ts';
import { conditionUse, USE } from '../../domain/conditions.ts';
import { grown } from '../../lib/grown.ts';

/** Sums volumes by contract over the rows of one day. */
export class VolumeCounter {
  #sums = new Float64Array(4096);
  #prints = new Int32Array(4096);

  /** Adds rows, given as columns; negative contracts are passed over, cancels subtract. */
  add(rows: {
    readonly length: number;
    readonly contract: Int32Array;
    readonly size: Int32Array;
    readonly condition: Uint16Array;
  }): void {
    for (let row = 0; row < rows.length; row++) {
      const contract = rows.contract[row]!;
      if (contract < 0) continue;
      if (contract >= this.#sums.length) this.#grow(contract);
      const use = conditionUse(rows.condition[row]!);
      if ((use & USE.detection) !== 0) {
        this.#sums[contract]! += rows.size[row]!;
        this.#prints[contract]!++;
      } else if ((use & USE.cancel) !== 0) {
        this.#sums[contract]! -= rows.size[row]!;
        this.#prints[contract]!--;
      }
    }
  }

  /** The volumes of the day, contracts with a volume above zero only. A row of trades is a print; of aggregates not. */
  take(date: string, rowsArePrints = false): DayVolumes {
    const sums = this.#sums;
    let count = 0;
    for (const sum of sums) if (sum > 0) count++;
    const contract = new Int32Array(count);
    const volume = new Float64Array(count);
    const prints = rowsArePrints ? new Float64Array(count) : null;
    for (let number = 0, at = 0; number < sums.length; number++) {
      if (sums[number]! <= 0) continue;
      contract[at] = number;
      if (prints !== null) prints[at] = this.#prints[number]!;
      volume[at++] = sums[number]!;
    }
    return { date, contract, volume, prints };
  }

  #grow(contract: number): void {
    const contracts = Math.max(contract + 1, this.#sums.length * 2);
    this.#sums = grown(this.#sums, contracts);
    this.#prints = grown(this.#prints, contracts);
  }
}
