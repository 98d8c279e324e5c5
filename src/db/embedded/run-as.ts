// As whom the embedded Postgres runs: it refuses to be root, so root starts it as a user without rights.
import { readFileSync, statSync } from 'node:fs';
import { Refusal } from '../../lib/refusal.ts';

export interface RunAs {
  readonly uid: number;
  readonly gid: number;
}

/** Users that systems bring for exactly this, best first. No user is created: that would outlive us. */
const CANDIDATES = ['postgres', 'nobody'];

/** The user to start the server as; null when we are not root and it runs as ourselves. */
export function chooseRunAs(directory: string): RunAs | null {
  if (process.getuid?.() !== 0) return null;
  if (process.platform !== 'linux') {
    throw new Refusal('Postgres does not run as root: start spyhop as an ordinary user');
  }
  const owner = ownerOf(directory);
  if (owner !== null && owner.uid !== 0) return owner;
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of CANDIDATES) {
    const user = users.find((fields) => fields[0] === name);
    if (user !== undefined) return { uid: Number(user[2]), gid: Number(user[3]) };
  }
  throw new Refusal(
    'Postgres does not run as root and the machine has neither a user "postgres" nor "nobody" to run it as: ' +
      'start spyhop as an ordinary user, or set DATABASE_URL',
  );
}

function ownerOf(directory: string): RunAs | null {
  try {
    const { uid, gid } = statSync(directory);
    return { uid, gid };
  } catch {
    return null;
  }
}
