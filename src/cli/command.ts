// What a command is: its words, its options, its deed; and how a command line is read against it.
import { parseArgs } from 'node:util';
import { type OptionName, type Options, OPTIONS, variableOf } from '../config.ts';
import { nearest } from '../lib/nearest.ts';
import type { Option } from '../lib/option.ts';
import { Refusal } from '../lib/refusal.ts';
import { defaultOf, readOption } from './read-option.ts';
import type { Terminal } from './terminal.ts';

/** A command of the program. */
export interface Command<Name extends OptionName = OptionName> {
  readonly name: string;
  /** What it does, in one sentence. */
  readonly summary: string;
  /** Its arguments as shown in help, "PATH…"; empty when it takes none. */
  readonly operands: string;
  readonly options: readonly Name[];
  /** Lines of examples and remarks for help. */
  readonly remarks: readonly string[];
  /** Does it; resolves to the exit code. Throws a Refusal for what it will not do. */
  readonly run: (
    operands: readonly string[],
    options: Options<Name | CommonOption>,
    terminal: Terminal,
  ) => Promise<number>;
}

/** Options every command takes. */
export const COMMON_OPTIONS = ['json', 'debug', 'help'] as const satisfies readonly OptionName[];

export type CommonOption = (typeof COMMON_OPTIONS)[number];

/** The line that shows how to call a command. */
export function usageOf(command: Command): string {
  const parts = [`spyhop ${command.name}`, command.operands, '[options]'];
  return parts.filter((part) => part !== '').join(' ');
}

/** Reads arguments and environment for a command: a flag wins over its variable, a variable over the default. */
export function readCommandLine<Name extends OptionName>(
  command: Command<Name>,
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): { readonly operands: readonly string[]; readonly options: Options<Name | CommonOption> } {
  const names: OptionName[] = [...command.options, ...COMMON_OPTIONS];
  const { tokens } = parseArgs({
    args: [...args],
    tokens: true,
    strict: false,
    allowPositionals: true,
    options: Object.fromEntries(
      names.map((name) => [
        name,
        {
          type: OPTIONS[name].type === 'flag' ? 'boolean' : 'string',
          multiple: true,
          ...(name === 'help' ? { short: 'h' } : {}),
        },
      ]),
    ),
  });
  const operands: string[] = [];
  const values = new Map<string, unknown>();
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value);
    if (token.kind !== 'option') continue;
    const option = names.includes(token.name as OptionName) ? OPTIONS[token.name as OptionName] : undefined;
    if (option === undefined) throw unknownOption(command.name, token.rawName, names);
    values.set(token.name, readFlag(option, token, values.get(token.name)));
  }
  for (const name of names) {
    const variable = variableOf(name);
    const text = environment[variable];
    if (values.has(name)) continue;
    values.set(
      name,
      text === undefined ? defaultOf(OPTIONS[name]) : readOption(OPTIONS[name], text, variable),
    );
  }
  if (command.operands === '' && operands.length > 0 && values.get('help') !== true) {
    throw new Refusal(`spyhop ${command.name} takes no argument: leave out "${operands[0]}"`, {
      exitCode: 2,
    });
  }
  return { operands, options: Object.fromEntries(values) as Options<Name | CommonOption> };
}

function unknownOption(command: string, rawName: string, names: readonly string[]): Refusal {
  const known = names.map((name) => `--${name}`);
  return new Refusal(`spyhop ${command} has no option ${rawName}: ${nearest(rawName, known)}`, {
    exitCode: 2,
  });
}

interface OptionToken {
  readonly rawName: string;
  readonly value?: string | undefined;
}

function readFlag(option: Option, { rawName, value }: OptionToken, before: unknown): unknown {
  if (option.type === 'flag') {
    if (value !== undefined)
      throw new Refusal(`${rawName} takes no value: leave out "${value}"`, { exitCode: 2 });
    return true;
  }
  if (value === undefined || value.startsWith('--')) {
    throw new Refusal(`${rawName} needs a value: ${rawName} ${option.value ?? 'VALUE'}`, { exitCode: 2 });
  }
  const read = readOption(option, value, rawName);
  return option.type === 'list' && Array.isArray(before) ? [...before, ...(read as string[])] : read;
}
