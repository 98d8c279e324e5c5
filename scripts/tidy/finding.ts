// What tidy reads and what it says: a file as text, and a finding with its place and its fix.

export interface TextFile {
  /** Relative to the root of the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export interface Finding {
  readonly path: string;
  /** Counted from 1; 0 where the whole file is meant. */
  readonly line: number;
  readonly message: string;
}

/** A rule sees all files at once, so that a test of it is arrays in, arrays out. */
export type Rule = (files: readonly TextFile[]) => Finding[];

export function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}

/** One finding for each place where the pattern (with the g flag) occurs in the text. */
export function findAll(path: string, text: string, pattern: RegExp, message: string): Finding[] {
  return Array.from(text.matchAll(pattern), (match) => {
    const lead = match[0].length - match[0].trimStart().length;
    return { path, line: lineOf(text, match.index + lead), message };
  });
}
