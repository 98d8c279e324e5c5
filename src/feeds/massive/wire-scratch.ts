// The bytes of the frame being read, in memory of our own: padded, so that reading on at the end finds no digit.

/** Bytes behind a frame that may be read: more than the longest step of a reader. */
const PADDING = 64;
const FIRST_BYTES = 64 * 1024;

/**
 * A copy of one frame at a time. Copying costs a print two nanoseconds and saves more: one view for all frames, words
 * at any offset, and a zero behind the frame at which every loop over digits stops.
 */
export class FrameScratch {
  bytes = new Uint8Array(FIRST_BYTES + PADDING);
  view = new DataView(this.bytes.buffer);
  /** Bytes of the frame. */
  length = 0;

  /** Takes the bytes of the next frame in the place of those before. */
  load(frame: Uint8Array): void {
    const { length } = frame;
    if (length + PADDING > this.bytes.length) this.#grow(length);
    this.bytes.set(frame);
    this.bytes[length] = 0;
    this.length = length;
  }

  #grow(length: number): void {
    this.bytes = new Uint8Array(Math.max(this.bytes.length * 2, length + PADDING));
    this.view = new DataView(this.bytes.buffer);
  }
}

/** A word as it is read from four bytes of a frame: the constant to compare with. */
export function word(text: string): number {
  const view = new DataView(Uint8Array.from(text, (letter) => letter.charCodeAt(0)).buffer);
  return text.length === 4 ? view.getInt32(0, true) : view.getInt16(0, true);
}

// HOT PATH

/** Four decimal digits at once, the first in the lowest byte; negative when one of them is no digit. */
export function fourDigits(digits: number): number {
  const v = digits ^ 0x30303030;
  // A byte above nine carries into its highest bit; one that has it already is caught as it is.
  if ((((v + 0x76767676) | v) & 0x80808080) !== 0) return -1;
  const pairs = Math.imul(v & 0x000f000f, 10) + ((v >>> 8) & 0x000f000f);
  return Math.imul(pairs & 0xff, 100) + (pairs >>> 16);
}
