// A text of SQL cut into its statements, so that one of them can be found and replaced.

/** A statement in a text: from its first word, after the comments before it, to its semicolon. */
export interface Statement {
  readonly start: number;
  /** Behind the semicolon, or the end of the text. */
  readonly end: number;
  readonly text: string;
}

const COMMENT = /--[^\n]*/y;
/** What is passed over whole: names and literals in quotes, in which a semicolon ends nothing. */
const QUOTED = [/"(?:[^"]|"")*"/y, /[eE]'(?:[^'\\]|''|\\[\s\S])*'/y, /'(?:[^']|'')*'/y];
const DOLLAR = /\$(?:[A-Za-z_]\w*)?\$/y;
const WORD = /[A-Za-z_][\w$]*/y;

function matchAt(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}

/** Length of the comment at a place, 0 when there is none; comments of the kind that has an end may be nested. */
function commentLength(text: string, at: number): number {
  if (text.startsWith('--', at)) return matchAt(COMMENT, text, at)!.length;
  if (!text.startsWith('/*', at)) return 0;
  let depth = 0;
  for (let place = at; place < text.length; place++) {
    if (text.startsWith('/*', place)) [depth, place] = [depth + 1, place + 1];
    else if (text.startsWith('*/', place)) [depth, place] = [depth - 1, place + 1];
    if (depth === 0) return place + 1 - at;
  }
  return text.length - at;
}

function literalLength(text: string, at: number): number {
  for (const pattern of QUOTED) {
    const quoted = matchAt(pattern, text, at);
    if (quoted !== null) return quoted.length;
  }
  const tag = text[at] === '$' ? matchAt(DOLLAR, text, at) : null;
  if (tag === null) return 0;
  const end = text.indexOf(tag, at + tag.length);
  return (end < 0 ? text.length : end + tag.length) - at;
}

/** Cuts a text into its statements. Bodies in dollars and bodies from `begin atomic` to `end` are not cut. */
export function splitStatements(text: string): Statement[] {
  const statements: Statement[] = [];
  let start = -1;
  let atomicDepth = 0;
  let before = '';
  for (let at = 0; at < text.length;) {
    const passed = commentLength(text, at);
    if (passed > 0) {
      at += passed;
      continue;
    }
    const character = text[at]!;
    if (start < 0 && !/\s/.test(character)) start = at;
    const literal = literalLength(text, at);
    const word = literal > 0 ? null : matchAt(WORD, text, at)?.toLowerCase();
    if (word !== undefined && word !== null) {
      if (word === 'atomic' && before === 'begin') atomicDepth = 1;
      else if (atomicDepth > 0 && word === 'case') atomicDepth++;
      else if (atomicDepth > 0 && word === 'end') atomicDepth--;
      before = word;
    }
    if (character === ';' && atomicDepth === 0 && start >= 0) {
      statements.push({ start, end: at + 1, text: text.slice(start, at + 1) });
      start = -1;
    }
    at += Math.max(literal, word?.length ?? 0, 1);
  }
  if (start >= 0) statements.push({ start, end: text.length, text: text.slice(start).trimEnd() });
  return statements;
}
