// All 33 OPRA trade conditions: their ids, and what each print may be used for, written out.
import { describe, expect, it } from 'vitest';
import {
  CONDITIONS,
  conditionOf,
  conditionUse,
  isIsoCondition,
  NO_CONDITION,
  streamOf,
  strongestCondition,
  USE,
} from '../../src/domain/conditions.ts';

/** v counts in volume, c cancels, d reaches the detectors, s has a side, l is a last sale, i a sweep's leg, a apart. */
const TABLE = [
  [201, 'A', 'CANC', 'other', 'c'],
  [202, 'B', 'OSEQ', 'single', 'vd'],
  [203, 'C', 'CNCL', 'other', 'c'],
  [204, 'D', 'LATE', 'single', 'vdl'],
  [205, 'E', 'CNCO', 'other', 'c'],
  [206, 'F', 'OPEN', 'single', 'vd'],
  [207, 'G', 'CNOL', 'other', 'c'],
  [208, 'H', 'OPNL', 'single', 'vdl'],
  [209, 'I', 'AUTO', 'single', 'vdsl'],
  [210, 'J', 'REOP', 'single', 'vdsl'],
  [219, 'S', 'ISOI', 'single', 'vdsli'],
  [227, 'a', 'SLAN', 'auction', 'vdsl'],
  [228, 'b', 'SLAI', 'auction', 'vdsli'],
  [229, 'c', 'SLCN', 'cross', 'vdl'],
  [230, 'd', 'SLCI', 'cross', 'vdli'],
  [231, 'e', 'SLFT', 'floor', 'vdl'],
  [232, 'f', 'MLET', 'complex', 'vdl'],
  [233, 'g', 'MLAT', 'complex', 'vdl'],
  [234, 'h', 'MLCT', 'complex', 'vdl'],
  [235, 'i', 'MLFT', 'complex', 'vdl'],
  [236, 'j', 'MESL', 'complex', 'vdl'],
  [237, 'k', 'TLAT', 'tied', 'vdl'],
  [238, 'l', 'MASL', 'complex', 'vdl'],
  [239, 'm', 'MFSL', 'complex', 'vdl'],
  [240, 'n', 'TLET', 'tied', 'vdl'],
  [241, 'o', 'TLCT', 'tied', 'vdl'],
  [242, 'p', 'TLFT', 'tied', 'vdl'],
  [243, 'q', 'TESL', 'tied', 'vdl'],
  [244, 'r', 'TASL', 'tied', 'vdl'],
  [245, 's', 'TFSL', 'tied', 'vdl'],
  [246, 't', 'CBMO', 'complex', 'vdl'],
  [247, 'u', 'MCTP', 'other', 'va'],
  [248, 'v', 'EXHT', 'single', 'vsa'],
] as const;

function useInLetters(id: number): string {
  const bits = { v: USE.volume, c: USE.cancel, d: USE.detection, s: USE.side, l: USE.last, i: USE.iso };
  const letters = Object.entries({ ...bits, a: USE.apart }).map(([letter, bit]) =>
    (conditionUse(id) & bit) === 0 ? '' : letter,
  );
  return letters.join('');
}

describe('the conditions of the options tape', () => {
  it('are the 33 of the table, no more', () => {
    expect(CONDITIONS.map(({ id }) => id)).toEqual(TABLE.map(([id]) => id));
  });

  it.each(TABLE)(
    '%i is OPRA letter %s, %s, of the stream %s, used for %s',
    (id, letter, code, stream, use) => {
      expect(conditionOf(id)).toMatchObject({ id, letter, code, stream });
      expect(streamOf(id)).toBe(stream);
      expect(useInLetters(id)).toBe(use);
      expect(isIsoCondition(id)).toBe(use.endsWith('i'));
    },
  );

  it('follow the rule of letters: A is 201, a is 227', () => {
    for (const { id, letter } of CONDITIONS) {
      const place = letter.toLowerCase().charCodeAt(0) - 'a'.charCodeAt(0);
      expect(id).toBe(letter === letter.toUpperCase() ? 201 + place : 227 + place);
    }
  });

  it('let a print without a condition count as a plain execution', () => {
    expect(useInLetters(NO_CONDITION)).toBe('vdsl');
    expect(streamOf(NO_CONDITION)).toBe('single');
    expect(conditionOf(NO_CONDITION)).toBeNull();
  });

  it.each([1, 37, 200, 211, 218, 220, 226, 249, 300, 511, 512, 65_535])(
    'let the unknown id %i count, without a side',
    (id) => {
      expect(useInLetters(id)).toBe('vdl');
      expect(streamOf(id)).toBe('other');
      expect(conditionOf(id)).toBeNull();
    },
  );
});

describe('one condition for a print that carries several', () => {
  it.each([
    ['a cancel beats everything', [209, 248, 232, 201], 201],
    ['extended hours beat a leg', [232, 248, 219], 248],
    ['a leg beats a sweep', [219, 232], 232],
    ['a sweep beats a plain execution', [209, 219], 219],
    ['of equals the first stays', [204, 231], 204],
    ['a known id beats an unknown one', [999, 209], 209],
    ['of the unknown the first stays', [999, 300], 999],
    ['a single id is itself', [227], 227],
    ['none is none', [], 0],
  ])('%s', (_, ids, strongest) => {
    expect(strongestCondition(ids)).toBe(strongest);
  });
});
