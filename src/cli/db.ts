// Command `db`: the schema of the store and its care, one deed each: status, plan, migrate and what follows.
import { nearest } from '../lib/nearest.ts';
import { Refusal } from '../lib/refusal.ts';
import type { Command } from './command.ts';
import { type DbOption, DEEDS } from './db-deeds.ts';

const NAME_WIDTH = Math.max(...DEEDS.map(({ name, operands }) => `${name} ${operands}`.length)) + 2;

export const dbCommand: Command<DbOption> = {
  name: 'db',
  summary: 'Looks after the database: its schema, its roles, its copies.',
  operands: 'DEED',
  options: ['data-dir', 'date', 'reapply', 'grafana-password-file'],
  remarks: [
    'DEED is one of:',
    ...DEEDS.map(({ name, operands, summary }) => `  ${`${name} ${operands}`.padEnd(NAME_WIDTH)}${summary}`),
    'The database is the one of the data directory, or that of DATABASE_URL (or of the file DATABASE_URL_FILE).',
  ],
  async run(operands, options, terminal) {
    const [name, ...rest] = operands;
    const names = DEEDS.map((deed) => deed.name);
    if (name === undefined) {
      const message = `spyhop db needs a deed: ${names.join(', ')} (spyhop db --help)`;
      throw new Refusal(message, { exitCode: 2 });
    }
    const deed = DEEDS.find((candidate) => candidate.name === name);
    if (deed === undefined) {
      const advice = nearest(name, names);
      throw new Refusal(`spyhop db has no deed "${name}": ${advice} (spyhop db --help)`, { exitCode: 2 });
    }
    if (deed.operands === '' && rest.length > 0) {
      throw new Refusal(`spyhop db ${name} takes no argument: leave out "${rest[0]}"`, { exitCode: 2 });
    }
    if (deed.operands !== '' && rest.length !== 1) {
      throw new Refusal(`spyhop db ${name} needs one ${deed.operands}: spyhop db ${name} ${deed.operands}`, {
        exitCode: 2,
      });
    }
    return deed.run(rest, options, terminal);
  },
};
