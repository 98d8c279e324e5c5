// A process that starts the embedded server of a directory and stays, so that a test can kill it.
import { startEmbedded } from '../../src/db/embedded.ts';
import { systemClock } from '../../src/lib/clock.ts';

const server = await startEmbedded(process.argv[2] ?? '', systemClock());
process.stdout.write(`${server.port}\n`);
setInterval(() => {}, 1000);
