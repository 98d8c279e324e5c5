// A long tape from nothing but row numbers: every process makes the same one, and SQL can sum it up.
import type { Alert } from '../../src/domain/alert.ts';
import type { ContractTable } from '../../src/domain/contract-table.ts';
import { requireSession } from '../../src/domain/session.ts';
import { batchOf, type TradeBatch } from '../../src/domain/trade.ts';
import { tableOf } from './tape.ts';

export const SOAK_SESSION = requireSession('2026-11-20');
export const BATCH_ROWS = 997;
const CONTRACTS = 40;
const ALERT_EVERY = 500;

export function soakTable(): ContractTable {
  const strike = (n: number): string => String(600_000 + n * 1000).padStart(8, '0');
  return tableOf(Array.from({ length: CONTRACTS }, (_ticker, n) => `O:SPY261218C${strike(n)}`));
}

/** Rows `firstRow` and on: the size of a print is its row modulo 1000 plus one. */
export function soakBatch(firstRow: number, length: number): TradeBatch {
  const prints = Array.from({ length }, (_print, n) => ({
    contract: (firstRow + n) % CONTRACTS,
    atMs: SOAK_SESSION.openMs + (firstRow + n) * 20,
    priceE4: 10_000,
    size: ((firstRow + n) % 1000) + 1,
    condition: 209,
    exchange: 302,
  }));
  return batchOf(SOAK_SESSION, prints, { firstRow });
}

export function rowOfAlert(row: number): boolean {
  return row % ALERT_EVERY === 0;
}

/** Alerts among so many rows. */
export function alertsAmong(rows: number): number {
  return Math.ceil(rows / ALERT_EVERY);
}

export function alertOfRow(row: number): Alert {
  const at = new Date(SOAK_SESSION.midnightMs + SOAK_SESSION.openMs + row * 20).toISOString();
  const words = {
    detector: 'threshold',
    kind: 'unusual contract',
    side: 'buy',
    direction: 'bullish',
  } as const;
  return {
    ...words,
    id: row.toString(16).padStart(16, '0'),
    at,
    sessionDate: SOAK_SESSION.date,
    rule: { id: 'r', hash: 'h' },
    underlying: 'SPY',
    contract: 'O:SPY261218C00600000',
    contractName: 'SPY 18 Dec 26 600 call',
    directionShare: null,
    sidedShare: 0,
    probabilityBuy: null,
    sideMethod: 'no quote',
    sideAccuracy: null,
    quoteAgeMs: null,
    severity: 'low',
    observed: 1,
    expected: 1,
    unit: 'contracts',
    threshold: 1,
    baselineSessions: 1,
    surprise: null,
    premium: '1.00',
    vwap: '1.62',
    prints: 1,
    orders: 1,
    sweeps: 0,
    exchanges: 1,
    largestOrder: 1,
    flags: [],
  };
}
