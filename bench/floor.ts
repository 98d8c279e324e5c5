// The floor: the same file, windows and rule as `spyhop replay`, in one bare loop without streams and actors.
import { BASELINE_SESSIONS } from '../src/domain/baseline.ts';
import { TapeLedger } from '../src/domain/cancel-ledger.ts';
import { conditionUse, USE } from '../src/domain/conditions.ts';
import { ContractTable } from '../src/domain/contract-table.ts';
import {
  compileThreshold,
  DEFAULT_THRESHOLD,
  THRESHOLD_REARM_MS,
  THRESHOLD_WINDOW_MS,
  triggerVolume,
} from '../src/domain/detectors/threshold.ts';
import { bucketsUntil, closeMsOf } from '../src/domain/session.ts';
import type { TradeBatch } from '../src/domain/trade.ts';
import { openFlatFile } from '../src/feeds/flat-file/open.ts';
import { readTape, readVolumes } from '../src/feeds/flat-file/read.ts';

const [path = '', historyPath = ''] = process.argv.slice(2);
const ABOVE = 1;
const BELOW = 2;

const table = new ContractTable();
const { volumes } = await readVolumes(await openFlatFile(historyPath), table);
const { tape } = await readTape(await openFlatFile(path), table);
const ledger = new TapeLedger(tape.cancels);

const contracts = table.count;
const sums = new Float64Array(contracts);
volumes.contract.forEach((contract, i) => (sums[contract] = volumes.volume[i]!));
const rule = compileThreshold(DEFAULT_THRESHOLD);
const trigger = new Int32Array(contracts);
const closeMs = new Int32Array(contracts);
const windowVolume = new Int32Array(contracts);
const state = new Uint8Array(contracts);
const belowSinceMs = new Int32Array(contracts);
const { session } = tape;
const sessions = Math.min(1, BASELINE_SESSIONS);

/** One ring for the whole market: five minutes of it, in time order. */
const RING = 1 << 23;
const ringMs = new Int32Array(RING);
const ringContract = new Int32Array(RING);
const ringSize = new Int32Array(RING);
const ringPrice = new Int32Array(RING);
const ringExchange = new Int32Array(RING);
let head = 0;
let tail = 0;
const hits: string[] = [];

function expire(untilMs: number): void {
  while (head < tail && ringMs[head & (RING - 1)]! <= untilMs) {
    const at = head++ & (RING - 1);
    const contract = ringContract[at]!;
    const volume = (windowVolume[contract]! -= ringSize[at]!);
    if (state[contract] === ABOVE && volume < trigger[contract]!) {
      state[contract] = BELOW;
      belowSinceMs[contract] = ringMs[at]! + THRESHOLD_WINDOW_MS;
    }
  }
}

/** Time of an underlying's newest print in the ring, which holds one when it is asked for. */
function clockMsOf(underlying: number): number {
  let newest = tail - 1;
  while (table.underlyingOf(ringContract[newest & (RING - 1)]!) !== underlying) newest--;
  return ringMs[newest & (RING - 1)]!;
}

function cancel(batch: TradeBatch, row: number): void {
  const [contract, priceE4, size] = [batch.contract[row]!, batch.priceE4[row]!, batch.size[row]!];
  const exchange = batch.exchange[row]!;
  const printedMs = ledger.takeOut(contract, batch.firstRow + row, priceE4, size, exchange);
  if (printedMs === null) return;
  for (let i = tail - 1; i >= head; i--) {
    const at = i & (RING - 1);
    if (ringMs[at]! < printedMs) return;
    const same = ringMs[at] === printedMs && ringContract[at] === contract && ringSize[at] === size;
    if (!same || ringPrice[at] !== priceE4 || ringExchange[at] !== exchange) continue;
    ringSize[at] = 0;
    windowVolume[contract]! -= size;
    if (state[contract] === ABOVE && windowVolume[contract]! < trigger[contract]!) {
      state[contract] = BELOW;
      belowSinceMs[contract] = clockMsOf(table.underlyingOf(contract));
    }
    return;
  }
}

for (const batch of tape.batches()) {
  ledger.add(batch);
  for (let row = 0; row < batch.length; row++) {
    const contract = batch.contract[row]!;
    if (trigger[contract] === 0) {
      closeMs[contract] = closeMsOf(session, table.contract(contract));
      trigger[contract] = triggerVolume(
        rule,
        sums[contract]!,
        sessions,
        bucketsUntil(session, closeMs[contract]),
      );
    }
    const atMs = batch.atMs[row]!;
    const use = conditionUse(batch.condition[row]!);
    if ((use & USE.detection) === 0) {
      if ((use & USE.cancel) !== 0) cancel(batch, row);
      continue;
    }
    if (atMs < session.openMs || atMs >= closeMs[contract]!) continue;
    expire(atMs - THRESHOLD_WINDOW_MS);
    if (tail - head === RING) throw new Error('the ring of the floor is too small for this tape');
    const at = tail++ & (RING - 1);
    ringMs[at] = atMs;
    ringContract[at] = contract;
    ringSize[at] = batch.size[row]!;
    ringPrice[at] = batch.priceE4[row]!;
    ringExchange[at] = batch.exchange[row]!;
    const volume = (windowVolume[contract]! += batch.size[row]!);
    if (volume < trigger[contract]! || state[contract] === ABOVE) continue;
    const silent = state[contract] === BELOW && atMs - belowSinceMs[contract]! < THRESHOLD_REARM_MS;
    state[contract] = ABOVE;
    if (!silent) hits.push(`${table.ticker(contract)} ${atMs} ${volume}`);
  }
}
process.stdout.write(`${hits.join('\n')}\n`);
