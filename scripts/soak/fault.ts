// What a fault is: whom it strikes, how, and what may be missing afterwards.
import type { Random } from '../../src/lib/random.ts';
import type { Allowance } from './invariants.ts';
import { pause, type Running, type SoakStage } from './stage.ts';

/** What became of a round's first processes. */
export interface Struck {
  /** The last of them. */
  readonly running: Running;
  /** How often it was struck; once unless said. */
  readonly strikes?: number;
  readonly allowance?: Allowance;
  /** Undoes what the fault did to the database, before the round is looked at. */
  readonly heal?: () => Promise<unknown>;
}

export interface Fault {
  readonly name: string;
  /** Whom it strikes: our process, the server, or what lies between and below. */
  readonly kind: 'process' | 'server' | 'line' | 'database' | 'journal' | 'disk';
  /** @param look looks at what is stored so far, between one strike and the next */
  readonly strike: (stage: SoakStage, random: Random, look: () => Promise<void>) => Promise<Struck>;
}

/** The day takes about this long, ms. */
export const DAY_MS = 700;

/** Kills a process some time after it was ready. */
export async function killed(running: Running, afterMs: number): Promise<void> {
  await running.ready;
  await pause(afterMs);
  running.process.kill('SIGKILL');
  await running.report;
}
