// What bars and days answer: the largest contracts of five minutes, and a contract session by session.
import { formatCents, formatPrice } from '../domain/money.ts';
import { newYorkDate } from '../domain/session.ts';
import { instant, limit, optional, osi } from './parameter.ts';
import { ref, type Resource, resource } from './resource.ts';
import { rangeParameters, readRange } from './session-range.ts';

/** Dates that are looked at when none is asked for: a year. */
const DAYS = 365;

const largest = resource({
  path: '/v1/largest',
  operation: 'listLargest',
  group: 'contracts',
  sentence: 'The contracts with the most premium in five minutes, the largest first.',
  parameters: {
    at: optional(instant('A moment in the five minutes; now when left out.')),
    limit: limit(1_000, 20),
  },
  media: 'application/json',
  schema: ref('LargestContracts'),
  rowSchema: 'LargestContract',
  asksStore: true,
  async answer({ at, limit: most }, { ports }) {
    const atMs = at ?? ports.clock.now();
    const found = await ports.store.largestContracts(newYorkDate(atMs), atMs, most);
    const items = found.map(({ osi: contract, prints, volume, premiumCents }) => ({
      contract,
      prints,
      volume,
      premium: formatCents(premiumCents),
    }));
    return { json: { items }, rows: items };
  },
});

const days = resource({
  path: '/v1/contracts/{osi}/days',
  operation: 'listContractDays',
  group: 'contracts',
  sentence: 'The sessions in which a contract traded, oldest first.',
  parameters: {
    osi: osi('OSI ticker of the contract.'),
    ...rangeParameters('a year'),
  },
  media: 'application/json',
  schema: ref('ContractDays'),
  rowSchema: 'ContractDay',
  missing: 'contract',
  asksStore: true,
  async answer({ osi: ticker, ...range }, { ports }) {
    const [first, last] = readRange(range, ports, DAYS);
    const found = await ports.store.contractDays(ticker, first, last);
    if (found === null) return null;
    const items = found.map(({ sessionDate, volume, prints, premiumCents, lastPriceE4 }) => ({
      sessionDate,
      volume,
      prints,
      premium: formatCents(premiumCents),
      lastPrice: lastPriceE4 === null ? null : formatPrice(lastPriceE4),
    }));
    return { json: { items }, rows: items };
  },
});

export const RANKING_RESOURCES: readonly Resource[] = [largest, days];
