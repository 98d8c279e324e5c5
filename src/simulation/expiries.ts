// Listed expiries of a class on a day: daily, three a week, weekly, monthly, and the Januaries beyond.
import { dateOfDayNumber, type DayNumber, dayKindOf, weekdayOf } from '../domain/calendar.ts';
import type { OptionClass } from './option-class.ts';

/** One listed expiry. */
export interface Expiry {
  readonly day: DayNumber;
  /** Days to expiry, calendar days. */
  readonly dte: number;
  /** The third Friday of its month, or what stands for it. */
  readonly monthly: boolean;
}

const FRIDAY = 5;
const WEDNESDAY = 3;

/** Is `day` the third of its weekday in its month. */
function isThird(day: DayNumber): boolean {
  const ofMonth = Number(dateOfDayNumber(day).slice(8));
  return ofMonth >= 15 && ofMonth <= 21;
}

/** An expiry that falls on a holiday is moved to the day before. */
function tradingDayOf(day: DayNumber): DayNumber {
  return dayKindOf(day) === 'closed' ? day - 1 : day;
}

/** How far ahead each kind of expiry is listed, calendar days, growing with the depth of the class. */
function reachOf({ schedule, depth }: OptionClass): {
  daily: number;
  weekly: number;
  monthly: number;
  january: number;
} {
  const monthly = Math.round(110 + 70 * depth);
  const january = depth < 0.8 ? 0 : depth < 2 ? 430 : 800;
  if (schedule === 'daily') return { daily: 14, weekly: 50, monthly, january };
  if (schedule === 'thrice a week') return { daily: 12, weekly: 56, monthly, january };
  if (schedule === 'weekly') return { daily: -1, weekly: depth < 1.5 ? 22 : 42, monthly, january };
  if (schedule === 'Wednesdays') return { daily: -1, weekly: 45, monthly: 180, january: 0 };
  return { daily: -1, weekly: 0, monthly, january };
}

function isListed(option: OptionClass, day: DayNumber, dte: number): { listed: boolean; monthly: boolean } {
  const reach = reachOf(option);
  const weekday = weekdayOf(day);
  const regular = option.schedule === 'Wednesdays' ? WEDNESDAY : FRIDAY;
  const monthly = weekday === regular && isThird(day);
  if (option.thirdFridays === 'only' && !monthly) return { listed: false, monthly };
  if (option.thirdFridays === 'without' && monthly) return { listed: false, monthly };
  if (monthly) {
    const january = dateOfDayNumber(day).slice(5, 7) === '01' && dte <= reach.january;
    return { listed: dte <= reach.monthly || january, monthly };
  }
  const daily = option.schedule === 'daily' || weekday === 1 || weekday === WEDNESDAY;
  const within = (weekday === regular && dte <= reach.weekly) || (daily && dte <= reach.daily);
  return { listed: within, monthly };
}

/** Expiries a class lists on a day, the nearest first. */
export function expiriesOf(option: OptionClass, today: DayNumber): Expiry[] {
  const expiries: Expiry[] = [];
  const morning = option.thirdFridays === 'only' && option.underlying.kind === 'index';
  // Contracts settled at the opening trade for the last time the day before.
  for (let day = today; day <= today + 800; day++) {
    const weekday = weekdayOf(day);
    if (weekday === 0 || weekday === 6) continue;
    const { listed, monthly } = isListed(option, day, day - today);
    if (!listed) continue;
    const expiryDay = tradingDayOf(day);
    const dte = expiryDay - today;
    if (dte < 0 || (morning && dte < 1) || expiries.at(-1)?.day === expiryDay) continue;
    expiries.push({ day: expiryDay, dte, monthly });
  }
  return expiries;
}
