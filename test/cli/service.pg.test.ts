// The commands around the service, each in a process of its own: run, import, baseline, alerts and doctor.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Service } from '../../src/app.ts';
import type { Alert } from '../../src/domain/alert.ts';
import { start } from '../support/command-line.ts';
import { eventually } from '../support/eventually.ts';
import { FAST, KEY, ServiceStage } from '../support/service-stage.ts';

let stage: ServiceStage;
let service: Service;
beforeAll(async () => {
  stage = await ServiceStage.set();
  service = await stage.start();
  // A tenth of the usual speed: a machine that is busy for a second must not play the rest of the day in it.
  await stage.playUntil(0.3, service, FAST / 10);
  await stage.settled(service);
});
afterAll(async () => {
  await stage[Symbol.asyncDispose]();
});

/** Something that answers, but is no spyhop. */
async function stranger(): Promise<{ readonly address: string } & AsyncDisposable> {
  const server = createServer((_request, response) => response.end('<h1>It works!</h1>'));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () => new Promise((done) => void server.close(() => done())),
  };
}

describe('spyhop alerts', () => {
  it('prints what the service has said, oldest first, as lines or as JSON', async () => {
    const told = stage.told.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.id < b.id ? -1 : 1));
    const json = await start(['alerts', '--json', '--address', service.address]);
    expect(json.code).toBe(0);
    expect(
      json.out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Alert),
    ).toEqual(told);
    const lines = await start(['alerts', '--address', `${service.address}/`, '--since', '2026-11-20']);
    expect(lines.out.trim().split('\n')).toHaveLength(told.length);
    expect(lines.out).toContain(`${told[0]!.contractName} · `);
    const later = await start(['alerts', '--address', service.address, '--since', told.at(-1)!.at]);
    expect(later.out.trim().split('\n')).toHaveLength(told.filter(({ at }) => at >= told.at(-1)!.at).length);
    const none = await start(['alerts', '--address', service.address, '--since', '2026-11-21T00:00:00Z']);
    expect(none).toEqual({ code: 0, out: '', err: '' });
  });

  it('stays with --follow, and prints each alert once', async () => {
    let heard: string[] = [];
    let told: string[] = [];
    const before = stage.told.length;
    const { out } = await start(['alerts', '--json', '--follow', '--address', service.address], {
      onOut: (text) => (heard = text.trim().split('\n')),
      onStart(child) {
        const playOn = async (): Promise<void> => {
          await eventually('the list', () => heard.length >= before);
          const following = (): Promise<number> => stage.metric(service, 'spyhop_stream_subscribers');
          await eventually('the stream', following, (count) => count === 1);
          await stage.playUntil(0.9, service);
          await eventually('something new', () => stage.told.length > before);
          await stage.settled(service);
          await eventually('what is new', () => heard.length >= stage.told.length);
          // The tape goes on while the command ends: what is told from now on, it may or may not print.
          told = stage.told.map(({ id }) => id);
        };
        void playOn().finally(() => child.kill('SIGINT'));
      },
    });
    const ids = out
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as Alert).id);
    expect(told.length).toBeGreaterThan(before);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(expect.arrayContaining(told));
    expect(stage.told.map(({ id }) => id)).toEqual(expect.arrayContaining(ids));
  });

  it('says that nobody, or somebody else, answers', async () => {
    await using other = await stranger();
    expect(await start(['alerts', '--address', 'http://127.0.0.1:1'])).toEqual({
      code: 1,
      out: '',
      err:
        'spyhop: no spyhop answers at http://127.0.0.1:1: start it with spyhop run or spyhop demo, ' +
        'or give --address\n',
    });
    expect((await start(['alerts', '--address', other.address])).err).toBe(
      `spyhop: what answers at ${other.address} is no spyhop: give another --address\n`,
    );
  });
});

describe('spyhop doctor', () => {
  const look = async (rest: readonly string[], env: Record<string, string>): ReturnType<typeof start> =>
    start(['doctor', '--data-dir', join(stage.folder, 'doctor'), ...rest], { env });

  it('finds a set-up well that is, and reads the health of what runs', async () => {
    const env = { MASSIVE_API_KEY: KEY, DATABASE_URL: stage.clone.url };
    const args = ['--rest-url', stage.provider.restUrl, '--address', service.address];
    const { code, out, err } = await look(args, env);
    expect(err).toBe('');
    expect(out).toContain(`✓ provider   ${stage.provider.restUrl} accepts the key.`);
    expect(out).toMatch(/✓ database {3}Postgres \d+ answers at postgres:/);
    expect(out).toContain(`A spyhop runs at ${service.address}: ready.`);
    expect(out).toContain('✓ feed       The feed is live.');
    expect(out + err).not.toContain(new URL(stage.clone.url).password);
    expect(code).toBe(0);
  });

  it('names what is missing and wrong, with the fix, and fails', async () => {
    const env = { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' };
    const { code, out } = await look(['--address', 'http://127.0.0.1:1', '--json'], env);
    expect(code).toBe(1);
    const findings = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { what: string; state: string; sentence: string });
    const by = Object.fromEntries(findings.map(({ what, ...rest }) => [what, rest]));
    expect(by['database']).toMatchObject({
      state: 'wrong',
      sentence: expect.stringMatching(/does not answer/) as string,
    });
    expect(by['provider']).toMatchObject({
      state: 'wrong',
      sentence: expect.stringMatching(/MASSIVE_API_KEY/) as string,
    });
    expect(by['service']).toMatchObject({
      state: 'well',
      sentence: expect.stringMatching(/^Nothing runs at/) as string,
    });
  });

  it('tells a wrong key, and somebody else behind the address', async () => {
    await using other = await stranger();
    const env = { MASSIVE_API_KEY: 'wrong-key-of-somebody' };
    const { code, out } = await look(['--rest-url', stage.provider.restUrl, '--address', other.address], env);
    expect(code).toBe(1);
    expect(out).toMatch(/✗ provider .*MASSIVE_API_KEY/);
    expect(out).toContain(
      `! service    What answers at ${other.address} is no spyhop (HTTP 200): choose another --port.`,
    );
    expect(out).not.toContain('wrong-key-of-somebody');
  });
});

describe('spyhop run', () => {
  it('without a key says how to get one, and what to do without', async () => {
    const { code, out, err } = await start(['run', '--data-dir', stage.folder]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^spyhop: MASSIVE_API_KEY is not set: .*massive\.com.*npx spyhop demo\n$/);
  });

  it('refuses a variable that it does not know', async () => {
    const { code, err } = await start(['run'], { env: { SPYHOP_PROT: '1', MASSIVE_API_KEY: KEY } });
    expect(code).toBe(2);
    expect(err).toMatch(/^spyhop: .*SPYHOP_PROT.*SPYHOP_PORT/);
  });

  it('with a wrong key keeps its API, says so, and ends with 0 when it is asked to', async () => {
    await using other = await ServiceStage.set({ withHistory: false });
    const env = { MASSIVE_API_KEY: 'wrong-key-of-somebody', DATABASE_URL: other.clone.url };
    let said = '';
    const { code, out, err } = await start(
      ['run', '--port', '0', '--data-dir', other.folder, '--feed-url', other.provider.url],
      {
        env,
        onStart(child) {
          child.stderr!.on('data', (text: Buffer) => (said += text.toString()));
          const refused = eventually(
            'the refusal',
            () => /feed\.refused/.test(said) && /service\.started/.test(said),
          );
          void refused.finally(() => child.kill('SIGTERM')).catch(() => {});
        },
      },
    );
    expect(err).toContain('check MASSIVE_API_KEY against the keys');
    expect(err).toContain('"kind":"service.stopped"');
    expect(err + out).not.toContain('wrong-key-of-somebody');
    expect(code).toBe(0);
  });
});

describe('spyhop import and baseline', () => {
  it('load days once, and make what is normal of them', async () => {
    await using other = await ServiceStage.set({ withHistory: false });
    const env = { DATABASE_URL: other.clone.url };
    const tape = join(other.folder, 'tape');
    const days = ['--days', '2', '--until', '2026-11-19', '--underlyings', '5', '--trades-per-day', '2000'];
    expect((await start(['simulate', '--out', tape, ...days, '--seed', 'x'])).code).toBe(0);
    const first = await start(['import', tape, '--data-dir', other.folder], { env });
    expect(first.code).toBe(0);
    expect(first.out).toMatch(/^2026-11-18 [\d,]+ rows of trades.*\n2026-11-19 [\d,]+ rows of trades/);
    const second = await start(['import', tape, '--data-dir', other.folder, '--json'], { env });
    expect(
      second.out
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { result: string }).result),
    ).toEqual(['unchanged', 'unchanged']);
    const made = await start(['baseline', '--as-of', '2026-11-20', '--data-dir', other.folder], { env });
    expect(made.out).toMatch(/^run 1 for 2026-11-20: [\d,]+ contracts from 2 sessions · /);
    const again = await start(['baseline', '--as-of', '2026-11-20', '--data-dir', other.folder], { env });
    expect(again.out).toMatch(/^run 1 for 2026-11-20: .*, unchanged · /);
    const nothing = await start(['baseline', '--as-of', '2026-11-18', '--data-dir', other.folder], { env });
    expect(nothing.err).toContain('there is no earlier day in the store: load some with spyhop import PATH');
  });
});
