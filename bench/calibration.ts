// Benchmark `calibration`: how often the detector `surprise` speaks by chance, against what it promises.
import { dayNumberOf } from '../src/domain/calendar.ts';
import { TAIL_GROUPS, UNDERLYING_GROUP } from '../src/domain/budget.ts';
import { ContractTable } from '../src/domain/contract-table.ts';
import { RUNGS } from '../src/domain/ladder.ts';
import { logMass, logUpperTail } from '../src/domain/negative-binomial.ts';
import { allocateRates, RATE_BINS, RATE_BOUNDS, rateBinOf } from '../src/domain/order-baseline.ts';
import { featuresOf, termOf, TERMS } from '../src/domain/order-class.ts';
import { sessionsBefore } from '../src/domain/session.ts';
import { countAbove } from '../src/domain/tail-memory.ts';
import { present } from '../src/lib/assert.ts';
import { Random } from '../src/lib/random.ts';
import { batchesOf } from '../src/simulation/day-batches.ts';
import { createMarket } from '../src/simulation/market.ts';
import { type NullDay, NullRun } from '../test/support/null-run.ts';
import { permuteDays, type WholeTape } from '../test/support/permuted-days.ts';
import type { BenchOptions } from './main.ts';

const UNTIL = '2026-11-21';
const LEARN_DAYS = 30;
/** Days on which tails are learned, and days that are judged. */
const TAIL_DAYS = 25;
const JUDGED_DAYS = 25;
const BUDGET = 20;
const NOMINAL = [1e-2, 1e-3, 1e-4] as const;
const PIT_BINS = 10;
const TERM_NAMES = ['today', '1-7 days', 'later'] as const;

function tapesOf(options: BenchOptions, table: ContractTable, seed: string): WholeTape[] {
  const market = createMarket({
    seed,
    underlyings: options.underlyings,
    tradesPerDay: options.prints,
    anomaliesPerDay: 0,
  });
  return sessionsBefore(UNTIL, LEARN_DAYS + TAIL_DAYS + JUDGED_DAYS).map((date) => {
    const day = market.day(date);
    const [batch] = [...batchesOf(day, table, day.length)];
    return { date, batch: present(batch, 'a day with prints') };
  });
}

/** Alerts of the judged days. */
interface Spoken {
  readonly contracts: number[];
  readonly underlyings: number[];
}

/** What the judged days add up to. */
class Judgement {
  readonly before: Spoken = { contracts: [], underlyings: [] };
  readonly after: Spoken = { contracts: [], underlyings: [] };
  /** Contract-days, and those beyond each nominal level, by group. */
  readonly days = new Float64Array(TAIL_GROUPS);
  readonly beyond = NOMINAL.map(() => new Float64Array(TAIL_GROUPS));
  readonly judged = NOMINAL.map(() => new Float64Array(TAIL_GROUPS));
  readonly pit = Array.from({ length: RATE_BINS + TERMS }, () => new Float64Array(PIT_BINS));

  addTails({ tails, memory }: NullDay): void {
    for (let group = 0; group < TAIL_GROUPS; group++) {
      this.days[group]! += tails.days[group]!;
      NOMINAL.forEach((p, i) => {
        const level = memory.level(group, p);
        if (level === null || level <= 0) return;
        this.judged[i]![group]! += tails.days[group]!;
        this.beyond[i]![group]! += countAbove(tails, group, level);
      });
    }
  }

  /** Randomised PIT of the day's counts, given the level of the underlying without the contract. */
  addCounts({ date, baseline, orders }: NullDay, table: ContractTable, random: Random): void {
    const day = present(dayNumberOf(date), 'the day of a session');
    const rates = allocateRates();
    const counts = new Map<number, number>();
    const traded = new Float64Array(table.underlyingCount);
    orders.contract.forEach((contract, place) => {
      const count = orders.orders[place * RUNGS]!;
      counts.set(contract, count);
      traded[table.underlyingOf(contract)]! += count;
    });
    for (let contract = 0; contract < table.count; contract++) {
      const features = featuresOf(table.contract(contract));
      const underlying = table.underlyingOf(contract);
      if (!baseline.follows(contract)) continue;
      baseline.underlyingRates(underlying, rates);
      const [all, levelShape] = [rates.rates[0]!, rates.shapes[0]!];
      baseline.contractRates(contract, features, rates);
      const [own, shape] = [rates.rates[0]!, rates.shapes[0]!];
      const count = counts.get(contract) ?? 0;
      const level =
        (levelShape + traded[underlying]! - count) / (levelShape + Math.max(all - own, 0.02 * all));
      const mean = own * level;
      const below = 1 - Math.exp(logUpperTail(mean, shape, count));
      const u = below + random.uniform() * Math.exp(logMass(mean, shape, count));
      const bin = Math.min(PIT_BINS - 1, Math.floor(u * PIT_BINS));
      this.pit[rateBinOf(own)]![bin]!++;
      this.pit[RATE_BINS + termOf(features, day)]![bin]!++;
    }
  }
}

/** Runs the tape twice: with the thresholds of theory, and with those that follow the tails. */
function judge(tapes: readonly WholeTape[], table: ContractTable): Judgement {
  const judgement = new Judgement();
  const random = new Random('randomised PIT');
  for (const recalibrates of [false, true]) {
    const run = new NullRun({ alertsPerDay: BUDGET, recalibrates }, table);
    tapes.forEach(({ batch }, i) => {
      if (i < LEARN_DAYS) return run.learn(batch);
      run.watch(batch, (day) => {
        if (i < LEARN_DAYS + TAIL_DAYS) return;
        const spoken = recalibrates ? judgement.after : judgement.before;
        spoken.contracts.push(day.contracts);
        spoken.underlyings.push(day.underlyings);
        if (!recalibrates) return;
        judgement.addTails(day);
        judgement.addCounts(day, table, random);
      });
    });
  }
  return judgement;
}

/** Prints the table for the simulated tape, and for the same with days exchanged a contract. */
export async function benchCalibration(options: BenchOptions): Promise<void> {
  const table = new ContractTable();
  const tapes = tapesOf(options, table, 'calibration');
  const size = `${options.underlyings} underlyings, ${options.prints.toLocaleString('en-US')} prints a day`;
  const days = `${LEARN_DAYS} sessions learned, ${TAIL_DAYS} for the tails, ${JUDGED_DAYS} judged`;
  process.stdout.write(`calibration: no anomalies; ${size}; ${days}; budget ${BUDGET} a day\n`);
  report('simulated tape', judge(tapes, table));
  const permuted = permuteDays(tapes, table, 'calibration');
  report('days exchanged within underlying and days to expiry', judge(permuted, table));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function nameOf(group: number): string {
  if (group === UNDERLYING_GROUP) return 'underlyings';
  const low = RATE_BOUNDS[group - 1] ?? 0;
  const high = RATE_BOUNDS[group];
  return high === undefined ? `over ${low} a day` : `${low} to ${high} a day`;
}

function spokenLine(name: string, { contracts, underlyings }: Spoken): string {
  const all = contracts.map((count, i) => count + underlyings[i]!);
  const spread = mean(all.map((count) => (count - mean(all)) ** 2)) / Math.max(1e-9, mean(all));
  return (
    `  ${name.padEnd(22)} contracts ${mean(contracts).toFixed(2).padStart(6)} of ${0.6 * BUDGET}` +
    `   underlyings ${mean(underlyings).toFixed(2).padStart(5)} of ${0.2 * BUDGET}` +
    `   both against budget ${(mean(all) / (0.8 * BUDGET)).toFixed(2)}   dispersion ${spread.toFixed(1)}`
  );
}

function report(name: string, judgement: Judgement): void {
  const lines = ['', name, spokenLine('before recalibration', judgement.before)];
  lines.push(spokenLine('after recalibration', judgement.after), '');
  lines.push('  beyond nominal, observed / nominal          1e-2    1e-3    1e-4   contract-days');
  const totals = NOMINAL.map(() => [0, 0]);
  for (let group = 0; group < TAIL_GROUPS; group++) {
    const cells = NOMINAL.map((p, i) => {
      const [judged, beyond] = [judgement.judged[i]![group]!, judgement.beyond[i]![group]!];
      if (judged * p < 1) return '–';
      if (group !== UNDERLYING_GROUP) totals[i]![0]! += beyond;
      if (group !== UNDERLYING_GROUP) totals[i]![1]! += judged * p;
      return (beyond / (judged * p)).toFixed(2);
    });
    const days = judgement.days[group]!.toFixed(0).padStart(14);
    lines.push(`  ${nameOf(group).padEnd(40)}${cells.map((cell) => cell.padStart(8)).join('')}${days}`);
  }
  const all = totals.map(([beyond, due]) => (due === 0 ? '–' : (beyond! / due!).toFixed(2)).padStart(8));
  lines.push(`  ${'all contracts'.padEnd(40)}${all.join('')}`, '');
  lines.push('  randomised PIT of day counts, ten bins (1.00 is uniform), and its greatest distance');
  judgement.pit.forEach((bins, i) => {
    const total = bins.reduce((sum, count) => sum + count, 0);
    if (total === 0) return;
    let sum = 0;
    let distance = 0;
    bins.forEach((count, bin) => {
      sum += count / total;
      distance = Math.max(distance, Math.abs(sum - (bin + 1) / PIT_BINS));
    });
    const cells = Array.from(bins, (count) => ((count * PIT_BINS) / total).toFixed(2)).join(' ');
    const title = i < RATE_BINS ? nameOf(i) : `expiring ${TERM_NAMES[i - RATE_BINS]!}`;
    lines.push(`  ${title.padEnd(22)} ${cells}   ${distance.toFixed(3)}`);
  });
  process.stdout.write(`${lines.join('\n')}\n`);
}
