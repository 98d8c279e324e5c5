// The files of the embedded Postgres: made once, with a random password and a port of its own that are remembered.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Refusal, refusalOf } from '../../lib/refusal.ts';
import type { PostgresBinaries } from './binaries.ts';
import type { RunAs } from './run-as.ts';

/** Major version the binaries have; a data directory of another cannot be opened by them. */
const MAJOR = '18';
export const SUPERUSER = 'spyhop';
export const PASSWORD_BYTES = 24;

/** Where things lie in the data directory of spyhop. */
export interface ClusterPlace {
  /** The data directory of Postgres itself. */
  readonly directory: string;
  /** Port and passwords, readable by us alone. */
  readonly secretFile: string;
  /** What the server says. */
  readonly logFile: string;
}

/** Passwords by role. */
export type RolePasswords = Readonly<Record<string, string>>;

export interface ClusterSecret {
  readonly port: number;
  /** That of the owner. */
  readonly password: string;
  /** Those of the roles that everything but the schema is done as; absent before they are made. */
  readonly roles?: RolePasswords;
}

export function placeIn(dataDir: string): ClusterPlace {
  const base = resolve(dataDir);
  return {
    directory: join(base, 'postgres'),
    secretFile: join(base, 'postgres.json'),
    logFile: join(base, 'postgres.log'),
  };
}

/**
 * How a server process finds its directory. As another user it may not be allowed to walk down to it, so it is put
 * into it by us and told that it stands there already.
 */
export function directoryArgument(directory: string, runAs: RunAs | null): string {
  return runAs === null ? directory : '/proc/self/cwd';
}

/** A port of the loopback interface that nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => done(port));
    });
  });
}

export function writeSecret(place: ClusterPlace, secret: ClusterSecret): void {
  const draft = `${place.secretFile}.new`;
  writeFileSync(draft, `${JSON.stringify(secret)}\n`, { mode: 0o600 });
  renameSync(draft, place.secretFile);
}

/** Port and passwords. Throws a Refusal when they are lost. */
export function readSecret(place: ClusterPlace): ClusterSecret {
  try {
    const secret = JSON.parse(readFileSync(place.secretFile, 'utf8')) as Partial<ClusterSecret>;
    if (typeof secret.port === 'number' && typeof secret.password === 'string') {
      const { port, password, roles } = secret;
      return { port, password, ...(roles === undefined ? {} : { roles }) };
    }
  } catch {
    // Said below, for a file that is absent as for one that cannot be read.
  }
  throw new Refusal(
    `${place.secretFile} is missing or damaged, and without its password the database beside it stays shut: ` +
      'restore the file, or move the data directory away to begin anew',
  );
}

/** True when the cluster was made, whole. */
export function hasCluster(place: ClusterPlace): boolean {
  return existsSync(join(place.directory, 'PG_VERSION'));
}

/** Makes the cluster unless it is there, and gives its secret. Throws a Refusal when it cannot be made or opened. */
export async function ensureCluster(
  place: ClusterPlace,
  programs: () => PostgresBinaries,
  runAs: RunAs | null,
): Promise<ClusterSecret> {
  if (hasCluster(place)) {
    const version = readFileSync(join(place.directory, 'PG_VERSION'), 'utf8').trim();
    if (version !== MAJOR) {
      const fix = `choose another SPYHOP_DATA_DIR, or open it with Postgres ${version} and set DATABASE_URL`;
      throw new Refusal(`${place.directory} was made by Postgres ${version}, this is ${MAJOR}: ${fix}`);
    }
    return readSecret(place);
  }
  // Made beside its place and renamed at the end, so that a half-made cluster is never taken for a whole one.
  const draft = `${place.directory}.new`;
  const secret = { port: await freePort(), password: randomBytes(PASSWORD_BYTES).toString('base64url') };
  try {
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft, { recursive: true, mode: 0o700 });
    if (runAs !== null) chownSync(draft, runAs.uid, runAs.gid);
    writeSecret(place, secret);
    await initialise(draft, secret.password, programs(), runAs);
    renameSync(draft, place.directory);
  } catch (error) {
    throw refusalOf(place.directory, error);
  }
  return secret;
}

async function initialise(
  directory: string,
  password: string,
  binaries: PostgresBinaries,
  runAs: RunAs | null,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'spyhop-initdb-'));
  try {
    const passwordFile = join(folder, 'password');
    writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
    if (runAs !== null) {
      chownSync(folder, runAs.uid, runAs.gid);
      chownSync(passwordFile, runAs.uid, runAs.gid);
    }
    const { code, said } = await run(
      binaries.initdb,
      [
        `--pgdata=${directoryArgument(directory, runAs)}`,
        `--username=${SUPERUSER}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        // The server's own locale: no library of the system can change the order of text under an index.
        '--locale=C',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--no-instructions',
      ],
      directory,
      runAs,
    );
    if (code === 0) return;
    if (/No space left on device|Disk quota exceeded/.test(said)) {
      throw new Refusal(`${directory} cannot be filled, the disk is full: free some space or choose another`);
    }
    throw new Refusal(`${directory} could not be made a database: ${said.trim().split('\n').at(-1) ?? ''}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What the child needs of our environment, and none of our secrets. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const { PATH, SystemRoot, TMPDIR } = process.env;
  return { PATH, SystemRoot, TMPDIR, LC_ALL: 'C', HOME: '/' };
}

async function run(
  program: string,
  parameters: string[],
  cwd: string,
  runAs: RunAs | null,
): Promise<{ code: number | null; said: string }> {
  return new Promise((done, fail) => {
    const child = spawn(program, parameters, {
      cwd,
      env: serverEnvironment(),
      stdio: ['ignore', 'ignore', 'pipe'],
      ...runAs,
    });
    let said = '';
    child.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()));
    child.once('error', fail);
    child.once('close', (code) => done({ code, said }));
  });
}
