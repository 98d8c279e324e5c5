// Fault points: named places where a process may be made to die, so that tests can ask what is left; off by default.

/** The places, in the order in which a print passes them. */
export const FAULT_POINTS = [
  'journal.write',
  'journal.sync',
  'journal.synced',
  'store.copy',
  'store.position',
  'store.commit',
  'store.committed',
  'alerts.store',
  'alerts.stored',
  'sums.add',
  'sums.added',
] as const;

export type FaultPoint = (typeof FAULT_POINTS)[number];

let armed: ((point: FaultPoint) => void) | null = null;

/** Says that work has come to a place. Does nothing unless a test has armed the points; once a batch, never a print. */
export function passFaultPoint(point: FaultPoint): void {
  armed?.(point);
}

/** From now on `onPass` is told of every place that is passed; null switches the points off again. For tests alone. */
export function armFaultPoints(onPass: ((point: FaultPoint) => void) | null): void {
  armed = onPass;
}
