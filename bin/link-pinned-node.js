// Run by npm after every install: makes `node` of all npm scripts the pinned one.
//
// npm 11 links it by itself. npm 10 links it too and then, cleaning up the packages of the other platforms, which
// carry the same name, takes the link away again.

import { lstatSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pinnedNode, ROOT } from './pinned-node.js';

const { path } = pinnedNode();
const link = join(ROOT, 'node_modules', '.bin', 'node');
// Windows links by command files, which only npm can write; there npm 11 is needed.
if (path !== null && process.platform !== 'win32') {
  mkdirSync(dirname(link), { recursive: true });
  if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) rmSync(link);
  symlinkSync(relative(dirname(link), path), link);
}
