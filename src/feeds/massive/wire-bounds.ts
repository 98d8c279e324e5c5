// Where an element ends in the bytes of a frame, found without reading what it says.
import { isSeparator } from './wire-template.ts';

const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const QUOTE = 34;
const BACKSLASH = 92;
const SPACE = 32;

/** The first byte at or behind `from` that is no blank. */
export function skipBlanks(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at]! <= SPACE) at++;
  return at;
}

/** Where the comma or bracket stands that ends the element at `start`; the frame's length when none does. */
export function endOfElement(bytes: Buffer, start: number): number {
  let depth = 0;
  let quoted = false;
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (quoted) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) quoted = false;
    } else if (byte === QUOTE) quoted = true;
    else if (depth === 0 && isSeparator(byte)) return at;
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth--;
  }
  return bytes.length;
}
