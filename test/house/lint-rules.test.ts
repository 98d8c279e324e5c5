// Each lint rule the house relies on, shown to fire on a violation and to stay silent on the allowed neighbour.
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import config from '../../oxlint.config.ts';
import { LAYER, violations } from './lint-violations.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** The decision, written down a second time on purpose: what each place of src may import. */
const MIDDLE = 'lib domain log.ts metrics.ts';
const ROW = 'feeds simulation streams actors db history notify';
const MAY: Readonly<Record<string, string>> = {
  lib: '',
  'config-service.ts': 'lib',
  'config.ts': 'lib config-service.ts',
  'log.ts': 'lib',
  'metric-catalogue.ts': 'lib',
  'metrics.ts': 'lib metric-catalogue.ts',
  domain: 'lib',
  feeds: MIDDLE,
  simulation: MIDDLE,
  streams: MIDDLE,
  actors: MIDDLE,
  db: MIDDLE,
  history: MIDDLE,
  notify: MIDDLE,
  'engine.ts': `${MIDDLE} config.ts streams actors`,
  jobs: `${MIDDLE} ${ROW} config.ts engine.ts`,
  api: `${MIDDLE} ${ROW} config.ts engine.ts`,
  tape: `${MIDDLE} engine.ts feeds streams`,
  live: `${MIDDLE} engine.ts tape feeds streams actors db`,
  replay: `${MIDDLE} engine.ts tape feeds`,
  evaluate: 'lib domain engine.ts feeds replay',
  cli: `${MIDDLE} config.ts engine.ts replay evaluate live app.ts jobs feeds simulation history db`,
  'app.ts': `${MIDDLE} ${ROW} config.ts engine.ts live jobs api`,
  'main.ts': 'lib config.ts log.ts cli app.ts',
};

/** Which places may import which framework. */
const HOMES: Readonly<Record<string, string>> = {
  xstate: 'actors',
  rxjs: 'streams engine.ts',
  'rxjs/operators': 'streams engine.ts',
  pg: 'db',
  'pg-copy-streams': 'db',
  ws: 'feeds simulation',
  'pg-boss': 'jobs',
  fastify: 'api',
  '@fastify/swagger': 'api',
  'prom-client': 'metrics.ts',
  pino: 'log.ts',
  '@resvg/resvg-wasm': 'evaluate',
  '@duckdb/node-api': 'history',
};

function fileIn(place: string, name: string): string {
  return place.endsWith('.ts') ? `src/${place}` : `src/${place}/${name}`;
}

/** One file a place and verdict: it imports everything refused, one import a line, or everything allowed. */
function importsOf(place: string): { allowed: string[]; refused: string[] } {
  const up = place.endsWith('.ts') ? './' : '../';
  const may = new Set((MAY[place] ?? '').split(' '));
  const allowed: string[] = [];
  const refused: string[] = [];
  for (const other of Object.keys(MAY)) {
    if (other === place) continue;
    (may.has(other) ? allowed : refused).push(
      other.endsWith('.ts') ? `${up}${other}` : `${up}${other}/thing.ts`,
    );
  }
  for (const [framework, homes] of Object.entries(HOMES)) {
    (homes.split(' ').includes(place) ? allowed : refused).push(framework);
  }
  refused.push(place.endsWith('.ts') ? '../test/support/thing.ts' : '../../test/support/thing.ts');
  return { allowed, refused };
}

const lines = (paths: readonly string[]): string =>
  paths.map((path, at) => `export { name${at} } from '${path}';\n`).join('');

interface Finding {
  readonly code: string;
  readonly help: string;
  readonly line: number;
}

const folders: string[] = [];

/** A small copy of the house: the real rules, the real compiler settings, and files that break them. */
async function lint(files: readonly { path: string; code: string }[]): Promise<Map<string, Finding[]>> {
  const folder = mkdtempSync(join(tmpdir(), 'spyhop-lint-'));
  folders.push(folder);
  for (const name of ['oxlint.config.ts', 'tsconfig.json', 'package.json', 'scripts/lint']) {
    cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'dir');
  for (const { path, code } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), code);
  }
  const oxlint = join(ROOT, 'node_modules/oxlint/bin/oxlint');
  const { promise, resolve: done } = Promise.withResolvers<string>();
  const args = [oxlint, '--type-aware', '--max-warnings', '0', '--format', 'json'];
  execFile(process.execPath, args, { cwd: folder, maxBuffer: 1e8 }, (_error, stdout, stderr) => {
    done(stdout.startsWith('{') ? stdout : JSON.stringify({ failure: stdout + stderr }));
  });
  const report = JSON.parse(await promise) as {
    failure?: string;
    diagnostics: { code?: string; help?: string; filename: string; labels: { span: { line: number } }[] }[];
  };
  if (report.failure !== undefined) throw new Error(`oxlint did not run: ${report.failure}`);
  const byFile = new Map<string, Finding[]>();
  for (const { code, help, filename, labels } of report.diagnostics) {
    // The report on a directive that excuses nothing carries no code.
    byFile
      .getOrInsert(filename, [])
      .push({ code: code ?? 'unused-directive', help: help ?? '', line: labels[0]?.span.line ?? 0 });
  }
  return byFile;
}

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** `no-var` and `import/no-cycle` as the linter reports them: `eslint(no-var)`, `import(no-cycle)`. */
function reportedName(rule: string): string {
  const [plugin, name] = rule.includes('/') ? rule.split('/') : ['eslint', rule];
  return `${plugin}(${name})`;
}

const codes = (findings: readonly Finding[] | undefined): string[] =>
  (findings ?? []).map(({ code }) => code);

describe('the rules of the house fire', () => {
  // Cases that share a path need a run of their own; the rest share one.
  let first: Map<string, Finding[]>;
  let again: Map<string, Finding[]>;
  const paths = new Set<string>();
  const repeated = violations.filter(({ path }) => paths.size === paths.add(path).size);

  beforeAll(async () => {
    first = await lint(violations.filter((one) => !repeated.includes(one)));
    again = await lint(repeated);
  });

  test.each(violations.map((one) => [one.rule ?? 'nothing', one.path, one] as const))(
    '%s in %s',
    (_rule, path, one) => {
      const found = codes((repeated.includes(one) ? again : first).get(path));
      expect(found).toEqual(one.rule === null ? [] : expect.arrayContaining([one.rule]));
    },
  );
});

test('every rule that is switched on by name has a violation above', () => {
  const on = [config, ...config.overrides].flatMap(({ rules }) =>
    Object.entries(rules).flatMap(([rule, value]) => (value === 'off' ? [] : [reportedName(rule)])),
  );
  const shown = new Set(violations.map(({ rule }) => rule));
  expect(on.filter((rule) => !shown.has(rule))).toEqual([]);
});

describe('the layers hold', () => {
  let refused: Map<string, Finding[]>;
  let allowed: Map<string, Finding[]>;

  beforeAll(async () => {
    const places = Object.keys(MAY);
    const file = (place: string, verdict: 'allowed' | 'refused'): { path: string; code: string } => ({
      path: fileIn(place, 'imports.ts'),
      code: lines(importsOf(place)[verdict]) || 'export const nothing = 0;\n',
    });
    refused = await lint(places.map((place) => file(place, 'refused')));
    allowed = await lint(places.map((place) => file(place, 'allowed')));
  });

  test.each(Object.keys(MAY))('src/%s imports what is below it and nothing else', (place) => {
    const path = fileIn(place, 'imports.ts');
    const wanted = importsOf(place).refused;
    const found = refused.get(path)?.filter(({ code }) => code === LAYER) ?? [];
    const missed = wanted.filter((_specifier, at) => !found.some(({ line }) => line === at + 1));
    expect(missed).toEqual([]);
    expect(found.every(({ help }) => help.includes('Fix:'))).toBe(true);
    expect(codes(allowed.get(path))).toEqual([]);
  });

  test('every folder and file of src has its place on the map', () => {
    const present = readdirSync(join(ROOT, 'src'));
    expect(present.filter((name) => !(name in MAY))).toEqual([]);
  });
});
