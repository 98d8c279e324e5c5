// Rules about how files hang together: nothing dead, no link into nowhere, an open changelog, no traces of a machine.
import { dirname, posix } from 'node:path';
import { findAll, lineOf, type Finding, type Rule } from './finding.ts';

const CHANGELOG = 'CHANGELOG.md';
/** Started by name and imported by nobody: tests, benches and settings by their runner, main.ts by bin. */
const ENTRY = /\.(test|bench)\.ts$|^[^/]*\.config\.ts$|^src\/main\.ts$/;
/** A script is alive when a document, a workflow or package.json names it. */
const NAMES_SCRIPTS = /^(package\.json|\.ci\/.*|.*\.(md|ya?ml))$/;

/** Files that a file mentions by a relative path in quotes: imports, worker URLs, mocks. */
function mentioned(path: string, text: string): string[] {
  const quoted = /['"`](\.{1,2}\/[^'"`\s]+\.[cm]?[jt]s)['"`]/g;
  return Array.from(text.matchAll(quoted), (match) => posix.join(dirname(path), match[1] ?? ''));
}

export const noDeadFiles: Rule = (files) => {
  const alive = new Set<string>();
  for (const { path, text } of files) {
    for (const target of mentioned(path, text)) if (target !== path) alive.add(target);
  }
  const named = files.filter(({ path }) => NAMES_SCRIPTS.test(path)).map(({ text }) => text);
  return files
    .filter(({ path }) => /^(src|scripts|test|bench)\/.*\.ts$/.test(path) && !ENTRY.test(path))
    .filter(({ path }) => !alive.has(path))
    .filter(({ path }) => path.startsWith('src/') || !named.some((text) => text.includes(path)))
    .map(({ path }) => ({ path, line: 0, message: 'nobody imports it. Fix: delete it, or use it.' }));
};

/** The anchor a heading gets: lower case, spaces to dashes, everything else but letters and digits gone. */
function anchorsOf(text: string): Set<string> {
  return new Set(
    Array.from(text.matchAll(/^#{1,6} +(.*)$/gm), (match) =>
      (match[1] ?? '')
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(' ', '-'),
    ),
  );
}

export const liveLinks: Rule = (files) => {
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  const folders = new Set(
    files.flatMap(({ path }) => path.split('/').map((_part, at, parts) => parts.slice(0, at).join('/'))),
  );
  const isThere = (path: string): boolean => texts.has(path) || folders.has(path.replace(/\/$/, ''));
  return files
    .filter(({ path }) => path.endsWith('.md'))
    .flatMap(({ path, text }) => {
      const found: Finding[] = [];
      const prose = text.replaceAll(/```[\s\S]*?```|`[^`\n]*`/g, (code) => code.replaceAll(/[^\n]/g, ' '));
      for (const link of prose.matchAll(/\]\(([^)\s]+)\)|^\[[^\]]+\]: +(\S+)$/gm)) {
        const target = link[1] ?? link[2] ?? '';
        if (/^[a-z]+:/.test(target)) continue;
        const [file = '', anchor] = target.split('#');
        const full = file === '' ? path : posix.join(dirname(path), decodeURI(file));
        const headings =
          full.endsWith('.md') && anchor !== undefined ? anchorsOf(texts.get(full) ?? '') : null;
        if (isThere(full) && (headings === null || headings.has(anchor ?? ''))) continue;
        const message = `"${target}" leads nowhere. Fix: correct the link or write what it promises.`;
        found.push({ path, line: lineOf(text, link.index), message });
      }
      return found;
    });
};

export const openChangelog: Rule = (files) => {
  const changelog = files.find(({ path }) => path === CHANGELOG);
  if (changelog !== undefined && /^## +(.*)$/m.exec(changelog.text)?.[1]?.trim() === 'Unreleased') return [];
  const message = 'no open head. Fix: begin with "## Unreleased" and add a line for each change.';
  return [{ path: CHANGELOG, line: 1, message }];
};

const MACHINE_PATH = /(?<![\w.~@-])(?:\/(?:home|root|work|Users)\/|[A-Z]:\\+Users\\+)[\w.-]+/g;
const REGISTRY_HOST =
  /\b(?:registry|proxy|mirror|npm|pypi)(?:\.[\w-]+)+\.(?:org|com|net|io|dev|local|internal)\b|\bnpmjs\.\w+/g;
const PATH_MESSAGE = 'a path of one machine. Fix: make it relative to the repository.';
const HOST_MESSAGE =
  'a registry host. Fix: name the package only; where it comes from is a setting of the machine.';

export const noTraces: Rule = (files) =>
  files.flatMap(({ path, text }) => [
    ...findAll(path, text, MACHINE_PATH, PATH_MESSAGE),
    ...findAll(path, text, REGISTRY_HOST, HOST_MESSAGE),
  ]);

export const TREE_RULES: readonly Rule[] = [noDeadFiles, liveLinks, openChangelog, noTraces];
