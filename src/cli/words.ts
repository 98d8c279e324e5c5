// Numbers in words for people: counts, rates, durations.

/** A whole number for people: 9,876,543. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** A count with its noun: "1 alert", "9,876 alerts". */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${Math.round(value) === 1 ? '' : 's'}`;
}

/** A rate for people: "1.02 M prints/s", "840 k prints/s". */
export function rate(perSecond: number, unit: string): string {
  if (!Number.isFinite(perSecond)) return `– ${unit}/s`;
  if (perSecond >= 995_000) return `${(perSecond / 1_000_000).toFixed(2)} M ${unit}/s`;
  if (perSecond >= 1_000) return `${Math.round(perSecond / 1_000)} k ${unit}/s`;
  return `${Math.round(perSecond)} ${unit}/s`;
}

/** A duration for people: "0.4 s", "12 s", "2 min 05 s". */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}
