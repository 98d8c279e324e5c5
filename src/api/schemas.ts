// The schemas of the API's answers, as the OpenAPI document gives them; a test holds the answers against them.
import { FINDING_KINDS } from '../domain/detectors/finding.ts';
import { SIDE_METHODS } from '../domain/side.ts';
import { HEALTH_PARTS } from './ports.ts';
import { MARKET_SCHEMAS } from './market-schemas.ts';
import type { JsonSchema } from './parameter.ts';
import { PROBLEMS } from './problem.ts';
import { ref } from './resource.ts';
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

const ALERT = object(
  {
    id: said({ type: 'string', pattern: '^[0-9a-f]{16}$' }, 'Follows from rule, contract and time.'),
    at: said(TIME, 'Clock of the tape when it was raised.'),
    sessionDate: said(DATE, 'New York date.'),
    detector: said(TEXT, 'The detector that spoke.'),
    kind: said(oneOf(...FINDING_KINDS), 'What was found.'),
    rule: object({ id: TEXT, hash: said(TEXT, 'Of its content.') }),
    underlying: TEXT,
    contract: said(TEXT, 'OSI ticker.'),
    contractName: said(TEXT, 'As a trader says it.'),
    side: said(oneOf('buy', 'sell', 'mixed', 'unknown'), 'Who was the aggressor.'),
    direction: oneOf('bullish', 'bearish', 'neutral', 'unknown'),
    directionShare: said(orNull(NUMBER), 'Share of the sided premium that leans so; null when unknown.'),
    sidedShare: said(NUMBER, 'Share of the premium whose side is known.'),
    probabilityBuy: said(orNull(NUMBER), 'P(buy) of the sided premium; null when none has a side.'),
    sideMethod: said(
      oneOf(...SIDE_METHODS),
      'The rule behind most of the sided premium, or why there is none.',
    ),
    sideAccuracy: said(orNull(NUMBER), 'Published share of right answers of the rules used.'),
    quoteAgeMs: said(orNull(COUNT), 'Age of the quotes used, ms, weighted by premium.'),
    severity: oneOf('low', 'medium', 'high'),
    observed: said(NUMBER, 'What was counted: over five minutes, the day (zscore) or a minute (forest).'),
    expected: said(NUMBER, 'What is normal of it.'),
    unit: said(TEXT, 'What is counted: "contracts", "prints", "orders of 50 contracts or more".'),
    threshold: said(NUMBER, 'Value at which the rule speaks; for forest a score.'),
    baselineSessions: said(COUNT, 'Sessions its normal rests on.'),
    surprise: said(orNull(NUMBER), '-log10 of the tail probability; null for rules that give none.'),
    premium: money('Premium of the window in dollars.'),
    vwap: orNull(money('Price a share: the average of the window weighted by contracts, in dollars.')),
    prints: COUNT,
    orders: COUNT,
    sweeps: COUNT,
    exchanges: COUNT,
    largestOrder: said(COUNT, 'Contracts.'),
    leading: {
      type: 'array',
      items: TEXT,
      description: 'Of an underlying: its contracts with the largest premium.',
    },
    flags: { type: 'array', items: oneOf('minute aggregates', 'adjusted contract', 'new contract') },
  },
  ['leading'],
);

const EXPLANATION = object({
  alert: ref('Alert'),
  words: said({ type: 'array', items: TEXT }, 'What was seen and why it was told, a line each.'),
  differences: said(
    {
      type: 'array',
      items: object({ what: TEXT, stated: TEXT, recomputed: TEXT }),
    },
    'Numbers that did not come out again when the alert was recomputed: none, or something is wrong.',
  ),
  receipt: said(
    { type: 'object' },
    'Everything that the alert was made of: rule, baseline, prints, quotes and proof (docs/alerts.md).',
  ),
});

const WHY_NOT = object({
  contract: said(TEXT, 'OSI ticker.'),
  sessionDate: DATE,
  at: said(TIME, 'The moment asked for.'),
  detector: said(TEXT, 'The detector whose conditions these are.'),
  baselineRun: said(orNull(COUNT), 'Of the baseline job; null without a baseline.'),
  volume: said(COUNT, 'Contracts in the five minutes up to the moment.'),
  needed: said(COUNT, 'Contracts that raise an alert; 2147483647 where none can.'),
  conditions: {
    type: 'array',
    items: object({
      condition: oneOf('regular hours', 'baseline', 'above normal', 'floor', 'armed'),
      holds: { type: 'boolean' },
      was: said(orNull(NUMBER), 'What was counted; null where nothing is.'),
      needed: said(orNull(NUMBER), 'What it had to be.'),
      unit: { type: ['string', 'null'], enum: ['contracts', 'sessions', 'ms', null] },
      sentence: TEXT,
    }),
  },
  spokeAt: said({ type: 'array', items: TIME }, 'When the contract did raise alerts, up to the moment.'),
  nearest: said(
    { ...object({ at: TIME, volume: COUNT, needed: COUNT }), type: ['object', 'null'] },
    'Nearest miss of the day; null when there is none.',
  ),
});

const FLOW = object({
  underlying: TEXT,
  sessionDate: DATE,
  buckets: listOf('FlowBucket', 'Oldest first.'),
});

const FLOW_BUCKET = object({
  start: said(TIME, 'Beginning of the five minutes.'),
  prints: COUNT,
  volume: said(COUNT, 'Contracts.'),
  callPremium: money('Dollars.'),
  putPremium: money('Dollars.'),
  alerts: COUNT,
});

const CONTRACT = object({
  contract: said(TEXT, 'OSI ticker.'),
  contractName: TEXT,
  underlying: TEXT,
  root: TEXT,
  expiryDate: DATE,
  right: oneOf('call', 'put'),
  strike: money('Dollars.'),
  multiplier: said(COUNT, 'Shares a contract.'),
  adjusted: said({ type: 'boolean' }, 'True after a corporate action: the multiplier is then an assumption.'),
  sessionDate: DATE,
  volume: said(COUNT, 'Contracts of the session.'),
  prints: COUNT,
  premium: money('Dollars.'),
  lastPrice: orNull(money('Dollars a share; null before the first print.')),
});

const TRADE = object({
  at: TIME,
  price: money('Dollars a share.'),
  size: said(COUNT, 'Contracts.'),
  premium: money('Dollars, at the multiplier of the contract.'),
  condition: said({ type: 'integer' }, "The provider's code."),
  exchange: said({ type: 'integer' }, "The provider's code."),
  sequence: said(COUNT, '0 for prints of files.'),
});

const BAR = object({
  start: said(TIME, 'Beginning of the five minutes.'),
  open: money('Dollars a share.'),
  high: money('Dollars a share.'),
  low: money('Dollars a share.'),
  close: money('Dollars a share.'),
  volume: said(COUNT, 'Contracts.'),
  prints: COUNT,
  premium: money('Dollars.'),
});

const BARS = object({ contract: TEXT, sessionDate: DATE, bars: listOf('Bar', 'Oldest first.') });

const BASELINE = object({
  contract: TEXT,
  run: said(COUNT, 'Of the baseline job.'),
  asOf: said(DATE, 'Session the run was made for: only earlier ones are in it.'),
  sessions: said(COUNT, 'Sessions it rests on.'),
  meanDayVolume: said(NUMBER, 'Contracts a session, absent sessions counted as 0.'),
});

const READINESS = object({
  status: oneOf('ready', 'not ready'),
  parts: {
    type: 'array',
    items: object({
      part: oneOf(...HEALTH_PARTS),
      ready: { type: 'boolean' },
      sentence: said(TEXT, 'How it is, and what to do when it is not ready.'),
      since: said(orNull(TIME), 'Since when it is so; null when not known.'),
    }),
  },
});

const PROBLEM = object(
  {
    type: said(oneOf(...Object.keys(PROBLEMS).map((name) => `/docs#${name}`)), 'The kind of problem.'),
    title: TEXT,
    status: { type: 'integer' },
    detail: said(TEXT, 'What is wrong, and what to do.'),
    parameter: said(TEXT, 'The parameter that was refused.'),
    allowed: said(TEXT, 'What it may be.'),
    requestId: said(TEXT, 'Leads to the line of the log.'),
  },
  ['parameter', 'allowed'],
);

/** All schemas by the names under which they are referred to. */
export const SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  Alert: ALERT,
  AlertPage: pageOf('Alert'),
  Explanation: EXPLANATION,
  WhyNot: WHY_NOT,
  Flow: FLOW,
  FlowBucket: FLOW_BUCKET,
  Contract: CONTRACT,
  Trade: TRADE,
  TradePage: pageOf('Trade'),
  Bars: BARS,
  Bar: BAR,
  Baseline: BASELINE,
  ...MARKET_SCHEMAS,
  Readiness: READINESS,
  Problem: PROBLEM,
};
