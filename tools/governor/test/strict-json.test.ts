import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readStrictJson } from '../src/json/strict-json.ts';

const read = (text: string): ReturnType<typeof readStrictJson> => readStrictJson('x.json', text, { maxDepth: 32 });
const parses = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

test('reads what JSON.parse reads, and refuses what it refuses', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(undefined, 1, '\t'), (value, indent) => {
      const text = JSON.stringify(value, undefined, indent);
      // Doubles are written as they are read, apart from exponents such as 1e+21.
      const { document, faults } = read(text);
      expect(faults.filter(({ kind }) => kind !== 'inexact-number')).toEqual([]);
      expect(document?.value).toEqual(JSON.parse(text));
    }),
  );
  const piece = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ':',
    ',',
    '"a"',
    '"\\u00e9"',
    '"\\x"',
    '"',
    '1',
    '-',
    '0',
    '01',
    '1.5',
    '.',
    'e5',
    'true',
    'nul',
    ' ',
    '\n',
    '\u0001',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = pieces.join('');
      const isSyntax = read(text).faults.some(({ kind }) => kind === 'syntax');
      expect(isSyntax, text).toBe(!parses(text));
    }),
    { numRuns: 5000 },
  );
});

test('says where each fault is', () => {
  const at = (text: string): readonly (readonly [string, number])[] => read(text).faults.map(({ kind, offset }) => [kind, offset] as const);
  expect(at('{"a":1,"\\u0061":2}')).toEqual([['duplicate-key', 7]]);
  expect(at('{"a":[1.0, 1e3, -0, 12345678901234567890]}').map(([, offset]) => offset)).toEqual([6, 11, 16, 20]);
  expect(at('['.repeat(34))).toEqual([['too-deep', 33]]);
  expect(at('[1,]')).toEqual([['syntax', 3]]);
  expect(at('{} x')).toEqual([['syntax', 3]]);
  expect(at('')).toEqual([['syntax', 0]]);
});

test('finds the places of values and keys', () => {
  const { document } = read('{\n  "a": [ 1, { "b/c": "x" } ],\n  "__proto__": 2\n}');
  const place = (path: readonly (string | number)[], key = false): readonly number[] => {
    const found = document?.placeOf(path, { key });
    return [found?.line ?? 0, found?.column ?? 0, found?.length ?? 0];
  };
  expect(place(['a', 1, 'b/c'])).toEqual([2, 22, 3]);
  expect(place(['a', 1, 'b/c'], true)).toEqual([2, 15, 5]);
  expect(place(['__proto__'], true)).toEqual([3, 3, 11]);
  expect(place(['a', 5, 'x'])).toEqual([2, 8, 21]);
});

test('a hundred thousand levels and a megabyte of text are read without trouble', () => {
  expect(read('['.repeat(100_000)).faults.map(({ kind }) => kind)).toEqual(['too-deep']);
  expect(read(`["${'x'.repeat(1_000_000)}"]`).faults).toEqual([]);
  expect(read(`{${Array.from({ length: 50_000 }, (_, index) => `"k${index}":0`).join(',')}}`).faults).toEqual([]);
});
