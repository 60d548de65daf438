import { makeVersion } from '@moby/model';
import { expect, test } from 'vitest';
import { seedOrder, type Ordered } from '../src/seed/seed-order.ts';

function line(name: string, upstream: string, requires: readonly string[] = [], provides: readonly string[] = []): Ordered {
  const record = (keys: readonly string[]): Readonly<Record<string, unknown>> => Object.fromEntries(keys.map((key) => [key, '']));
  return { manifest: { name, version: makeVersion(upstream, 1), requires: record(requires), provides: record(provides) } };
}

const shown = (lines: readonly Ordered[]): readonly string[] => lines.map(({ manifest }) => `${manifest.name} ${manifest.version}`);

test('what is required comes first, and of one component the older version', () => {
  const lines = [
    line('app', '1.0.0', ['soname:libz.so.1', 'kernel']),
    line('linux', '6.12.1', [], ['kernel']),
    line('linux', '6.1.10', [], ['kernel']),
    line('zlib', '1.3.1', ['glibc'], ['soname:libz.so.1']),
    line('glibc', '2.41.0'),
    line('glibc', '2.9.0'),
  ];
  const order = ['linux 6.1.10+r1', 'linux 6.12.1+r1', 'glibc 2.9.0+r1', 'glibc 2.41.0+r1', 'zlib 1.3.1+r1', 'app 1.0.0+r1'];
  expect(shown(seedOrder(lines))).toEqual(order);
  expect(shown(seedOrder(lines.toReversed()))).toEqual(order);
});

test('a circle ends, with each of its components once', () => {
  const lines = [line('a', '1.0.0', ['b']), line('b', '1.0.0', ['c']), line('c', '1.0.0', ['a', 'd']), line('d', '1.0.0')];
  expect(shown(seedOrder(lines)).toSorted()).toEqual(['a 1.0.0+r1', 'b 1.0.0+r1', 'c 1.0.0+r1', 'd 1.0.0+r1']);
  expect(shown(seedOrder(lines))[0]).toBe('d 1.0.0+r1');
});
