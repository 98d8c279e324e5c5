// Which servers run in a folder: tests that kill programs must leave none behind.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Numbers of the processes that stand in a folder or below, as Linux tells them; the children of others left out. */
export function serversIn(folder: string): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((one) => /^\d+$/.test(one))) {
    try {
      if (!readlinkSync(`/proc/${name}/cwd`).startsWith(folder)) continue;
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 4).split(' ')[0]));
    } catch {
      // It ended while it was looked at.
    }
  }
  return [...parents].filter(([, parent]) => !parents.has(parent)).map(([pid]) => pid);
}

/** Ends the servers of a folder at once. */
export function killServersIn(folder: string): void {
  for (const pid of serversIn(folder)) process.kill(pid, 'SIGQUIT');
}
