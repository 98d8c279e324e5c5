// The soak, `npm run soak`: kills and faults by the hundred, and after each the question whether anything was lost.
import { parseArgs } from 'node:util';
import type { Fault } from './soak/fault.ts';
import { type Round, soak } from './soak/run.ts';

const USAGE = `npm run soak -- [--rounds N] [--seed TEXT] [--for SECONDS] [--only KIND,...]

Kills our process and Postgres, cuts the line, fills disks and damages journals while a day is lived, and compares what
is left with a day on which nothing failed. KIND is process, server, line, database, journal or disk. Prints a tally by
fault; exit code 1 when something did not hold.
`;

const KINDS: readonly Fault['kind'][] = ['process', 'server', 'line', 'database', 'journal', 'disk'];

const strikesOf = (rounds: readonly Round[]): number => rounds.reduce((sum, { strikes }) => sum + strikes, 0);

function tally(rounds: readonly Round[]): string {
  const byFault = Map.groupBy(rounds, ({ fault }) => fault);
  const lines = [...byFault]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([fault, played]) => {
      const broken = played.filter((round) => round.broken.length > 0).length;
      const verdict = broken === 0 ? 'all held' : `${broken} days BROKEN`;
      const strikes = String(strikesOf(played)).padStart(4);
      return `${fault.padEnd(42)} ${strikes} in ${String(played.length).padStart(3)} days  ${verdict}`;
    });
  const count = (kind: Fault['kind']): string =>
    `${strikesOf(rounds.filter((round) => round.kind === kind))} ${kind}`;
  const slowest = Math.max(...rounds.map(({ recoveryMs }) => recoveryMs || 0));
  const largest = Math.max(...rounds.map(({ rssMb }) => rssMb || 0));
  lines.push(
    `${strikesOf(rounds)} faults (${KINDS.map(count).join(', ')}) in ${rounds.length} days; ` +
      `slowest start ${slowest.toFixed(0)} ms, largest process ${largest.toFixed(0)} MB`,
  );
  return lines.join('\n');
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '150' },
    seed: { type: 'string', default: String(Date.now()) },
    for: { type: 'string', default: '3600' },
    only: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const forSeconds = Number(values.for);
const kinds = values.only?.split(',') as Fault['kind'][] | undefined;
if (
  values.help ||
  !(rounds > 0) ||
  !(forSeconds > 0) ||
  kinds?.some((kind) => !KINDS.includes(kind)) === true
) {
  process.stdout.write(USAGE);
  process.exit(values.help ? 0 : 2);
}
process.stdout.write(`soak: seed ${values.seed}\n`);
const played = await soak({
  seed: values.seed,
  rounds,
  forSeconds,
  ...(kinds === undefined ? {} : { kinds }),
  onRound({ number, fault, broken, seconds }) {
    const verdict = broken.length === 0 ? 'held' : `BROKEN ${broken.join('; ')}`;
    process.stdout.write(
      `${String(number).padStart(4)}  ${fault.padEnd(42)} ${seconds.toFixed(1).padStart(5)} s  ${verdict}\n`,
    );
  },
});
process.stdout.write(`${tally(played)}\n`);
const broken = played.filter((round) => round.broken.length > 0);
if (broken.length > 0) {
  const numbers = broken.map(({ number }) => number).join(', ');
  process.stdout.write(`rounds ${numbers} broke: npm run soak -- --seed ${values.seed} plays them again\n`);
  process.exitCode = 1;
}
