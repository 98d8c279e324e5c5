// The contracts: the day of one, its trades, its five-minute bars and its baseline.
import type { Bar, StoredPrint } from '../domain/answers.ts';
import { contractName, parseTicker } from '../domain/contract.ts';
import { formatCents, formatPrice, premiumCents } from '../domain/money.ts';
import { pageAnswer } from './cursor.ts';
import { cursor, limit, osi, SESSION_DATE } from './parameter.ts';
import { ref, type Resource, resource } from './resource.ts';

const OSI = osi('OSI ticker of the contract.');
const PAGE_MAX = 1_000;
const PAGE_USUAL = 100;
const MISSING = 'contract with prints in this session';

/** Shares a contract. Reference data does not reach the API; the ticker says what is assumed. */
function multiplierOf(ticker: string): number {
  const contract = parseTicker(ticker);
  return 'fault' in contract ? 100 : contract.multiplier;
}

/** A print as answers show it. @param multiplier shares a contract */
export function shownTrade(print: StoredPrint, multiplier: number) {
  const { atMs, priceE4, size, condition, exchange, sequence } = print;
  return {
    at: new Date(atMs).toISOString(),
    price: formatPrice(priceE4),
    size,
    premium: formatCents(premiumCents(priceE4, size, multiplier)),
    condition,
    exchange,
    sequence,
  };
}

function shownBar({ startMs, openE4, highE4, lowE4, closeE4, volume, prints, premiumCents }: Bar) {
  return {
    start: new Date(startMs).toISOString(),
    open: formatPrice(openE4),
    high: formatPrice(highE4),
    low: formatPrice(lowE4),
    close: formatPrice(closeE4),
    volume,
    prints,
    premium: formatCents(premiumCents),
  };
}

const one = resource({
  path: '/v1/contracts/{osi}',
  operation: 'getContract',
  group: 'contracts',
  sentence: 'A contract and its day.',
  parameters: { osi: OSI, date: SESSION_DATE },
  media: 'application/json',
  schema: ref('Contract'),
  missing: MISSING,
  asksStore: true,
  async answer({ osi: ticker, date }, { ports }) {
    const day = await ports.store.contractDay(ticker, date ?? ports.currentSession());
    if (day === null) return null;
    const { contract, lastPriceE4 } = day;
    return {
      json: {
        contract: contract.osi,
        contractName: contractName(contract),
        underlying: contract.underlying,
        root: contract.root,
        expiryDate: contract.expiryDate,
        right: contract.right,
        strike: formatPrice(contract.strikeMills * 10),
        multiplier: contract.multiplier,
        adjusted: contract.adjusted,
        sessionDate: day.sessionDate,
        volume: day.volume,
        prints: day.prints,
        premium: formatCents(day.premiumCents),
        lastPrice: lastPriceE4 === null ? null : formatPrice(lastPriceE4),
      },
    };
  },
});

const trades = resource({
  path: '/v1/contracts/{osi}/trades',
  operation: 'listTrades',
  group: 'contracts',
  sentence: 'The prints of a contract in a session, oldest first.',
  description: 'Prints are kept for a few sessions; older days live on as bars and summaries.',
  parameters: { osi: OSI, date: SESSION_DATE, limit: limit(PAGE_MAX, PAGE_USUAL), cursor: cursor('trades') },
  media: 'application/json',
  schema: ref('TradePage'),
  rowSchema: 'Trade',
  missing: MISSING,
  asksStore: true,
  async answer({ osi: ticker, date, limit: most, cursor: after }, { ports }) {
    const page = await ports.store.prints(ticker, date ?? ports.currentSession(), after ?? null, most);
    if (page === null) return null;
    const multiplier = multiplierOf(ticker);
    const items = page.items.map((print) => shownTrade(print, multiplier));
    return pageAnswer('trades', items, page.next);
  },
});

const bars = resource({
  path: '/v1/contracts/{osi}/bars',
  operation: 'getBars',
  group: 'contracts',
  sentence: 'The five-minute bars of a contract in a session, oldest first.',
  parameters: { osi: OSI, date: SESSION_DATE },
  media: 'application/json',
  schema: ref('Bars'),
  rowSchema: 'Bar',
  missing: MISSING,
  asksStore: true,
  cheap: true,
  async answer({ osi: contract, date }, { ports }) {
    const sessionDate = date ?? ports.currentSession();
    const found = await ports.store.bars(contract, sessionDate);
    if (found === null) return null;
    const shown = found.map(shownBar);
    return { json: { contract, sessionDate, bars: shown }, rows: shown };
  },
});

const baseline = resource({
  path: '/v1/contracts/{osi}/baseline',
  operation: 'getBaseline',
  group: 'contracts',
  sentence: 'What is normal for a contract, by the latest run of the baseline job.',
  parameters: { osi: OSI },
  media: 'application/json',
  schema: ref('Baseline'),
  missing: 'baseline of this contract',
  asksStore: true,
  cheap: true,
  async answer({ osi: contract }, { ports }) {
    const normal = await ports.store.normal(contract);
    if (normal === null) return null;
    const { run, asOf, sessions, meanDayVolume } = normal;
    return { json: { contract, run, asOf, sessions, meanDayVolume } };
  },
});

export const CONTRACT_RESOURCES: readonly Resource[] = [one, trades, bars, baseline];
