// The SQL that stands in TypeScript: string and template literals that begin like a statement, with their places.
import { splitSource } from '../tidy/source-text.ts';

/** A text of SQL in a source file. */
export interface EmbeddedSql {
  /** What the text may be at run time: with names, queries in parentheses, or literals put in. One must parse. */
  readonly texts: readonly string[];
  /** Where it begins in the source. */
  readonly offset: number;
}

const BEGINS =
  /^\s*(?:select|insert into|update|delete from|with|copy|create|alter|drop|comment on|grant|revoke|truncate)\s/i;

/** Stands for what is put in; nobody writes it. */
const HOLE = '\u{fffc}';

/** Literals of a source as they stand: the code has their quotes and holes, the source what is between. */
function literalsOf(source: string): { readonly text: string; readonly offset: number }[] {
  const { code } = splitSource(source);
  const found: { text: string; offset: number }[] = [];
  const readTemplate = (start: number): number => {
    let text = '';
    let at = start + 1;
    for (;;) {
      const hole = code.indexOf('${', at);
      const end = code.indexOf('`', at);
      if (end < 0) return code.length;
      if (hole < 0 || end < hole) {
        found.push({ text: text + source.slice(at, end), offset: start + 1 });
        return end + 1;
      }
      text += source.slice(at, hole);
      const close = readHole(hole + 2);
      text += HOLE;
      at = close;
    }
  };
  /** Walks the code in a hole, which may have literals of its own; gives the place behind its brace. */
  const readHole = (start: number): number => {
    let depth = 1;
    let at = start;
    while (at < code.length && depth > 0) {
      const character = code[at]!;
      if (character === '{') depth++;
      if (character === '}') depth--;
      at = depth > 0 ? readLiteral(at) : at + 1;
    }
    return at;
  };
  const readLiteral = (at: number): number => {
    const character = code[at]!;
    if (character === '`') return readTemplate(at);
    if (character !== "'" && character !== '"') return at + 1;
    const end = code.indexOf(character, at + 1);
    if (end < 0) return code.length;
    found.push({ text: source.slice(at + 1, end).replaceAll(/\\(['"])/g, '$1'), offset: at + 1 });
    return end + 1;
  };
  for (let at = 0; at < code.length;) at = readLiteral(at);
  return found;
}

/** Texts of a source that are SQL by their beginning. */
export function embeddedSql(source: string): EmbeddedSql[] {
  return literalsOf(source)
    .filter(({ text }) => BEGINS.test(text))
    .map(({ text, offset }) => {
      const filled = [
        text.replaceAll(HOLE, 'placeholder'),
        text.replaceAll(`(${HOLE})`, '(select 1)').replaceAll(HOLE, 'placeholder'),
        text.replaceAll(HOLE, "'placeholder'"),
        text.replaceAll(new RegExp(`${HOLE}$`, 'g'), "'placeholder'").replaceAll(HOLE, 'placeholder'),
      ];
      return { texts: [...new Set(filled)], offset };
    });
}
