// Weighing what lives: bytes that something leaves in use, objects and typed arrays.
import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes in use, typed arrays and objects, after collections that had time to give typed arrays back. */
export async function bytesInUse(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    collect();
    await setTimeout(20);
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Bytes that `make` leaves in use, and what it made. */
export async function weighed<Made>(make: () => Made): Promise<readonly [bytes: number, made: Made]> {
  const before = await bytesInUse();
  const made = make();
  return [(await bytesInUse()) - before, made];
}
