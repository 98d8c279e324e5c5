// The arena of contract rows and the directory of their slots: they grow and forget nothing.
import { expect, it } from 'vitest';
import { ContractArena, FIELD, ROW_WORDS, SlotDirectory } from '../../src/domain/arena.ts';

it('gives out zeroed rows one after another and keeps what was written while it grows', () => {
  const arena = new ContractArena();
  for (let contract = 0; contract < 700; contract++) {
    const slot = arena.allocate(contract + 7);
    expect(slot).toBe(contract);
    const row = arena.words.subarray(slot * ROW_WORDS, (slot + 1) * ROW_WORDS);
    expect([...row]).toEqual([contract + 7, ...Array.from({ length: ROW_WORDS - 1 }, () => 0)]);
    row[FIELD.dayVolume] = contract;
  }
  expect(arena.count).toBe(700);
  for (let slot = 0; slot < 700; slot++) {
    expect(arena.words[slot * ROW_WORDS + FIELD.contract]).toBe(slot + 7);
    expect(arena.words[slot * ROW_WORDS + FIELD.dayVolume]).toBe(slot);
  }
});

it('has a word of its own for every field', () => {
  const offsets = Object.values(FIELD);
  expect(new Set(offsets).size).toBe(offsets.length);
  expect(Math.max(...offsets)).toBeLessThan(ROW_WORDS);
});

it('makes room for contract numbers and keeps the slots it had', () => {
  const directory = new SlotDirectory();
  directory.slots[1_000] = 5;
  for (const contracts of [1, 1_024, 1_025, 70_000]) {
    directory.ensure(contracts);
    expect(directory.slots.length).toBeGreaterThanOrEqual(contracts);
    expect([directory.slots[1_000], directory.slots[999]]).toEqual([5, 0]);
  }
});
