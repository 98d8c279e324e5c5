// The rounds of the soak: a process lives the day, a fault strikes it, another brings the day to its end, and all is
// looked at.
import { Random } from '../../src/lib/random.ts';
import type { ChildReport } from './child.ts';
import { type Fault, faultsOf } from './faults.ts';
import { type CalmDay, checkRound, readCalmDay } from './invariants.ts';
import { SoakStage } from './stage.ts';

/** A round that is over. */
export interface Round {
  readonly number: number;
  readonly fault: string;
  readonly kind: Fault['kind'];
  /** What did not hold; empty when all did. */
  readonly broken: readonly string[];
  readonly seconds: number;
  readonly recoveryMs: number;
  readonly rssMb: number;
}

export interface SoakSettings {
  readonly seed: string;
  /** Rounds at most, and seconds after which none begins. */
  readonly rounds: number;
  readonly forSeconds: number;
  /** Kinds of faults to choose from; all unless said. */
  readonly kinds?: readonly Fault['kind'][];
  readonly onRound?: (round: Round) => void;
}

/** Starts that may fail while a server recovers, before a round is given up. */
const FINISHES_MAX = 6;

/** Brings the day to its end: nothing strikes this process. */
async function finish(stage: SoakStage): Promise<ChildReport | null> {
  for (let attempt = 0; attempt < FINISHES_MAX; attempt++) {
    const report = await stage.begin(null, 0).report;
    if (report !== null) return report;
  }
  return null;
}

async function playRound(
  stage: SoakStage,
  calm: CalmDay,
  fault: Fault,
  random: Random,
): Promise<[string[], ChildReport | null]> {
  await stage.reset();
  const { running, allowance, heal } = await fault.strike(stage, random);
  const first = await running.report;
  const last = await finish(stage);
  await heal?.();
  if (last === null) return [['nobody could bring the day to its end'], null];
  const broken = await checkRound(stage.db, calm, last, allowance);
  // Whoever lived through it has told each alert at most once, and accounts for what it received.
  if (first !== null && new Set(first.told).size !== first.told.length) broken.push('I4: told twice');
  if (
    first !== null &&
    first.codes.length > 0 &&
    !first.kinds.includes('writer.retried') &&
    first.lostRecords === 0
  ) {
    broken.push(`I5: failed with ${first.codes.join(', ')} and said nothing`);
  }
  return [broken, last];
}

/** Faults in turn and at random: every one is met once before any is met twice. */
function* chosen(faults: readonly Fault[], random: Random): Generator<Fault> {
  for (;;) {
    const bag = [...faults];
    while (bag.length > 0) yield bag.splice(random.below(bag.length), 1)[0]!;
  }
}

/** Plays rounds until one of the bounds; gives them all. A seed chooses the faults and their moments. */
export async function soak({ seed, rounds, forSeconds, kinds, onRound }: SoakSettings): Promise<Round[]> {
  await using stage = await SoakStage.set();
  const calmReport = await stage.begin(null, 0).report;
  if (calmReport === null) throw new Error('the day cannot even be lived without faults');
  const calm = await readCalmDay(stage.db);
  if (calm.alerts.size === 0) throw new Error('the day has no alerts: it proves nothing');
  const faults = faultsOf(stage).filter(({ kind }) => kinds?.includes(kind) ?? true);
  const choice = chosen(faults, new Random(seed));
  const played: Round[] = [];
  const startMs = performance.now();
  for (let number = 1; number <= rounds && performance.now() - startMs < forSeconds * 1000; number++) {
    const fault = choice.next().value as Fault;
    const roundMs = performance.now();
    const [broken, report] = await playRound(stage, calm, fault, new Random(`${seed}/${number}`));
    const round: Round = {
      number,
      fault: fault.name,
      kind: fault.kind,
      broken,
      seconds: (performance.now() - roundMs) / 1000,
      recoveryMs: report?.recoveryMs ?? Number.NaN,
      rssMb: report?.rssMb ?? Number.NaN,
    };
    played.push(round);
    onRound?.(round);
  }
  return played;
}
