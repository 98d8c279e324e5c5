// Run before `npm run check` and `npm test`: a package that is missing would look like a hundred other faults.
// Plain JavaScript of Node 18, like everything that runs before it.

import { ROOT } from './pinned-node.js';
import { staleRefusal } from './stale-packages.js';

const refusal = staleRefusal(ROOT, { withDev: true });
if (refusal !== '') {
  process.stderr.write(`${refusal}\n`);
  process.exitCode = 1;
}
