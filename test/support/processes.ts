// Which embedded server runs for a data directory: tests that kill programs must leave none behind.
import { join } from 'node:path';
import { readPidFile } from '../../src/db/embedded/pid-file.ts';
import { isRunning } from '../../src/lib/is-running.ts';

/** Number of the server's process; null when none runs. */
export function serverOf(dataDir: string): number | null {
  const file = readPidFile(join(dataDir, 'postgres', 'postgres'));
  return file !== null && isRunning(file.pid) ? file.pid : null;
}

/** Ends the server at once, if one runs. */
export function killServerOf(dataDir: string): void {
  const pid = serverOf(dataDir);
  if (pid !== null) process.kill(pid, 'SIGQUIT');
}
