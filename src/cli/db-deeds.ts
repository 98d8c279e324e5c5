// The deeds of command `db`, in the order of help; what each does is loaded when it is asked for.
import type { Options } from '../config.ts';
import type { CommonOption } from './command.ts';
import type { Terminal } from './terminal.ts';

/** Options that `db` takes; a deed reads those that mean something to it. */
export type DbOption = 'data-dir' | 'date' | 'reapply' | 'grafana-password-file';
export type DbOptions = Options<DbOption | CommonOption>;

/** A deed: what `spyhop db NAME` does. */
export interface Deed {
  readonly name: string;
  /** Its one argument as help shows it, "FILE"; empty when it takes none. */
  readonly operands: string;
  readonly summary: string;
  /** Resolves to the exit code. */
  readonly run: (operands: readonly string[], options: DbOptions, terminal: Terminal) => Promise<number>;
}

export const DEEDS: readonly Deed[] = [
  {
    name: 'status',
    operands: '',
    summary: 'Says which database it is, and how far its schema is.',
    run: async (_operands, options, terminal) =>
      (await import('./db-status.ts')).showStatus(options, terminal),
  },
  {
    name: 'plan',
    operands: '',
    summary: 'Says what migrate would do, and does nothing.',
    run: async (_operands, options, terminal) => (await import('./db-schema.ts')).showPlan(options, terminal),
  },
  {
    name: 'migrate',
    operands: '',
    summary: 'Brings the schema and the roles to those of this spyhop.',
    run: async (_operands, options, terminal) =>
      (await import('./db-schema.ts')).runMigration(options, terminal),
  },
  {
    name: 'drift',
    operands: '',
    summary:
      'Names every difference between the schema of the database and the files; exit code 1 if there is one.',
    run: async (_operands, options, terminal) => (await import('./db-drift.ts')).showDrift(options, terminal),
  },
  {
    name: 'pull',
    operands: '',
    summary: 'Writes functions, triggers and views that were changed in the database back into sql/objects.',
    run: async (_operands, options, terminal) =>
      (await import('./db-drift.ts')).pullObjects(options, terminal),
  },
  {
    name: 'seal',
    operands: '',
    summary:
      'Orders and indexes the prints of sessions that are over, or of --date; older ones move into columns.',
    run: async (_operands, options, terminal) => (await import('./db-days.ts')).sealDays(options, terminal),
  },
  {
    name: 'verify',
    operands: '',
    summary: 'Recomputes bars, flow and days from the prints and names what differs.',
    run: async (_operands, options, terminal) => (await import('./db-days.ts')).verifyDays(options, terminal),
  },
  {
    name: 'export',
    operands: 'FILE',
    summary:
      'Writes what cannot be had again into FILE: alerts, baselines, gaps, settings, records of files.',
    run: async ([file = ''], options, terminal) =>
      (await import('./db-copy.ts')).exportCopy(file, options, terminal),
  },
  {
    name: 'import',
    operands: 'FILE',
    summary: 'Restores such a FILE into an empty database, all of it or nothing.',
    run: async ([file = ''], options, terminal) =>
      (await import('./db-copy.ts')).importCopy(file, options, terminal),
  },
];
