// The file a running Postgres leaves in its data directory: who runs there, on which port, and whether it still does.
import { readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning } from '../../lib/is-running.ts';

/** What postmaster.pid says. */
export interface PidFile {
  readonly pid: number;
  /** Epoch seconds at which the server started. */
  readonly startedSeconds: number;
  readonly port: number;
  /** "starting", "ready", "stopping" and the like; empty while the server has not written it yet. */
  readonly status: string;
}

/** Reads postmaster.pid of a data directory; null when there is none or it is not whole. */
export function readPidFile(directory: string): PidFile | null {
  let lines: string[];
  try {
    lines = readFileSync(join(directory, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return null;
  }
  const pid = Number(lines[0]);
  if (!Number.isSafeInteger(pid) || pid <= 0) return null;
  return {
    pid,
    startedSeconds: Number(lines[2] ?? 0),
    port: Number(lines[3] ?? 0),
    status: (lines[7] ?? '').trim(),
  };
}

/**
 * Whether a living process may be the server of the directory. Numbers of processes are used again, above all after
 * a container starts anew, so where the system tells (Linux) the process must stand in the directory.
 */
export function mayServe(pid: number, directory: string): boolean {
  if (!isRunning(pid)) return false;
  if (process.platform !== 'linux') return true;
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(directory);
  } catch {
    // Not ours to look at: then it is not the server we started either, which runs as us or is looked at by root.
    return false;
  }
}
