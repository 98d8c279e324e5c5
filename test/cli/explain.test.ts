// spyhop explain: the numbers behind an alert, made again; a number bent by hand costs the exit code.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatPrice } from '../../src/domain/money.ts';
import { requireSession } from '../../src/domain/session.ts';
import { withoutReceipt } from '../../src/domain/receipt.ts';
import { serviceOf } from '../api/service.ts';
import { run } from '../support/command-line.ts';
import { Folder } from '../support/flat-files.ts';
import { RAISED_CONTRACT, RAISED_PRINTS, raisedAlert } from '../support/raised-alert.ts';

const folder = new Folder();
const alert = raisedAlert();
const { id } = alert;
const line = JSON.stringify(alert);
const file = folder.write('alerts.ndjson', `{"id":"0"}\nnot json "${id}"\n${line}\n`);

/** What the store of the running service has of the contract. */
let stored = [...RAISED_PRINTS];
let server: Server;
let address = '';

beforeAll(async () => {
  const { midnightMs } = requireSession('2026-11-20');
  server = createServer((request, response) => {
    const trades = stored.map(({ atMs, priceE4, ...rest }) => ({
      at: new Date(midnightMs + atMs).toISOString(),
      price: formatPrice(priceE4),
      ...rest,
    }));
    const answers: Record<string, unknown> = {
      [`/v1/alerts/${id}/explanation`]: { alert: withoutReceipt(alert), receipt: alert.receipt },
      [`/v1/contracts/${encodeURIComponent(RAISED_CONTRACT)}/trades`]: { items: trades, next: null },
    };
    const answer = answers[request.url!.split('?')[0]!];
    response.statusCode = answer === undefined ? 404 : 200;
    response.end(JSON.stringify(answer ?? { detail: 'There is no alert with this id and a receipt.' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.close();
  folder[Symbol.dispose]();
});

describe('spyhop explain', () => {
  it('says in words and numbers why the alert was raised, and that it comes out again', async () => {
    const { code, out, err } = await run(['explain', id, '--alert', file]);
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out.trimEnd().split('\n')).toEqual([
      'NVDA 18 Dec 26 180 call, unusual contract, 2026-11-20 10:00:02.000 in New York',
      `rule: threshold, content ${alert.rule.hash}, detector threshold`,
      'observed: 160 contracts, 3.33 are normal',
      'baseline: learned from files, 30 sessions',
      'normal: 7,800 contracts in 30 sessions of 78 times five minutes',
      'threshold: more than 10 times that, and at least 150',
      'margin: 160 against 150: 1.07 times the threshold',
      'events: 4 prints in 3 orders:',
      '  10:00:00.000 60 contracts (1 print, 1 exchange, single)',
      '  10:00:01.000 50 contracts (2 prints, 2 exchanges, single, sweep)',
      '  10:00:02.000 50 contracts (1 print, 1 exchange, single)',
      'quotes: 1 used; the last print with one, at 2.20, is buy by the rule quote on the quote of 09:59:59.750, ' +
        '1.95 x 10 to 2.00 x 12, 2250 ms old',
      `reading: bullish, ${alert.premium} dollars of premium, side known of 100 %`,
      'quality: nothing to remark',
      'recomputed from its receipt: the same bytes',
    ]);
  });

  it('ends with 1 and names the number when the alert does not come out again', async () => {
    const bent = folder.write('bent.ndjson', line.replace('"size":[60,', '"size":[61,'));
    const { code, out } = await run(['explain', id, '--alert', bent]);
    expect(code).toBe(1);
    expect(out).toContain('observed: stated 160, recomputed 161');
    const { code: jsonCode, out: json } = await run(['explain', id, '--alert', bent, '--json']);
    expect(jsonCode).toBe(1);
    expect((JSON.parse(json) as { differences: unknown[] }).differences).not.toEqual([]);
  });

  it('asks a running spyhop, and holds the receipt against the prints that it has stored', async () => {
    stored = [...RAISED_PRINTS];
    const { code, out } = await run(['explain', id, '--address', address, '--from-tape']);
    expect(out).toContain('recomputed from its receipt and the stored prints: the same bytes');
    expect(code).toBe(0);
  });

  it('tells which prints the store has not, cancelled ones among them', async () => {
    const [, second, third] = RAISED_PRINTS;
    stored = [...RAISED_PRINTS, { ...third!, atMs: third!.atMs + 60_000, condition: 201 }];
    const { code, out } = await run(['explain', id, '--address', address, '--from-tape']);
    expect(code).toBe(1);
    expect(out).toContain('prints that the tape has not, or not any more: 36001050 ms, 20 contracts at 2.1');
    stored = [...RAISED_PRINTS, { ...second!, size: 999 }];
    const late = await run(['explain', id, '--address', address, '--from-tape']);
    expect(late.code).toBe(1);
    expect(late.out).toContain('prints that were not seen, or came later: 36001000 ms, 999 contracts');
  });

  it.each([
    [['explain'], 2, 'spyhop explain needs the ID of one alert'],
    [['explain', 'x1'], 2, 'spyhop explain needs the ID of one alert'],
    [['explain', '0123456789abcdef', '--alert', file], 1, 'has no alert 0123456789abcdef'],
    [['explain', id, '--alert', `${file}.gone`], 1, 'does not exist: check the path'],
  ])('refuses %j in one sentence', async (args, exitCode, sentence) => {
    const { code, out, err } = await run(args);
    expect([code, out]).toEqual([exitCode, '']);
    expect(err).toContain(sentence);
  });

  it('passes on what the service says of an unknown alert', async () => {
    const { code, err } = await run(['explain', 'aaaaaaaaaaaaaaaa', '--address', address]);
    expect(code).toBe(1);
    expect(err).toContain('There is no alert with this id and a receipt.');
  });
});

describe('spyhop why-not', () => {
  it.each([
    [['why-not'], 'spyhop why-not needs one TICKER'],
    [['why-not', 'NVDA', '--at', '2026-11-20T15:30:00Z'], '"NVDA" is no contract'],
    [['why-not', RAISED_CONTRACT], 'spyhop why-not needs the moment'],
  ])('refuses %j in one sentence', async (args, sentence) => {
    const { code, out, err } = await run(args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(sentence);
  });

  it('says in words what the service answers', async () => {
    const { midnightMs } = requireSession('2026-11-20');
    const { api, store } = serviceOf();
    store.day = RAISED_PRINTS.map(({ atMs, ...rest }) => ({ ...rest, atMs: midnightMs + atMs, sequence: 0 }));
    const where = await api.listen();
    try {
      const args = ['why-not', RAISED_CONTRACT, '--at', '2026-11-20T15:00:01.500Z', '--address', where];
      const { code, out } = await run(args);
      expect(code).toBe(0);
      expect(out.trimEnd().split('\n')).toEqual([
        `${RAISED_CONTRACT} at 10:00:01 on 2026-11-20: 110 contracts in 5 min`,
        'an alert needs 500 of them (baseline run 7)',
        '  regular hours: holds, the contract traded then',
        '  baseline: holds, normal rests on 30 sessions',
        '  above normal: holds, more than 10 times the normal 10.42: enough',
        '  floor: fails, at least 500 contracts in five minutes: 390 too few, 22 % of it',
        '  armed: holds, it may speak',
        'nearest miss of the day: 160 of 500 contracts at 10:00:02',
      ]);
    } finally {
      await api.close(1_000);
    }
  });
});
