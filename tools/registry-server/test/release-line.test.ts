import { expect, test } from 'vitest';
import { releaseLine } from '../src/publish/release-line.ts';

test.each([
  ['the folder that holds it', '1.4.701', undefined, ['1'], '1'],
  ['the narrowest of two', '1.4.701', 'latest', ['1', '1.4'], '1.4'],
  ['one of three numbers', '1.2.301', undefined, ['1.2.3', '1.2.4'], '1.2.3'],
  ['what its tag announces', '1.4.701', 'line-1', ['1', '1.4'], '1'],
  ['its own two numbers where no folder holds it', '2.0.1', undefined, ['1'], '2.0'],
  ['a line of a prerelease', '2.0.0-rc.1.r1', 'line-2.0', ['2.0'], '2.0'],
])('a release goes to %s', (_, version, tag, lines, line) => {
  expect(releaseLine({ version, tag, lines, tags: { 'line-1.4.7': '1.4.701' } })).toBe(line);
});

test('a line that the library doesn’t have is opened by a folder, not by a tag', () => {
  expect(() => releaseLine({ version: '1.4.701', tag: 'line-1.4', lines: ['6.12', '1'], tags: {} })).toThrow(
    'the library has no line 1.4 of it, only 1, 6.12: a folder beside them opens one',
  );
});
