// Command `import`: flat files into the store, each day once, as history and as prints of the hot sessions.
import { Decimal } from 'decimal.js';
import { sessionOn, sessionsBetween } from '../domain/session.ts';
import { systemClock } from '../lib/clock.ts';
import { Refusal } from '../lib/refusal.ts';
import type { Command } from './command.ts';
import type { Terminal } from './terminal.ts';

type ImportOption =
  | 'data-dir'
  | 'hot-sessions'
  | 'factor'
  | 'floor'
  | 'plan'
  | 'from'
  | 'to'
  | 's3-endpoint'
  | 's3-bucket'
  | 's3-prefix';

export const importCommand: Command<ImportOption> = {
  name: 'import',
  summary:
    'Loads flat files into the store: prints as deep history, what each contract did on each day, the last days hot.',
  operands: 'PATH… | s3',
  options: [
    'plan',
    'data-dir',
    'hot-sessions',
    'factor',
    'floor',
    'from',
    'to',
    's3-endpoint',
    's3-bucket',
    's3-prefix',
  ],
  remarks: [
    'PATH is a file of trades, minute or day aggregates, or a folder of them. A day replaces what the live feed stored',
    'of it, all or nothing; a file that was imported before is passed over. It may run beside the service.',
    'The word s3 instead of a path fetches sessions from the provider, one after the other, and imports each; it needs',
    'MASSIVE_S3_KEY_ID and MASSIVE_S3_SECRET (or both with _FILE), and goes on where it was interrupted.',
    'Example: spyhop import us_options_opra/trades_v1/2026 --plan',
    'Example: spyhop import s3 --from 2026-10-01 --to 2026-11-20',
  ],
  async run(operands, options, terminal) {
    if (operands.length === 0) {
      const message = 'spyhop import needs a PATH: a flat file or a folder of them (spyhop import --help)';
      throw new Refusal(message, { exitCode: 2 });
    }
    // Loaded here, so that commands without a store start at once.
    const [
      { Importer },
      { lookAtFiles, planImport, tellPlan },
      { fetchDays, openProviderBucket, tellRemotePlan },
    ] = await Promise.all([
      import('./import-files.ts'),
      import('./import-plan.ts'),
      import('./import-s3.ts'),
    ]);
    const clock = systemClock();
    const settings = {
      dataDir: options['data-dir'],
      hotSessions: options['hot-sessions'],
      json: options.json,
      threshold: { factor: new Decimal(options.factor), floor: options.floor },
    };
    if (operands[0] === 's3') {
      const bucket = openProviderBucket(options, process.env, clock);
      const dates = datesOf(options.from, options.to);
      if (options.plan) return tellRemotePlan(bucket, dates, settings, terminal);
      await using importer = await Importer.open(settings, dates.at(-1) ?? null, clock, terminal);
      const failed = await fetchDays(bucket, dates, settings, terminal, (path) => importer.import(path));
      return await importer.end(failed);
    }
    const { files, refused } = await lookAtFiles(operands);
    if (options.plan) {
      tellPlan(
        await planImport(files, settings.dataDir, Importer.printsFrom(settings, clock)),
        options.json,
        terminal,
      );
      tellRefused(refused, terminal);
      return refused.length === 0 ? 0 : 1;
    }
    await using importer = await Importer.open(settings, files.at(-1)?.session.date ?? null, clock, terminal);
    tellRefused(refused, terminal);
    let failed = refused.length;
    for (const { path } of files) {
      if (!(await importer.import(path, files.length > 1 || refused.length > 0))) failed++;
    }
    return await importer.end(failed);
  },
};

function tellRefused(refused: readonly Refusal[], terminal: Terminal): void {
  for (const { message } of refused) terminal.say(`${terminal.toneErr('bad', 'left out:')} ${message}`);
}

/** The sessions from one date to another, both included; days without a session are passed over. */
function datesOf(from: string | undefined, to: string | undefined): readonly string[] {
  if (from === undefined || to === undefined) {
    throw new Refusal('spyhop import s3 needs --from DATE and --to DATE, both included', { exitCode: 2 });
  }
  if (from > to) throw new Refusal(`--from ${from} is after --to ${to}: exchange them`, { exitCode: 2 });
  const dates = sessionsBetween(from, to);
  if (dates.length > 0) return dates;
  const session = sessionOn(from);
  const why = 'fault' in session ? session.fault : `there is no session from ${from} to ${to}`;
  throw new Refusal(why, { exitCode: 2 });
}
