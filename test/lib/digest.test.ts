// Digests: pinned, because alert ids and shards rest on them.
import { expect, it } from 'vitest';
import { digest, fnv1a32 } from '../../src/lib/digest.ts';

it('is the beginning of the SHA-256 of the text', () => {
  expect(digest('abc')).toBe('ba7816bf8f01cfea');
  expect(digest('abc', 64)).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(digest('')).toBe('e3b0c44298fc1c14');
  expect(digest('é')).not.toBe(digest('e'));
});

it('is FNV-1a for sharding', () => {
  expect([fnv1a32(''), fnv1a32('a'), fnv1a32('foobar')]).toEqual([0x811c9dc5, 0xe40c292c, 0xbf9cf968]);
});
