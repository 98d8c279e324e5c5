// Rules that look at one source file at a time: its size, its name, its opening sentence and what it must not contain.
import { findAll, type Finding, type Rule, type TextFile } from './finding.ts';
import { splitSource } from './source-text.ts';

const FILE_LINES_MAX = 300;
const LINE_WIDTH_MAX = 120;
const BANNED_NAME = /(?:^|[/-])(utils?|helpers?|types|common|misc|index)\.[cm]?[jt]s$/;

const isCode = (path: string): boolean => /\.[cm]?[jt]s$/.test(path);
const isTest = (path: string): boolean => path.startsWith('test/') && path.endsWith('.ts');
/** The server writes its own definitions as wide as it likes. */
const GENERATED_SQL = 'sql/schema.sql';
const hasWidth = (path: string): boolean =>
  (isCode(path) || /\.(sql|sh)$|^\.ci\//.test(path)) && path !== GENERATED_SQL;
const opensWithSentence = (path: string): boolean =>
  /^(src|test|scripts|bench)\/.*\.ts$|^bin\/.*\.js$|^[^/]*\.config\.ts$/.test(path);

const overFiles =
  (applies: (path: string) => boolean, check: (file: TextFile) => Finding[]): Rule =>
  (files) =>
    files.filter(({ path }) => applies(path)).flatMap(check);

export const shortFiles = overFiles(isCode, ({ path, text }) => {
  const lines = text.trimEnd().split('\n').length;
  if (lines <= FILE_LINES_MAX) return [];
  const message = `${lines} lines, at most ${FILE_LINES_MAX}. Fix: find the second thing in it and give it a file.`;
  return [{ path, line: FILE_LINES_MAX + 1, message }];
});

export const narrowLines = overFiles(hasWidth, ({ path, text }) =>
  text.split('\n').flatMap((line, at) => {
    if (line.length <= LINE_WIDTH_MAX || /https?:\/\//.test(line)) return [];
    const message = `${line.length} columns, at most ${LINE_WIDTH_MAX}. Fix: break the text or name a part of it.`;
    return [{ path, line: at + 1, message }];
  }),
);

/** The comment at the head of a file as prose, without its slashes and stars; empty where there is none. */
function openingComment(text: string): string {
  const head = /^(?:#![^\n]*\n)?(?:\/\*[\s\S]*?\*\/|(?:\/\/[^\n]*\n?)+)/.exec(text)?.[0] ?? '';
  return head
    .replace(/^#![^\n]*\n/, '')
    .replaceAll(/^\s*(?:\/\/|\/?\*+\/?)[ ]?|\*\/$/gm, '')
    .trim();
}

export const openingSentences = overFiles(opensWithSentence, ({ path, text }) => {
  const opening = openingComment(text);
  if (opening.split(/\s+/).length >= 3 && /[.!?](?:\s|$)/.test(opening)) return [];
  return [
    { path, line: 1, message: 'no opening sentence. Fix: say in a comment on line 1 what lives here.' },
  ];
});

export const tellingNames: Rule = (files) =>
  files.flatMap(({ path }) => {
    const name = BANNED_NAME.exec(path)?.[1];
    if (name === undefined) return [];
    return [
      { path, line: 0, message: `"${name}" names nothing. Fix: name the file for the noun it is about.` },
    ];
  });

interface Ban {
  readonly applies: (path: string) => boolean;
  readonly where: 'code' | 'comments';
  readonly pattern: RegExp;
  readonly message: string;
}

/** The places that may skip, loudly: for data, programs and a server that a machine does not have. */
const SKIPPERS: ReadonlySet<string> = new Set([
  'test/support/shared-data.ts',
  'test/support/programs.ts',
  'test/support/columnstore.ts',
]);

const BANS: readonly Ban[] = [
  {
    applies: (path) => isCode(path) && !/^[^/]*\.config\.ts$/.test(path),
    where: 'code',
    pattern: /^\s*export\s+default\b|\bas\s+default\s*[,}]/gm,
    message: 'default export. Fix: export it by name, so that it is called the same everywhere.',
  },
  {
    applies: isCode,
    where: 'comments',
    pattern: /\b(?:TODO|FIXME|XXX|HACK)\b/g,
    message: 'a mark of unfinished work. Fix: do it, or open an issue and say here what holds today.',
  },
  {
    applies: isCode,
    where: 'code',
    pattern: /\bas\s+any\b|<any>/g,
    message: '`any` switches the compiler off. Fix: take `unknown` and narrow it.',
  },
  {
    applies: isCode,
    where: 'comments',
    pattern: /@ts-(?:ignore|nocheck)\b/g,
    message: 'it hides errors for ever. Fix: @ts-expect-error with a reason, which ends when the error does.',
  },
  {
    applies: isCode,
    where: 'comments',
    pattern: /\b(?:oxlint|eslint)-disable(?![^\n]*--[ ]\S)/g,
    message: 'a lint rule switched off without a reason. Fix: add ` -- ` and why it does not hold here.',
  },
  {
    applies: (path) => isTest(path) && !SKIPPERS.has(path),
    where: 'code',
    pattern:
      /\b(?:test|it|describe|suite|bench)(?:\.\w+)*\.(?:skip|only|todo|fails|skipIf|runIf)\b|\bx(?:it|describe)\(/g,
    message:
      'a skipped or focused test. Fix: repair or delete it; for what is absent use describeWithSharedData ' +
      'or describeWithPrograms.',
  },
  {
    applies: (path) => path.startsWith('src/domain/'),
    where: 'code',
    pattern: /\bnew\s+Date\b(?!\s*\(\s*[^)\s])|(?<![.\w]|new\s)Date\(/g,
    message: 'it reads the clock, and the domain has none. Fix: take the time as an argument.',
  },
];

export const bannedText: Rule = (files) =>
  files
    .filter(({ path }) => isCode(path))
    .flatMap(({ path, text }) => {
      const source = splitSource(text);
      return BANS.filter(({ applies }) => applies(path)).flatMap(({ where, pattern, message }) =>
        findAll(path, source[where], pattern, message),
      );
    });

export const FILE_RULES: readonly Rule[] = [
  shortFiles,
  narrowLines,
  openingSentences,
  tellingNames,
  bannedText,
];
