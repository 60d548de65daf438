import { expect, test } from 'vitest';
import { dropOldest } from '../src/drop-oldest.ts';

test('what was used last stays', () => {
  const map = new Map([
    ['a', 1],
    ['b', 2],
    ['c', 3],
  ]);
  dropOldest(map, 3);
  expect([...map.keys()]).toEqual(['a', 'b', 'c']);
  dropOldest(map, 1);
  expect([...map.keys()]).toEqual(['c']);
});
