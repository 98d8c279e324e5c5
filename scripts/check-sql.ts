// The check of SQL: the files of sql/ and the texts in src/db, by the parser of Postgres 18 and the rules of the house.
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadModule } from 'libpg-query';
import { digestOf, readSchema } from '../src/db/schema/files.ts';
import { embeddedSql } from './sql/embedded-sql.ts';
import { checkSqlFile, parseSql } from './sql/rules.ts';
import { type Finding, lineOf, type TextFile } from './tidy/finding.ts';

/** They put SQL together from parts of a word or two; their tests run what they write. */
const WRITES_SQL = new Set(['src/db/schema/picture.ts', 'src/db/schema/pull.ts', 'src/db/verify.ts']);

const PICTURE = 'sql/schema.sql';
const ROOT = resolve(import.meta.dirname, '..');

/** What is wrong with SQL in these files. The parser must be loaded. */
export function checkSql(files: readonly TextFile[]): Finding[] {
  return files.flatMap((file) => {
    if (file.path === PICTURE) return parsesOnly(file);
    return file.path.endsWith('.sql') ? checkSqlFile(file) : checkSource(file);
  });
}

/** The picture is the server's own words; the rules were held by what it was made of. */
function parsesOnly({ path, text }: TextFile): Finding[] {
  const parsed = parseSql(text);
  if (!('fault' in parsed)) return [];
  return [{ path, line: lineOf(text, parsed.at), message: `Postgres does not take it: ${parsed.fault}.` }];
}

function checkSource({ path, text }: TextFile): Finding[] {
  if (WRITES_SQL.has(path)) return [];
  return embeddedSql(text).flatMap(({ texts, offset }) => {
    const faults = texts.map(parseSql).map((parsed) => ('fault' in parsed ? parsed.fault : null));
    if (faults.includes(null)) return [];
    const message = `Postgres does not take this SQL: ${faults[0]}.`;
    return [{ path, line: lineOf(text, offset), message }];
  });
}

if (import.meta.main) {
  await loadModule();
  const files = globSync(['sql/**/*.sql', 'src/{db,jobs}/**/*.ts'], { cwd: ROOT })
    .toSorted()
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
  const findings = checkSql(files);
  // Said here as well as by a test, because this needs no server.
  const picture = files.find(({ path }) => path === PICTURE)?.text ?? '';
  if (!picture.includes(`-- Digest of the files: ${digestOf(readSchema())}\n`)) {
    findings.push({ path: PICTURE, line: 1, message: 'older than the files of sql/. Fix: npm run docs.' });
  }
  for (const { path, line, message } of findings) console.error(`${path}:${line}: ${message}`);
  const texts = files.filter(({ path }) => path.endsWith('.ts')).flatMap(({ text }) => embeddedSql(text));
  const parts = `${files.filter(({ path }) => path.endsWith('.sql')).length} files and ${texts.length} texts of SQL`;
  console.error(`${parts}: ${findings.length === 0 ? 'sound' : `${findings.length} to mend`}`);
  if (findings.length > 0) process.exitCode = 1;
}
