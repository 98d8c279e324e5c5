// Adds to package-lock.json the optional platform packages that a registry mirror did not serve when it was written.
//
// A mirror that holds the builds of one system only makes npm leave the others out, and then `npm ci` of npm 11
// refuses the lockfile. The entries need no more than name, version and platform: npm skips what does not fit the
// machine and takes the checksum from the registry where one does. Run it after every `npm install`.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

export interface LockEntry {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  os?: string[] | string;
  cpu?: string[] | string;
  libc?: string[];
  engines?: Record<string, string>;
  hasInstallScript?: boolean;
  resolved?: string;
  optionalDependencies?: Record<string, string>;
}

export interface Lockfile {
  packages: Record<string, LockEntry>;
}

const SYSTEMS = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];

/** Reads the platform out of a name such as `@oxlint/binding-linux-x64-musl`; null where none is in it. */
function platformOf(name: string): Pick<LockEntry, 'os' | 'cpu' | 'libc'> | null {
  const words = name.slice(name.lastIndexOf('/') + 1).split('-');
  const at = words.findIndex((word) => SYSTEMS.includes(word));
  const [system, processor, abi] = words.slice(at);
  if (at < 0 || system === undefined || processor === undefined) return null;
  const libc = abi?.includes('musl') === true ? 'musl' : abi?.includes('gnu') === true ? 'glibc' : null;
  return { cpu: [processor], ...(libc === null ? {} : { libc: [libc] }), os: [system] };
}

/** The optional packages somebody asks for and the lockfile does not hold, by path. */
export function missingPlatforms(lock: Lockfile): Record<string, LockEntry> {
  const missing: Record<string, LockEntry> = {};
  for (const [path, parent] of Object.entries(lock.packages)) {
    if (path === '') continue;
    for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
      const held = `node_modules/${name}` in lock.packages || `${path}/node_modules/${name}` in lock.packages;
      const platform = platformOf(name);
      if (held || platform === null || !/^\d/.test(version)) continue;
      const dev = parent.dev === true ? { dev: true } : {};
      const { cpu, ...rest } = platform;
      const engines = parent.engines === undefined ? {} : { engines: parent.engines };
      missing[`node_modules/${name}`] = {
        version,
        ...(cpu === undefined ? {} : { cpu }),
        ...dev,
        ...(rest.libc === undefined ? {} : { libc: rest.libc }),
        optional: true,
        ...(rest.os === undefined ? {} : { os: rest.os }),
        ...engines,
      };
    }
  }
  return missing;
}

if (import.meta.main) {
  const file = resolve(import.meta.dirname, '../package-lock.json');
  const lock = JSON.parse(readFileSync(file, 'utf8')) as Lockfile;
  const missing = missingPlatforms(lock);
  const { '': root, ...held } = lock.packages;
  const sorted = Object.entries({ ...held, ...missing }).toSorted(([a], [b]) => a.localeCompare(b, 'en'));
  lock.packages = { ...(root === undefined ? {} : { '': root }), ...Object.fromEntries(sorted) };
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`${Object.keys(missing).length} platform packages added to package-lock.json`);
}
