// Which packages of package-lock.json are not the ones in node_modules: after a pull, `npm ci` may be due.
// Plain JavaScript of Node 18, like everything that runs before it.

import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Written by npm at the end of every install: what lies in node_modules. */
const INSTALLED = join('node_modules', '.package-lock.json');

function packagesOf(path) {
  return JSON.parse(readFileSync(path, 'utf8')).packages;
}

function changedMs(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/**
 * Names of the packages that are missing or of another version. Those of other platforms may be missing, and so may,
 * unless `withDev`, those for developers. Costs two looks at the disk while the lockfile is older than the install.
 */
export function stalePackages(root, { withDev = false } = {}) {
  const [wanted, installed] = [join(root, 'package-lock.json'), join(root, INSTALLED)];
  const installedAt = changedMs(installed);
  if (installedAt >= changedMs(wanted)) return [];
  const found = installedAt === 0 ? {} : packagesOf(installed);
  return Object.entries(packagesOf(wanted))
    .filter(([path, { version, optional, dev, devOptional }]) => {
      if (path === '') return false;
      if (found[path] !== undefined) return found[path].version !== version;
      return optional !== true && devOptional !== true && (withDev || dev !== true);
    })
    .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
}

/** The one sentence that says what to do; empty when nothing is to be done. */
export function staleRefusal(root, { withDev = false } = {}) {
  const stale = stalePackages(root, { withDev });
  if (stale.length === 0) return '';
  const [first, ...rest] = stale;
  const others = rest.length === 0 ? '' : ` and ${rest.length} other${rest.length === 1 ? '' : 's'}`;
  return `node_modules is not that of package-lock.json (${first}${others}): run \`npm ci\` in ${root}`;
}
