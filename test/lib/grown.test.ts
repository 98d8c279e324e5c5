// Columns that grow keep what they hold, and give their old memory back.
import { expect, test } from 'vitest';
import { grown } from '../../src/lib/grown.ts';

test('a column that grows begins with what it held, ends with zeros, and leaves nothing behind', () => {
  const column = Float64Array.of(1.5, -2, 3);
  const longer = grown(column, 5);
  expect(longer).toEqual(Float64Array.of(1.5, -2, 3, 0, 0));
  expect(column.length).toBe(0);
  expect(grown(Uint8Array.of(7), 1)).toEqual(Uint8Array.of(7));
});
