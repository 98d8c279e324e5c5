// Writes docs/cli.md, the reference of commands, options and variables, from the tables they are read by.
import { readFileSync, writeFileSync } from 'node:fs';
import { type Command, COMMON_OPTIONS, usageOf } from '../src/cli/command.ts';
import { choicesText, defaultText, optionUsage } from '../src/cli/help.ts';
import { COMMANDS } from '../src/cli/program.ts';
import { type OptionName, OPTIONS, variableOf } from '../src/config.ts';
import type { Option } from '../src/lib/option.ts';

const PAGE = new URL('../docs/cli.md', import.meta.url);

function optionRow(name: OptionName): string {
  const option: Option = OPTIONS[name];
  const choices = choicesText(option);
  const cells = [
    `\`${optionUsage(name)}\``,
    `\`${variableOf(name)}\``,
    defaultText(option) || '–',
    option.sentence + choices,
  ];
  return `| ${cells.join(' | ')} |`;
}

function optionTable(names: readonly OptionName[]): string[] {
  return ['| option | variable | default | meaning |', '| --- | --- | --- | --- |', ...names.map(optionRow)];
}

function commandSection(command: Command): string[] {
  const remarks = command.remarks.length === 0 ? [] : ['', '```text', ...command.remarks, '```'];
  const { options } = command;
  return [
    `## ${command.name}`,
    '',
    command.summary,
    '',
    `\`${usageOf(command)}\``,
    ...(options.length === 0 ? [] : ['', ...optionTable(options)]),
    ...remarks,
    '',
  ];
}

/** The page as it should be. */
export function cliReference(): string {
  return [
    '# Commands and options',
    '',
    'Generated from the tables of the program by `npm run docs`; a test keeps it so.',
    '',
    'Every option may be given as a flag or as a variable; the flag wins. A `SPYHOP_` variable that nothing reads is',
    'refused. Exit codes: 0 done, 1 failed, 2 asked wrongly. Results go to stdout, everything else to stderr.',
    '',
    ...COMMANDS.flatMap(commandSection),
    '## Options of every command',
    '',
    ...optionTable(COMMON_OPTIONS),
    '',
  ].join('\n');
}

/** The page as it stands. */
export function cliPage(): string {
  return readFileSync(PAGE, 'utf8');
}

if (import.meta.main) writeFileSync(PAGE, cliReference());
