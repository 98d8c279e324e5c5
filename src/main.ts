// Entry: the command line in, an exit code out.
import { runProgram } from './cli/program.ts';
import { Terminal } from './cli/terminal.ts';

// A reader that has seen enough (`spyhop replay … | head`) is no failure, be it of results or (`2>&1`) of both.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}

const terminal = new Terminal(process.stdout, process.stderr, () => performance.now());
process.exitCode = await runProgram(process.argv.slice(2), process.env, terminal);
