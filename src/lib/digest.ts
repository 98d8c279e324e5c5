// Content digests: the one place that decides how text becomes a stable identifier.
import { createHash } from 'node:crypto';

/** First `hexDigits` hex digits (4 bits each) of the SHA-256 of `text` in UTF-8. */
export function digest(text: string, hexDigits = 16): string {
  return createHash('sha256').update(text, 'utf8').digest('hex').slice(0, hexDigits);
}

/** 32-bit FNV-1a of the UTF-16 code units of `text`: small, stable, for sharding and never for identity. */
export function fnv1a32(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}
