// What lies around a service and may hurt it: the disk of its data, and the clock of the machine.
import { type Clock, every } from '../lib/clock.ts';
import { ClockJumps } from '../lib/clock-jumps.ts';
import { type DiskState, watchDisk } from './disk-watch.ts';

/** How often the wall clock is held against the monotonic one. */
const JUMP_LOOK_MS = 1_000;

/** The surroundings as they were last seen. */
export interface World {
  readonly disk: DiskState;
  /** Jumps of the wall clock so far. */
  readonly clockJumps: number;
  stop(): void;
}

/** Keeps an eye on the surroundings until it is stopped. */
export function watchWorld(dataDir: string, clock: Clock): World {
  const disk = watchDisk(dataDir, clock);
  const jumps = new ClockJumps(
    () => clock.now(),
    () => performance.now(),
  );
  const stopLooking = every(clock, JUMP_LOOK_MS, () => void jumps.look());
  return {
    get disk() {
      return disk.state;
    },
    get clockJumps() {
      return jumps.count;
    },
    stop() {
      disk.stop();
      stopLooking();
    },
  };
}
