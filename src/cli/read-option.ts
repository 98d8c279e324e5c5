// Reading options from text: what a value may be, and where it came from.
import { OPTIONS, variableOf } from '../config.ts';
import { nearest } from '../lib/nearest.ts';
import type { Option } from '../lib/option.ts';
import { Refusal } from '../lib/refusal.ts';

/** Refuses SPYHOP_* variables that nothing reads, with the nearest name that something does. */
export function checkVariables(environment: Readonly<Record<string, string | undefined>>): void {
  const known = Object.keys(OPTIONS).map(variableOf);
  for (const name of Object.keys(environment)) {
    if (!name.startsWith('SPYHOP_') || known.includes(name)) continue;
    throw new Refusal(`${name} is not a variable of spyhop: ${nearest(name, known)}, or unset it`, {
      exitCode: 2,
    });
  }
}

/** Reads one value given as text. `source` names where it came from: "--floor" or "SPYHOP_FLOOR". */
export function readOption(option: Option, text: string, source: string): unknown {
  const refuse = (wanted: string): never => {
    const fault = option.secret === true ? 'cannot be used' : `is "${text}"`;
    throw new Refusal(`${source} ${fault}: give ${wanted}`, { exitCode: 2 });
  };
  switch (option.type) {
    case 'flag':
      return /^(1|true|yes)$/i.test(text) ? true : /^(0|false|no|)$/i.test(text) ? false : refuse('1 or 0');
    case 'list':
      return readList(option.choices, text, refuse);
    case 'choice':
      return option.choices.includes(text) ? text : refuse(option.choices.join(' or '));
    case 'integer': {
      const value = /^\d+$/.test(text) ? Number(text) : NaN;
      const wanted = `a whole number from ${option.min} to ${option.max}`;
      return value >= option.min && value <= option.max ? value : refuse(wanted);
    }
    case 'text':
      if (text === '' || (option.pattern && !option.pattern.test(text)))
        refuse(option.example ?? 'some text');
      return text;
  }
}

function readList(
  choices: readonly string[] | undefined,
  text: string,
  refuse: (wanted: string) => never,
): readonly string[] {
  const parts = text.split(',').filter((part) => part !== '');
  const known = choices?.join(' or ') ?? '';
  if (choices !== undefined && (parts.length === 0 || parts.some((part) => !choices.includes(part))))
    refuse(known);
  return parts;
}

/** The value of an option that was not given: its default, false, an empty list, or undefined. */
export function defaultOf(option: Option): unknown {
  if (option.type === 'flag') return false;
  if (option.type === 'list') return option.default ?? [];
  return option.default;
}
