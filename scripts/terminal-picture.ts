// Draws coloured terminal output as an SVG: `spyhop … | node scripts/terminal-picture.ts TITLE > docs/picture.svg`.
import { stripVTControlCharacters } from 'node:util';

const FONT_PX = 13;
const COLUMN_PX = 7.83;
const LINE_PX = 19;
const MARGIN_PX = 18;
const TITLE_PX = 34;

const BACKGROUND = '#10151c';
const PLAIN = '#c9d4df';
/** SGR codes of the program's tones. */
const COLOURS: Readonly<Record<string, string>> = {
  '2': '#71808f',
  '31': '#ff7b72',
  '32': '#56d364',
  '33': '#e3b341',
};

interface Piece {
  readonly text: string;
  readonly colour: string;
  readonly bold: boolean;
}

/** Splits a line at its colour codes. Codes that the program does not use are ignored. */
function piecesOf(line: string): Piece[] {
  const pieces: Piece[] = [];
  let colour = PLAIN;
  let bold = false;
  // eslint-disable-next-line no-control-regex -- the escape character is what a terminal's colours begin with
  for (const part of line.split(/(\x1b\[[\d;]*m)/)) {
    const code = part.startsWith('\x1b[') ? part.slice(2, -1) : null;
    if (code === null) {
      if (part !== '') pieces.push({ text: stripVTControlCharacters(part), colour, bold });
    } else if (code === '1') bold = true;
    else if (code in COLOURS) colour = COLOURS[code]!;
    else {
      if (code !== '39') bold = false;
      colour = PLAIN;
    }
  }
  return pieces;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** The picture of some lines of output under a title. */
export function terminalPicture(title: string, output: string): string {
  const lines = output.replace(/\n+$/, '').split('\n');
  const columns = Math.max(...lines.map((line) => stripVTControlCharacters(line).length), title.length + 10);
  const width = Math.ceil(columns * COLUMN_PX + 2 * MARGIN_PX);
  const height = TITLE_PX + lines.length * LINE_PX + MARGIN_PX;
  const rows = lines.map((line, row) => {
    const spans = piecesOf(line).map(
      ({ text, colour, bold }) =>
        `<tspan fill="${colour}"${bold ? ' font-weight="700"' : ''}>${escape(text)}</tspan>`,
    );
    const y = TITLE_PX + (row + 0.8) * LINE_PX;
    return `<text x="${MARGIN_PX}" y="${y}" xml:space="preserve">${spans.join('')}</text>`;
  });
  const lights = ['#ff5f56', '#ffbd2e', '#27c93f'].map(
    (colour, i) => `<circle cx="${MARGIN_PX + 6 + i * 18}" cy="17" r="5.5" fill="${colour}"/>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`,
    `  font-family="ui-monospace, SFMono-Regular, Menlo, 'DejaVu Sans Mono', monospace" font-size="${FONT_PX}">`,
    `<rect width="100%" height="100%" rx="9" fill="${BACKGROUND}"/>`,
    ...lights,
    `<text x="${width / 2}" y="21" fill="#71808f" text-anchor="middle">${escape(title)}</text>`,
    ...rows,
    '</svg>',
    '',
  ].join('\n');
}

if (import.meta.main) {
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(Buffer.from(part as Uint8Array));
  process.stdout.write(terminalPicture(process.argv[2] ?? 'spyhop', Buffer.concat(parts).toString('utf8')));
}
