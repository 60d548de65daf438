import { expect, it } from 'vitest';
import { formatJson, withKeys } from '../../src/author/edit-json.ts';

interface Pin {
  readonly suite: string;
  readonly package: string;
  readonly version?: string;
  readonly keep?: readonly string[];
}

const order = ['package', 'suite', 'version', 'keep'];
const pin: Pin = { suite: 'trixie', package: 'x', keep: ['usr/bin/x'] };

it('puts a new key before the first one that follows it, and leaves the hand’s own order', () => {
  expect(Object.keys(withKeys(pin, { version: '1-1' }, order))).toEqual(['suite', 'package', 'version', 'keep']);
});

it('puts a new key at the end where nothing follows it', () => {
  expect(Object.keys(withKeys({ suite: 'trixie', package: 'x' } as const satisfies Pin, { package: 'x' }, order))).toEqual([
    'suite',
    'package',
  ]);
  const short: Pin = { suite: 'trixie', package: 'x' };
  expect(Object.keys(withKeys(short, { keep: ['usr/bin/x'] }, order))).toEqual(['suite', 'package', 'keep']);
});

it('replaces in place, takes out what is undefined, and leaves the original alone', () => {
  const before = formatJson(pin);
  expect(withKeys(pin, { suite: 'forky', keep: undefined }, order)).toEqual({ suite: 'forky', package: 'x' });
  expect(formatJson(pin)).toBe(before);
});

it('writes package.json as npm does', () => {
  expect(formatJson({ a: [1], b: {} })).toBe('{\n  "a": [\n    1\n  ],\n  "b": {}\n}\n');
});
