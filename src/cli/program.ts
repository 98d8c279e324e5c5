// The program: finds the command, reads its options, runs it, and turns what goes wrong into one sentence.
import { nearest } from '../lib/nearest.ts';
import { Refusal } from '../lib/refusal.ts';
import { alertsCommand } from './alerts.ts';
import { type Command, readCommandLine } from './command.ts';
import { baselineCommand } from './baseline.ts';
import { dbCommand } from './db.ts';
import { demoCommand } from './demo.ts';
import { doctorCommand } from './doctor.ts';
import { evaluateCommand } from './evaluate.ts';
import { explainCommand } from './explain.ts';
import { importCommand } from './import.ts';
import { commandHelp, programHelp } from './help.ts';
import { programVersion } from './program-version.ts';
import { checkVariables } from './read-option.ts';
import { replayCommand } from './replay.ts';
import { runCommand } from './run.ts';
import { adoptSecretFiles } from './secret-files.ts';
import { simulateCommand } from './simulate.ts';
import type { Terminal } from './terminal.ts';
import { whyNotCommand } from './why-not.ts';
import { tokenCommand } from './token.ts';

/** All commands, in the order of help. */
export const COMMANDS = [
  demoCommand,
  runCommand,
  alertsCommand,
  explainCommand,
  whyNotCommand,
  importCommand,
  baselineCommand,
  dbCommand,
  doctorCommand,
  replayCommand,
  simulateCommand,
  evaluateCommand,
  tokenCommand,
] as unknown as readonly Command[];

/** What went wrong, in one sentence; with --debug the stack follows. */
function report(error: unknown, debug: boolean, terminal: Terminal): number {
  const known = error instanceof Refusal;
  const message = error instanceof Error ? error.message : String(error);
  terminal.say(`${terminal.toneErr('bad', 'spyhop:')} ${known ? message : `unexpected failure: ${message}`}`);
  if (debug && error instanceof Error) terminal.say(error.stack ?? '');
  else if (!known)
    terminal.say('Run it again with --debug to see where; that is a fault of the program, please report it.');
  return known ? error.exitCode : 1;
}

/**
 * Runs the program with its arguments and environment, into which secrets of files are put; resolves to the exit code
 * and never rejects.
 */
export async function runProgram(
  args: readonly string[],
  environment: Record<string, string | undefined>,
  terminal: Terminal,
): Promise<number> {
  const debug = args.includes('--debug') || /^(1|true|yes)$/i.test(environment['SPYHOP_DEBUG'] ?? '');
  try {
    adoptSecretFiles(environment);
    checkVariables(environment);
    const [name, ...rest] = args;
    if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
      terminal.print(programHelp(COMMANDS).trimEnd());
      return name === undefined ? 2 : 0;
    }
    if (name === '--version') {
      terminal.print(await programVersion());
      return 0;
    }
    const command = COMMANDS.find((candidate) => candidate.name === name);
    if (command === undefined) {
      const names = COMMANDS.map((candidate) => candidate.name);
      throw new Refusal(`spyhop has no command "${name}": ${nearest(name, names)}, see spyhop --help`, {
        exitCode: 2,
      });
    }
    const { operands, options } = readCommandLine(command, rest, environment);
    if (options.help) {
      terminal.print(commandHelp(command).trimEnd());
      return 0;
    }
    return await command.run(operands, options, terminal);
  } catch (error) {
    return report(error, debug, terminal);
  } finally {
    terminal.clearLine();
  }
}
