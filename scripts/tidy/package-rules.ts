// Rules about what the project stands on: exact versions, a reason for each dependency, a lockfile without a registry.
import { missingPlatforms, type Lockfile } from '../complete-lockfile.ts';
import type { Finding, Rule, TextFile } from './finding.ts';

const MANIFEST = 'package.json';
const LOCKFILE = 'package-lock.json';
const REASONS = 'docs/dependencies.md';

interface Manifest {
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
  readonly allowScripts?: Record<string, unknown>;
}

function textOf(files: readonly TextFile[], path: string): string | null {
  return files.find((file) => file.path === path)?.text ?? null;
}

function manifestOf(files: readonly TextFile[]): Manifest {
  return JSON.parse(textOf(files, MANIFEST) ?? '{}') as Manifest;
}

/** Every dependency with the version asked for and the line of package.json that asks. */
function dependenciesOf(files: readonly TextFile[]): { name: string; version: string; line: number }[] {
  const { dependencies, devDependencies, optionalDependencies } = manifestOf(files);
  const lines = (textOf(files, MANIFEST) ?? '').split('\n');
  return Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies }).map(
    ([name, version]) => ({
      name,
      version,
      line: lines.findIndex((line) => line.includes(`"${name}":`)) + 1,
    }),
  );
}

export const exactVersions: Rule = (files) =>
  dependenciesOf(files).flatMap(({ name, version, line }) => {
    if (/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version)) return [];
    return [{ path: MANIFEST, line, message: `${name} at "${version}". Fix: name one exact version.` }];
  });

/** Lines such as "- `name`, `name`: why." of docs/dependencies.md. */
function reasonsIn(text: string): { names: string[]; reason: string; line: number }[] {
  return text.split('\n').flatMap((row, at) => {
    const entry = /^- ((?:`[^`]+`(?:, )?)+): (.*)$/.exec(row);
    if (entry === null) return [];
    const names = Array.from((entry[1] ?? '').matchAll(/`([^`]+)`/g), (match) => match[1] ?? '');
    return [{ names, reason: entry[2] ?? '', line: at + 1 }];
  });
}

export const earnedDependencies: Rule = (files) => {
  const asked = dependenciesOf(files);
  const reasons = reasonsIn(textOf(files, REASONS) ?? '');
  const explained = new Set(reasons.flatMap(({ names }) => names));
  const known = new Set(asked.map(({ name }) => name));
  const silent = asked
    .filter(({ name }) => !explained.has(name))
    .map(({ name, line }) => ({
      path: MANIFEST,
      line,
      message: `${name} is not explained. Fix: add "- \`${name}\`: why it is worth its weight." to ${REASONS}.`,
    }));
  const idle = reasons.flatMap(({ names, reason, line }) => {
    const found: Finding[] = names
      .filter((name) => !known.has(name))
      .map((name) => ({ path: REASONS, line, message: `${name} is no dependency. Fix: delete the line.` }));
    if (reason.split(/\s+/).length < 4 || !reason.endsWith('.')) {
      found.push({
        path: REASONS,
        line,
        message: 'not a sentence. Fix: say what it does that we should not.',
      });
    }
    return found;
  });
  return [...silent, ...idle];
};

export const portableLockfile: Rule = (files) => {
  const text = textOf(files, LOCKFILE);
  if (text === null) return [];
  const lock = JSON.parse(text) as Lockfile;
  const lines = text.split('\n');
  const lineAt = (needle: string): number => lines.findIndex((line) => line.includes(needle)) + 1;
  const found: Finding[] = [];
  const allowed = manifestOf(files).allowScripts ?? {};
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (path === '') continue;
    const line = lineAt(`"${path}": {`);
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    if (entry.resolved !== undefined) {
      const message = `${name} names the registry it came from. Fix: npm install with the settings of .npmrc.`;
      found.push({ path: LOCKFILE, line, message });
    }
    if (entry.hasInstallScript === true && !Object.keys(allowed).some((key) => isFor(key, name))) {
      const message = `${name} runs a script at install. Fix: allow or refuse it in allowScripts of ${MANIFEST}.`;
      found.push({ path: LOCKFILE, line, message });
    }
  }
  for (const path of Object.keys(missingPlatforms(lock))) {
    const message = `${path} is missing, and npm 11 refuses the file. Fix: npm run lock.`;
    found.push({ path: LOCKFILE, line: 0, message });
  }
  return found;
};

/** allowScripts names a package alone or with a version: `name` or `name@1.2.3`. */
function isFor(key: string, name: string): boolean {
  return key === name || key.startsWith(`${name}@`);
}

export const PACKAGE_RULES: readonly Rule[] = [exactVersions, earnedDependencies, portableLockfile];
