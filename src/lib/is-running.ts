// Whether the process behind a number still runs: asked of locks, of files left behind, and of a database server.
import { readFileSync } from 'node:fs';

/**
 * Linux keeps a process that has ended, with its number, until its parent asks for its exit code, and in containers
 * whose first process never asks, for ever. "Z" and "X" are such; the name before the state may hold parentheses.
 */
function hasEnded(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return /^\) [ZX]/.test(stat.slice(stat.lastIndexOf(')')));
  } catch {
    return false;
  }
}

/** True while a process with this number runs, whoever it belongs to; one that was killed does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // It runs and is another user's.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  return !hasEnded(pid);
}
