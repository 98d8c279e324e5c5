// Detector `surprise`: orders that come as they should not at this time of day, by a calibrated statistic.
import { digest } from '../../lib/digest.ts';
import { BUDGET_SHARES, type BudgetState, type HeldBack } from '../budget.ts';
import { RUNGS } from '../ladder.ts';
import type { OrderBaseline } from '../order-baseline.ts';
import { underlyingClockOf } from '../order-class.ts';
import { MULTIPLES } from '../rung-cells.ts';
import { DayTails } from '../tail-memory.ts';
import type { Detector, DetectorChange, RuleName, UnderlyingDetector, UnderlyingScene } from './detector.ts';
import { UnderlyingSurprise } from './surprise-part.ts';
import { applyChange, asItBegan, type SurpriseSettings, type SurpriseShared } from './surprise-shared.ts';

/** The rule as alerts name it: what is not of the day. */
export function surpriseRule(): RuleName {
  const shares = Object.values(BUDGET_SHARES).join('/');
  const text = `surprise rungs=${RUNGS} multiples=${MULTIPLES.join('/')} shares=${shares}`;
  return { id: 'surprise', hash: digest(text, 12) };
}

/** The detector of a session. */
export class SurpriseDetector implements Detector {
  readonly name = 'surprise';
  readonly rule = surpriseRule();
  readonly #settings: SurpriseSettings;
  readonly #firstBaseline: OrderBaseline | null;
  readonly #shared: SurpriseShared;
  /** By underlying: one that is built anew takes the place of the one before. */
  readonly #parts = new Map<number, UnderlyingSurprise>();

  constructor(settings: SurpriseSettings, baseline: OrderBaseline | null) {
    this.#settings = settings;
    this.#firstBaseline = baseline;
    this.#shared = asItBegan(settings, baseline);
  }

  /**
   * Lets a baseline decide from the next print on. The clock and the forecast of the session, and with it the
   * threshold, are those of the first baseline, or of one that comes before the opening. Gives the change that this
   * is to what underlyings share; null when it is none.
   */
  adopt(baseline: OrderBaseline | null): DetectorChange | null {
    if (baseline === null) return null;
    const { clock } = this.#shared;
    if (clock !== null && [...this.#parts.values()].some((part) => part.hasBegun)) return null;
    return this.#change({ of: 'forecast', baseline });
  }

  /** Nothing could be seen from `fromMs` to `toMs`, ms after midnight: nothing is expected of that time. */
  standStill(fromMs: number, toMs: number): DetectorChange {
    return this.#change({ of: 'gap', fromMs, toMs });
  }

  /** From the next print on, so many alerts a day are wanted. */
  changeBudget(alertsPerDay: number): DetectorChange {
    return this.#change({ of: 'budget', alertsPerDay });
  }

  #change(change: DetectorChange): DetectorChange {
    applyChange(this.#shared, this.#settings, change);
    return change;
  }

  /** The budget as it stands at an offset. */
  budget(atMs: number, heldBackMax: number): BudgetState {
    const { budget, clock } = this.#shared;
    const spent = { contracts: 0, underlyings: 0 };
    for (const part of this.#parts.values()) {
      spent.contracts += part.spent.contracts;
      spent.underlyings += part.spent.underlyings;
    }
    const due = (clock?.shareAt(underlyingClockOf(0), atMs) ?? 0) * budget.alertsPerDay;
    return {
      alertsPerDay: budget.alertsPerDay,
      ordersForecast: budget.ordersForecast,
      spent,
      burnRate: due === 0 ? null : (spent.contracts + spent.underlyings) / due,
      heldBack: this.heldBack(heldBackMax),
    };
  }

  begin(scene: UnderlyingScene, past: boolean): UnderlyingDetector {
    const settings = this.#settings;
    const shared = past ? asItBegan(settings, this.#firstBaseline) : this.#shared;
    const part = new UnderlyingSurprise(scene, shared, {
      present: this.#shared,
      change: (change) => applyChange(shared, settings, change),
    });
    this.#parts.set(scene.underlying, part);
    return part;
  }

  /** How high contracts and underlyings have risen in the session. */
  tails(): DayTails {
    const tails = new DayTails();
    for (const part of this.#parts.values()) part.addTails(tails);
    return tails;
  }

  /** What rose above a tenth of its threshold without reaching it, the nearest first. */
  heldBack(count: number): readonly HeldBack[] {
    const held = [...this.#parts.values()].flatMap((part) => part.heldBack());
    return held.toSorted((a, b) => b.share - a.share || a.underlying - b.underlying).slice(0, count);
  }
}
