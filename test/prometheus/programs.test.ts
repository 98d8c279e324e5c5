// The rules, the routes and the page of metrics before the programs that read them, in every version that is here.
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createMetrics } from '../../src/metrics.ts';
import { describeWithPrograms, programVersions } from '../support/programs.ts';
import { ROOT } from './rule-files.ts';

const run = promisify(execFile);

/** What a program says, and whether it was content. */
async function ask(
  program: string,
  ...args: string[]
): Promise<{ readonly ok: boolean; readonly said: string }> {
  try {
    const { stdout, stderr } = await run(program, args, { cwd: ROOT });
    return { ok: true, said: stdout + stderr };
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return { ok: false, said: stdout + stderr };
  }
}

function filesIn(folder: string): string[] {
  return readdirSync(resolve(ROOT, folder)).map((file) => join(folder, file));
}

describeWithPrograms('promtool', ['promtool'], () => {
  it.each(programVersions('promtool'))('%s finds nothing to say about the rules', async (promtool) => {
    const { ok, said } = await ask(
      promtool,
      'check',
      'rules',
      '--lint=all',
      '--lint-fatal',
      ...filesIn('prometheus/rules'),
    );
    expect(said).not.toContain('FAILED');
    expect(ok).toBe(true);
  });

  it.each(programVersions('promtool'))(
    '%s sees every alert fire, stay quiet and know the hours',
    async (promtool) => {
      const { ok, said } = await ask(promtool, 'test', 'rules', ...filesIn('prometheus/tests'));
      expect(said).not.toContain('FAILED');
      expect(ok).toBe(true);
    },
  );

  it.each(programVersions('promtool'))('%s reads prometheus.yml', async (promtool) => {
    // The token lies in a file that only a set-up has.
    const { ok, said } = await ask(promtool, 'check', 'config', '--syntax-only', 'prometheus/prometheus.yml');
    expect([ok, said]).toEqual([true, expect.any(String)]);
  });

  it.each(programVersions('promtool'))('%s accepts the page of metrics', async (promtool) => {
    const { text } = await createMetrics({
      sources: {},
      values: { detector: ['threshold'], route: ['/v1/alerts'], task: ['baseline'], kind: ['feed.live'] },
      build: { version: 'test' },
    }).page();
    const checking = execFile(promtool, ['check', 'metrics']);
    let said = '';
    checking.stderr!.on('data', (part: string) => (said += part));
    checking.stdin!.end(text);
    const code = await new Promise((done) => checking.on('close', done));
    expect([code, said]).toEqual([0, '']);
  });
});

describeWithPrograms('amtool', ['amtool'], () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'spyhop-routes-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** The configuration for a version: before 0.33 the address of a webhook cannot lie in a file. */
  async function configFor(amtool: string): Promise<string> {
    const { said } = await ask(amtool, '--version');
    const [, minor = '0'] = /version 0\.(\d+)/.exec(said) ?? [];
    const given = resolve(ROOT, 'alertmanager/alertmanager.yml');
    if (Number(minor) >= 33) return given;
    const text = readFileSync(given, 'utf8').replaceAll(/url_file: .+/g, 'url: http://127.0.0.1:9/');
    const path = join(folder, basename(given));
    writeFileSync(path, text);
    return path;
  }

  it.each(programVersions('amtool'))('%s reads the configuration', async (amtool) => {
    const { ok, said } = await ask(amtool, 'check-config', await configFor(amtool));
    expect([ok, said]).toEqual([true, expect.stringContaining('SUCCESS')]);
  });

  it.each(programVersions('amtool'))('%s sends each kind of alert where the table says', async (amtool) => {
    const table = parse(readFileSync(resolve(ROOT, 'alertmanager/routes.yml'), 'utf8')) as {
      labels: Record<string, string>;
      receiver: string;
    }[];
    expect(table.length).toBeGreaterThan(5);
    const config = await configFor(amtool);
    for (const { labels, receiver } of table) {
      const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
      const { ok, said } = await ask(
        amtool,
        'config',
        'routes',
        'test',
        `--config.file=${config}`,
        `--verify.receivers=${receiver}`,
        ...pairs,
      );
      expect([labels['alertname'], ok, said]).toEqual([
        labels['alertname'],
        true,
        expect.stringContaining(receiver),
      ]);
    }
  });
});
