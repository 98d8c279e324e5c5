// The program as a user meets it: run in this process, which is quick, or in one of its own, which is real.
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { runProgram } from '../../src/cli/program.ts';
import { type OutputStream, Terminal } from '../../src/cli/terminal.ts';

const MAIN = resolve(import.meta.dirname, '../../src/main.ts');
/** A child that takes longer is killed and fails its test. */
const CHILD_MS_MAX = 90_000;

export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

type Environment = Readonly<Record<string, string>>;

class Collector extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** Runs a command line in this process; colours are left out, and every duration is the same. */
export async function run(args: readonly string[], environment: Environment = {}): Promise<Outcome> {
  const [out, err] = [new Collector(), new Collector()];
  const terminal = new Terminal(out as unknown as OutputStream, err as unknown as OutputStream, () => 0);
  const code = await runProgram(args, environment, terminal);
  return { code, out: stripVTControlCharacters(out.text), err: stripVTControlCharacters(err.text) };
}

interface ChildSettings {
  readonly env?: Environment;
  /** Called with what stdout has said so far; may send a signal, or hang up. */
  readonly onOut?: (out: string, child: ReturnType<typeof spawn>) => void;
  readonly onStart?: (child: ReturnType<typeof spawn>) => void;
}

/** Runs a command line in a process of its own, with nothing in its environment but what is given. */
export async function start(args: readonly string[], settings: ChildSettings = {}): Promise<Outcome> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...settings.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: CHILD_MS_MAX,
    killSignal: 'SIGKILL',
  });
  let out = '';
  let err = '';
  child.stderr.on('data', (text: Buffer) => (err += text.toString()));
  child.stdout.on('data', (text: Buffer) => {
    out += text.toString();
    settings.onOut?.(out, child);
  });
  settings.onStart?.(child);
  const { promise, resolve: done } = Promise.withResolvers<Outcome>();
  child.on('close', (code) => {
    done({ code, out, err });
  });
  return promise;
}
