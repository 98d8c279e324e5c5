// Reading the truth: what spyhop simulate wrote is taken as it stands, anything else is refused by place.
import { describe, expect, test } from 'vitest';
import { parseTruth } from '../../src/evaluate/truth.ts';

const ROW = {
  contract: 'O:AAPL261218C00250000',
  underlying: 'AAPL',
  begin: '2026-11-20T15:00:00.000Z',
  end: '2026-11-20T15:10:00.000Z',
  kind: 'controlled lots',
  usualOrders: 0.5,
  pattern: '5x100',
};

function parse(...rows: unknown[]): unknown {
  return parseTruth(JSON.stringify(rows), 'tape/truth.json');
}

describe('truth.json', () => {
  test('gives kind, contract, times, usual orders and pattern', () => {
    expect(parse(ROW)).toEqual([
      {
        kind: 'controlled lots',
        underlying: 'AAPL',
        contract: 'O:AAPL261218C00250000',
        beginMs: Date.parse(ROW.begin),
        endMs: Date.parse(ROW.end),
        usualOrders: 0.5,
        pattern: '5x100',
      },
    ]);
  });

  test('of an earlier spyhop lacks usual orders and pattern, and is read all the same', () => {
    const { usualOrders: _orders, pattern: _pattern, ...older } = ROW;
    expect(parse({ ...older, contract: null })).toMatchObject([
      { contract: null, usualOrders: null, pattern: null },
    ]);
  });

  test.each([
    [{ ...ROW, begin: 'yesterday' }, 'tape/truth.json, anomaly 2: "begin" is no time in ISO 8601'],
    [{ ...ROW, kind: 7 }, 'tape/truth.json, anomaly 2: "kind" is no text'],
    [{ ...ROW, contract: undefined }, 'tape/truth.json, anomaly 2: "contract" is no text'],
    [{ ...ROW, end: '2026-11-20T14:00:00.000Z' }, 'tape/truth.json, anomaly 2 ends before it begins'],
    [null, 'tape/truth.json, anomaly 2 is not an object'],
  ])('with a bad row is refused by its number (%#)', (row, message) => {
    expect(() => parse(ROW, row)).toThrow(message);
  });

  test('that is no JSON, or no list, is refused', () => {
    expect(() => parseTruth('{', 'tape/truth.json')).toThrow('tape/truth.json is not JSON');
    expect(() => parseTruth('{}', 'tape/truth.json')).toThrow('tape/truth.json is not a list of anomalies');
  });
});
