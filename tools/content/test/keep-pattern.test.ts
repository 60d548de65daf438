import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseKeepPattern } from '../src/payload/keep-pattern.ts';

const cases: readonly (readonly [pattern: string, path: string, matches: boolean])[] = [
  ['usr/bin/x', 'usr/bin/x', true],
  ['usr/bin/x', 'usr/bin/xy', false],
  ['bin/x', 'usr/bin/x', true],
  ['usr/bin/*', 'usr/bin/x', true],
  ['usr/bin/*', 'usr/bin/x/y', false],
  ['usr/*/x', 'usr/bin/x', true],
  ['usr/b?n/x', 'usr/bin/x', true],
  ['usr/b?n/x', 'usr/b/n/x', false],
  ['usr/?', 'usr/😀', true],
  ['usr/lib/**', 'usr/lib/a', true],
  ['usr/lib/**', 'usr/lib/a/b/c', true],
  ['usr/lib/**', 'usr/libx/a', false],
  ['usr/**/c', 'usr/c', true],
  ['usr/**/c', 'usr/a/b/c', true],
  ['usr/**/c/d', 'usr/c/c/d', true],
  ['**/*.so.*', 'usr/lib/x86_64-linux-gnu/libc.so.6', true],
  ['**/a*b*c', 'x/aXbXc', true],
  ['**/a*b*c', 'x/aXcXb', false],
  ['usr/bin/[', 'usr/bin/[', true],
  ['usr/bin/[ab]', 'usr/bin/a', false],
  ['boot/vmlinuz-*', 'boot/vmlinuz-6.12.117+deb13-cloud-amd64', true],
];

test.each(cases)('%s on %s: %s', (pattern, path, matches) => {
  expect(parseKeepPattern(pattern).matches(path)).toBe(matches);
});

test('agrees with a regular expression on every pattern and path of a small alphabet', () => {
  const segment = fc
    .string({ unit: fc.constantFrom('a', 'b', '*', '?'), minLength: 1, maxLength: 4 })
    .map((text) => text.replaceAll(/\*+/g, '*'));
  const pattern = fc.array(fc.oneof(segment, fc.constant('**')), { minLength: 1, maxLength: 4 });
  const path = fc.array(fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(pattern, path, (segments, names) => {
      const source = segments
        .map((part) => (part === '**' ? '(?:[^/]+/)*' : `${part.replaceAll('*', '[^/]*').replaceAll('?', '[^/]')}/`))
        .join('');
      expect(parseKeepPattern(segments.join('/')).matches(names.join('/'))).toBe(new RegExp(`^${source}$`).test(`${names.join('/')}/`));
    }),
    { numRuns: 3000, seed: 1 },
  );
});

test('takes no time for a pattern that is made to take long', () => {
  const begin = performance.now();
  expect(parseKeepPattern(`${'**/'.repeat(200)}x`).matches(`${'a/'.repeat(2000)}a`)).toBe(false);
  expect(parseKeepPattern('*a'.repeat(400)).matches('a'.repeat(4000).concat('b'))).toBe(false);
  expect(performance.now() - begin).toBeLessThan(500);
});

test.each([
  ['', 'it is empty'],
  ['/a', 'slash'],
  ['a//b', 'slash'],
  ['../a', '`..`'],
  ['a**', 'stands alone'],
  ['a'.repeat(1025), '1024'],
])('refuses %j', (text, why) => {
  expect(() => parseKeepPattern(text)).toThrow(why);
});
