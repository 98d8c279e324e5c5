#!/usr/bin/env node
// Starts src/main.ts: in this process where Node is new enough, else in the pinned Node that `npm ci` installed.
// Plain JavaScript of Node 18, because it must still run where nothing else here would.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { NODE_MAJOR, pinnedNode, ROOT } from './pinned-node.js';
import { staleRefusal } from './stale-packages.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2', 'SIGWINCH'];
/** Ctrl-C under npx comes twice at once, from the terminal and from npm; a second press is never this quick. */
const SAME_SIGNAL_MS = 100;

const main = join(ROOT, 'src', 'main.ts');

function refuse(reason) {
  process.stderr.write(`spyhop: ${reason}\n`);
  process.exitCode = 1;
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
    refuse(`the pinned Node did not start (${error.message}); run \`npm ci\` in ${ROOT} and start again.`);
  });
  child.on('exit', (code, signal) => {
    for (const [name, listener] of listeners) process.off(name, listener);
    if (signal === null) process.exitCode = code;
    else process.kill(process.pid, signal);
  });
}

const stale = staleRefusal(ROOT);
if (stale !== '') {
  refuse(stale);
} else if (Number.parseInt(process.versions.node, 10) >= NODE_MAJOR) {
  await import(pathToFileURL(main).href);
} else {
  const { path, refusal } = pinnedNode();
  if (path === null) refuse(refusal);
  else runIn(path);
}
