// Help pages, written from the tables of commands and options.
import { type OptionName, OPTIONS, variableOf } from '../config.ts';
import type { Option } from '../lib/option.ts';
import { count } from './words.ts';
import { type Command, COMMON_OPTIONS, usageOf } from './command.ts';

/** The default of an option as help shows it; empty when there is none. */
export function defaultText(option: Option): string {
  if (!('default' in option) || option.default === undefined) return '';
  const number =
    typeof option.default === 'number' && option.unit !== undefined
      ? count(option.default)
      : String(option.default);
  if (option.unit === undefined) return number;
  return `${number} ${number === '1' ? option.unit.replace(/s$/, '') : option.unit}`;
}

/** An option as it is typed: "--floor N". */
export function optionUsage(name: OptionName): string {
  const option: Option = OPTIONS[name];
  return option.value === undefined ? `--${name}` : `--${name} ${option.value}`;
}

/** The choices of an option as help shows them; empty when it has none. */
export function choicesText(option: Option): string {
  if (!('choices' in option) || option.choices === undefined) return '';
  return ` One of: ${option.choices.join(', ')}.`;
}

function wrap(text: string, indent: string, width = 100): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!;
    if (line !== '' && indent.length + line.length + word.length + 1 > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.join(`\n${indent}`);
}

/** The help page of one command. */
export function commandHelp(command: Command): string {
  const rows = [...command.options, ...COMMON_OPTIONS].map((name) => {
    const option: Option = OPTIONS[name];
    const shown = defaultText(option);
    const choices = choicesText(option);
    return `  ${optionUsage(name).padEnd(26)}${wrap(
      `${option.sentence}${choices}${shown === '' ? '' : ` Default: ${shown}.`}`,
      ' '.repeat(28),
    )}`;
  });
  const remarks = command.remarks.length === 0 ? '' : `\n\n${command.remarks.join('\n')}`;
  return `${command.summary}\n\nUsage: ${usageOf(command)}\n\nOptions:\n${rows.join('\n')}${remarks}\n
Every option may also be given as a variable: --floor is ${variableOf('floor')}.\n`;
}

/** The help page of the program. */
export function programHelp(commands: readonly Command[]): string {
  const rows = commands.map(
    (command) => `  ${command.name.padEnd(12)}${wrap(command.summary, ' '.repeat(14))}`,
  );
  return `spyhop watches the US options tape and says which contract trades as it never does at this time of day.

Usage: spyhop COMMAND [options]

Commands:
${rows.join('\n')}

spyhop COMMAND --help shows the options of a command.
`;
}
