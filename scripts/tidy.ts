// The check of what neither compiler, linter nor formatter sees: reads the repository and names file, line and fix.
//
// Functions over 70 lines are the linter's (max-lines-per-function), which knows the language.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { FILE_RULES } from './tidy/file-rules.ts';
import type { Finding, TextFile } from './tidy/finding.ts';
import { PACKAGE_RULES } from './tidy/package-rules.ts';
import { TREE_RULES } from './tidy/tree-rules.ts';

const ROOT = resolve(import.meta.dirname, '..');

/** Runs every rule over the files and sorts what they say by place. */
export function tidy(files: readonly TextFile[]): Finding[] {
  return [...FILE_RULES, ...PACKAGE_RULES, ...TREE_RULES]
    .flatMap((rule) => rule(files))
    .toSorted((a, b) => a.path.localeCompare(b.path, 'en') || a.line - b.line);
}

/** The tracked files and the new ones that are not ignored; a file deleted but not yet committed is left out. */
function readRepository(): TextFile[] {
  const listed = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const paths = execFileSync('git', listed, { cwd: ROOT, encoding: 'utf8' }).split('\0').filter(Boolean);
  return paths.flatMap((path) => {
    const text = readOrNull(resolve(ROOT, path));
    return text === null || text.includes('\0') ? [] : [{ path, text }];
  });
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

if (import.meta.main) {
  const files = readRepository();
  const findings = tidy(files);
  for (const { path, line, message } of findings) console.error(`${path}:${line}: ${message}`);
  const verdict = findings.length === 0 ? 'tidy' : `${findings.length} to tidy up`;
  console.error(`${files.length} files: ${verdict}`);
  if (findings.length > 0) process.exitCode = 1;
}
