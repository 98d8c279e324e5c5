// The schemas of lists over many: underlyings, contracts, their prints, counted alerts, holes and coverage of the feed.
import type { JsonSchema } from './parameter.ts';
import {
  COUNT,
  DATE,
  listOf,
  money,
  NUMBER,
  object,
  oneOf,
  orNull,
  pageOf,
  said,
  TEXT,
  TIME,
} from './schema-words.ts';

const UNDERLYING = object({
  symbol: TEXT,
  volume: said({ type: 'integer' }, 'Contracts of the session.'),
  premium: money('Dollars of the session.'),
  alerts: said(COUNT, 'Of the session.'),
});

const CONTRACT_ROW = object({
  contract: said(TEXT, 'OSI ticker.'),
  contractName: TEXT,
  expiryDate: DATE,
  dte: said({ type: 'integer' }, 'Calendar days from the session to expiry.'),
  right: oneOf('call', 'put'),
  strike: money('Dollars.'),
  adjusted: said({ type: 'boolean' }, 'True after a corporate action: the multiplier is then an assumption.'),
  volume: said({ type: 'integer' }, 'Contracts of the session.'),
  prints: { type: 'integer' },
  premium: money('Dollars of the session.'),
  lastPrice: orNull(money('Dollars a share.')),
  moneyness: said(orNull(NUMBER), 'ln(strike / spot); null when no spot is given.'),
});

const UNDERLYING_TRADE = object({
  at: TIME,
  contract: said(TEXT, 'OSI ticker.'),
  price: money('Dollars a share.'),
  size: said(COUNT, 'Contracts.'),
  premium: money('Dollars, at the multiplier of the contract.'),
  condition: said({ type: 'integer' }, "The provider's code."),
  exchange: said({ type: 'integer' }, "The provider's code."),
  sequence: said(COUNT, '0 for prints of files.'),
});

const ALERT_TALLY = object({
  sessionDate: DATE,
  detector: TEXT,
  kind: TEXT,
  severity: oneOf('low', 'medium', 'high'),
  direction: oneOf('bullish', 'bearish', 'neutral', 'unknown'),
  alerts: COUNT,
  premium: money('Dollars of these alerts together.'),
});

const GAP = object({
  feed: TEXT,
  sessionDate: DATE,
  began: TIME,
  ended: said(orNull(TIME), 'null while it is open.'),
  reason: TEXT,
  state: said(oneOf('open', 'ended', 'backfilled', 'settled'), 'Settled: the file of the day has filled it.'),
});

const COVERAGE = object({
  sessionDate: DATE,
  filePrints: said(COUNT, 'Prints of the file of the day.'),
  livePrints: said(COUNT, 'Prints that the live feed had stored.'),
  had: said(COUNT, 'Of the file, those that live had.'),
  missed: said(COUNT, 'Of the file, those that live had not.'),
  twice: said(COUNT, 'Of live, those that it had more often than the file.'),
  foreign: said(COUNT, 'Of live, those that the file does not know.'),
  share: said(NUMBER, 'had / filePrints; 1 for an empty file.'),
  alertsConfirmed: COUNT,
  alertsContradicted: COUNT,
  alertsUnchecked: COUNT,
});

const BUDGET = object({
  alertsPerDay: said(NUMBER, 'Alerts a day that chance alone may raise, in the mean over many sessions.'),
  ordersForecast: said(COUNT, 'Parent orders forecast for the session; 0 without a baseline.'),
  spent: object({
    contracts: said(COUNT, 'Alerts on contracts.'),
    underlyings: said(COUNT, 'Alerts on underlyings.'),
  }),
  burnRate: said(orNull(NUMBER), 'Alerts so far against those due by now: 1 spends the budget by the close.'),
  heldBack: listOf('HeldBack', 'What came nearest without speaking, the nearest first.'),
});

const HELD_BACK = object({
  underlying: TEXT,
  contract: said(orNull(TEXT), 'OSI ticker; null for the underlying as a whole.'),
  at: said(TIME, 'When its statistic was highest.'),
  share: said(NUMBER, 'Highest statistic as a share of the threshold.'),
});

const RULE = object({ detector: TEXT, id: TEXT, hash: said(TEXT, 'Of its content.') });

const JOB = object({
  job: TEXT,
  ok: said(COUNT, 'Runs that succeeded.'),
  failed: said(COUNT, 'Runs that failed, each tried again.'),
  lastSuccess: said(orNull(TIME), 'null when there was none.'),
  lastDurationMs: said(COUNT, 'Of the last run.'),
});

const LARGEST_CONTRACT = object({
  contract: said(TEXT, 'OSI ticker.'),
  prints: { type: 'integer' },
  volume: said({ type: 'integer' }, 'Contracts.'),
  premium: money('Dollars of the five minutes.'),
});

const CONTRACT_DAY = object({
  sessionDate: DATE,
  volume: said({ type: 'integer' }, 'Contracts of the session.'),
  prints: { type: 'integer' },
  premium: money('Dollars of the session.'),
  lastPrice: orNull(money('Dollars a share.')),
});

const itemsOf = (item: string, description: string): JsonSchema =>
  object({ items: listOf(item, description) });

/** By the names under which they are referred to. */
export const MARKET_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  Underlying: UNDERLYING,
  UnderlyingPage: object({
    items: listOf('Underlying', 'By name.'),
    next: said(orNull(TEXT), 'The last symbol of the page, to be given as "after"; null on the last page.'),
  }),
  ContractRow: CONTRACT_ROW,
  ContractPage: pageOf('ContractRow'),
  UnderlyingTrade: UNDERLYING_TRADE,
  UnderlyingTradePage: pageOf('UnderlyingTrade'),
  AlertTally: ALERT_TALLY,
  AlertTallies: itemsOf('AlertTally', 'Newest session first.'),
  LargestContract: LARGEST_CONTRACT,
  LargestContracts: itemsOf('LargestContract', 'The most premium first.'),
  ContractDay: CONTRACT_DAY,
  ContractDays: itemsOf('ContractDay', 'Oldest first.'),
  Gap: GAP,
  Gaps: itemsOf('Gap', 'Oldest first.'),
  Coverage: COVERAGE,
  Coverages: itemsOf('Coverage', 'Newest session first.'),
  Budget: BUDGET,
  HeldBack: HELD_BACK,
  Rule: RULE,
  Rules: itemsOf('Rule', 'In the order in which they speak.'),
  Job: JOB,
  Jobs: itemsOf('Job', 'By name.'),
};
