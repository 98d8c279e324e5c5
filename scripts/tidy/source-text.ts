// Splits TypeScript into its code and its comments, both as long as the source, so that offsets stay true.
//
// A scanner and not a parser, because TypeScript 7 offers tools no stable one. Strings, templates and regular
// expressions are blanked, their quotes kept. Its limit: whether a slash divides or opens a regular expression is
// judged by what stands before it, so `if (x) /re/.test(y)` is taken for a division.

export interface SourceText {
  readonly code: string;
  readonly comments: string;
}

const BLANK = /[^\n]/g;
const BEFORE_REGEX =
  /(?:^|[(,=:[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|do|else|void|delete|throw|await|yield))$/;
const COMMENT = /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/y;
const QUOTED = /'(?:[^'\\\n]|\\[\s\S])*'?|"(?:[^"\\\n]|\\[\s\S])*"?/y;
const REGEX = /\/(?:[^/\\[\n]|\\[^\n]|\[(?:[^\]\\\n]|\\[^\n])*\])+\/[a-z]*/y;
const TEMPLATE_TEXT = /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*/y;

function matchAt(pattern: RegExp, source: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0] ?? null;
}

const blank = (text: string): string => text.replace(BLANK, ' ');

/** Keeps the first and last character, so that an empty call and a call with a text still differ. */
const hollow = (text: string): string =>
  text.length < 2 ? text : `${text.charAt(0)}${blank(text.slice(1, -1))}${text.slice(-1)}`;

export function splitSource(source: string): SourceText {
  let code = '';
  let comments = '';
  /** For each open `${`, the number of braces open inside it. */
  const templates: number[] = [];
  const put = (asCode: string, asComment: string): void => {
    code += asCode;
    comments += asComment;
  };
  const template = (opening: string): void => {
    const text = matchAt(TEMPLATE_TEXT, source, code.length + opening.length) ?? '';
    const end = source.startsWith('${', code.length + opening.length + text.length) ? '${' : '`';
    if (end === '${') templates.push(0);
    put(opening + blank(text) + end, blank(opening + text + end));
  };
  while (code.length < source.length) {
    const at = code.length;
    const char = source.charAt(at);
    const comment = char === '/' ? matchAt(COMMENT, source, at) : null;
    const quoted = matchAt(QUOTED, source, at);
    const regex =
      char === '/' && BEFORE_REGEX.test(code.slice(-80).trimEnd()) ? matchAt(REGEX, source, at) : null;
    const depth = templates.at(-1);
    if (comment !== null) put(blank(comment), comment);
    else if (quoted !== null) put(hollow(quoted), blank(quoted));
    else if (regex !== null) put(hollow(regex), blank(regex));
    else if (char === '`') template('`');
    else if (char === '}' && depth === 0) {
      templates.pop();
      template('}');
    } else {
      if (depth !== undefined && char === '{') templates[templates.length - 1] = depth + 1;
      if (depth !== undefined && char === '}') templates[templates.length - 1] = depth - 1;
      put(char, char === '\n' ? '\n' : ' ');
    }
  }
  return { code: code.slice(0, source.length), comments: comments.slice(0, source.length) };
}
