// Benchmark `memory`: bytes a contract by part, the widest market there can be, and twenty sessions in one process.
import { writeFile } from 'node:fs/promises';
import { ContractArena, SlotDirectory } from '../src/domain/arena.ts';
import type { ContractTable } from '../src/domain/contract-table.ts';
import { SHARDS } from '../src/actors/directory.ts';
import type { BenchOptions } from './main.ts';
import { engineOf, syntheticTape, type SyntheticMarket, tableOf } from './synthetic.ts';
import { bytesInUse, weighed } from './weighed.ts';

const MARKET: SyntheticMarket = { underlyings: 6_000, contracts: 385_000 };
const WIDEST: SyntheticMarket = { underlyings: 12_000, contracts: 1_500_000 };
const SESSIONS = 20;
const PRINTS = 2_000_000;
const STATE_BYTES_MAX = 128;

/** The rows of a market's contracts as the engine's shards hold them, each shard its share. */
function arenasOf({ contracts }: SyntheticMarket): ContractArena[] {
  const arenas = Array.from({ length: SHARDS }, () => new ContractArena());
  for (let contract = 0; contract < contracts; contract++) arenas[contract % SHARDS]!.allocate(contract);
  return arenas;
}

interface Part {
  readonly part: string;
  readonly bytes: number;
  readonly perContract: number;
}

async function statesOf(market: SyntheticMarket): Promise<Part[]> {
  const [tableBytes, table] = await weighed(() => tableOf(market));
  const [rowBytes, arenas] = await weighed(() => arenasOf(market));
  const [slotBytes, directory] = await weighed(() => {
    const slots = new SlotDirectory();
    slots.ensure(table.count);
    return slots;
  });
  const parts = [
    ['interning table', tableBytes],
    ['rows of the arenas', rowBytes],
    ['slots of the rows', slotBytes],
  ] as const;
  // Named once more, so that nothing was collected before it was weighed.
  const contracts = Math.max(table.count, arenas.length, directory.slots.length === 0 ? 1 : 0);
  return parts.map(([part, bytes]) => ({ part, bytes, perContract: bytes / contracts }));
}

/** Bytes that a session of so many prints leaves in use while its engine lives. */
async function sessionBytes(market: SyntheticMarket, prints: number): Promise<number> {
  const table = tableOf(market);
  const [bytes, engine] = await weighed(() => {
    const made = engineOf(table);
    for (const batch of syntheticTape(market, prints)) made.take(batch);
    return made;
  });
  engine.stop();
  return bytes;
}

/** Bytes in use after each of many sessions with one table of contracts, as in a service that runs for weeks. */
async function sessionsInOneProcess(): Promise<number[]> {
  const table = tableOf(MARKET);
  const bytes: number[] = [];
  for (let session = 0; session < SESSIONS; session++) {
    runSession(table);
    bytes.push(await bytesInUse());
  }
  return bytes;
}

function runSession(table: ContractTable): void {
  const engine = engineOf(table);
  for (const batch of syntheticTape(MARKET, PRINTS)) engine.take(batch);
  engine.stop();
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** Prints bytes a contract by part, what an engine of the widest market holds, and whether memory grows by sessions. */
export async function benchMemory({ out }: BenchOptions): Promise<void> {
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  const parts = await statesOf(MARKET);
  const state = parts.reduce((sum, { perContract }) => sum + perContract, 0);
  say(`memory: ${MARKET.contracts.toLocaleString('en-US')} contracts of ${MARKET.underlyings} underlyings`);
  for (const { part, bytes, perContract } of parts)
    say(`  ${part.padEnd(22)} ${perContract.toFixed(1).padStart(6)} bytes a contract  ${megabytes(bytes)}`);
  const verdict = state <= STATE_BYTES_MAX ? 'reached' : 'MISSED';
  say(
    `  ${'together'.padEnd(22)} ${state.toFixed(1).padStart(6)} bytes a contract, goal ${STATE_BYTES_MAX}: ${verdict}`,
  );
  const engineBytes = await sessionBytes(MARKET, PRINTS);
  say(
    `an engine after ${PRINTS / 1e6} M prints, table apart: ${megabytes(engineBytes)} with actors and windows`,
  );
  const widest = (await statesOf(WIDEST)).reduce((sum, { bytes }) => sum + bytes, 0);
  const widestEngine = await sessionBytes(WIDEST, PRINTS);
  say(
    `${WIDEST.contracts.toLocaleString('en-US')} contracts of ${WIDEST.underlyings} underlyings: ` +
      `${megabytes(widest)} if all of them trade; an engine after ${PRINTS / 1e6} M prints ${megabytes(widestEngine)}`,
  );
  const sessions = await sessionsInOneProcess();
  const growth = (100 * sessions.at(-1)!) / sessions[1]! - 100;
  const megabytesEach = sessions.map((bytes) => (bytes / 1e6).toFixed(1)).join(' ');
  say(`${SESSIONS} sessions in one process, MB in use after each: ${megabytesEach}`);
  say(`  from the second to the last ${growth.toFixed(1)} %: ${growth <= 5 ? 'flat' : 'GROWS'}`);
  if (out !== null) {
    const figures = { parts, state, engineBytes, widest, widestEngine, sessions };
    await writeFile(out, `${JSON.stringify(figures, null, 2)}\n`);
  }
}
