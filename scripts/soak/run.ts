// The rounds of the soak: a process lives the day, a fault strikes it, another brings the day to its end, and all is
// looked at.
import { Random } from '../../src/lib/random.ts';
import type { ChildReport } from './child.ts';
import type { Fault } from './fault.ts';
import { faultsOf } from './faults.ts';
import { type CalmDay, checkPrefix, checkRound, readCalmDay } from './invariants.ts';
import { SoakStage } from './stage.ts';

/** A round that is over. */
export interface Round {
  readonly number: number;
  readonly fault: string;
  readonly kind: Fault['kind'];
  /** How often it struck. */
  readonly strikes: number;
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
async function finish(stage: SoakStage, overlap: number): Promise<ChildReport | null> {
  for (let attempt = 0; attempt < FINISHES_MAX; attempt++) {
    const report = await stage.begin(null, 0, overlap).report;
    if (report !== null) return report;
  }
  return null;
}

/** What came of a round. */
interface Outcome {
  readonly strikes: number;
  readonly broken: string[];
  readonly last: ChildReport | null;
}

async function playRound(stage: SoakStage, calm: CalmDay, fault: Fault, random: Random): Promise<Outcome> {
  await stage.reset();
  const broken: string[] = [];
  const look = async (): Promise<void> => void broken.push(...(await checkPrefix(stage.db, calm)));
  const { running, strikes = 1, allowance, heal } = await fault.strike(stage, random, look);
  const first = await running.report;
  // A feed that repeats itself is recognised by the journal, so a journal that lost something is spared that.
  const last = await finish(stage, allowance?.missingMax === undefined ? 2 : 0);
  await heal?.();
  if (last === null) {
    broken.push('nobody could bring the day to its end');
    return { strikes, broken, last };
  }
  broken.push(...(await checkRound(stage.db, calm, last, allowance)));
  // Whoever lived through it has told each alert at most once, and has said that it could not store.
  if (first !== null && new Set(first.told).size !== first.told.length) broken.push('I4: told twice');
  const isSilent = first !== null && first.codes.length > 0 && !first.kinds.includes('writer.retried');
  if (isSilent && first.lostRecords === 0) broken.push(`I5: ${first.codes.join(', ')}, and nothing was said`);
  return { strikes, broken, last };
}

/** Faults at random, each once before any comes again, and the kinds in turn, so that few rounds meet all of them. */
function* chosen(faults: readonly Fault[], random: Random): Generator<Fault> {
  for (;;) {
    const bag = [...faults];
    const shuffled = Array.from(faults, () => bag.splice(random.below(bag.length), 1)[0]!);
    const turns = new Map<Fault['kind'], number>();
    const ranked = shuffled.map((fault) => {
      const turn = turns.get(fault.kind) ?? 0;
      turns.set(fault.kind, turn + 1);
      return { fault, turn };
    });
    for (const { fault } of ranked.toSorted((one, other) => one.turn - other.turn)) yield fault;
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
  // Small disks cannot be made everywhere.
  if (faults.length === 0) return [];
  const choice = chosen(faults, new Random(seed));
  const played: Round[] = [];
  const startMs = performance.now();
  for (let number = 1; number <= rounds && performance.now() - startMs < forSeconds * 1000; number++) {
    const fault = choice.next().value as Fault;
    const roundMs = performance.now();
    const outcome = await playRound(stage, calm, fault, new Random(`${seed}/${number}`));
    const { strikes, broken, last } = outcome;
    const round: Round = {
      number,
      fault: fault.name,
      kind: fault.kind,
      strikes,
      broken,
      seconds: (performance.now() - roundMs) / 1000,
      recoveryMs: last?.recoveryMs ?? Number.NaN,
      rssMb: last?.rssMb ?? Number.NaN,
    };
    played.push(round);
    onRound?.(round);
  }
  return played;
}
