import { extractElfFacts, extractElfSymbols, formatSymbols, parseLoaderCache, parseSymbols } from '@moby/abi';
import { Failure, parseDigest, type Symbols } from '@moby/model';
import { describe, expect, test } from 'vitest';
import { type ElfPlan, makeElf } from './elf-writer.ts';
import { fuzz } from './fuzz.ts';

const plan: ElfPlan = {
  soname: 'libmain.so.1',
  needed: ['libm.so.6'],
  needs: [{ library: 'libm.so.6', versions: ['GLIBC_2.29', 'GLIBC_2.43'] }],
  offers: ['libmain.so.1', 'MAIN_1.0', 'MAIN_1.1'],
  dlopen: ['[{"feature":"bpf","description":"x","priority":"suggested","soname":["libbpf.so.1","libbpf.so.0"]},{"soname":["libz.so.1"]}]'],
  symbols: [
    { name: 'sqrtf', version: 101 },
    { name: 'pow', version: 100 },
    { name: 'plain', version: 0 },
    { name: 'maybe', binding: 'weak' },
    { name: 'own', binding: 'local', defined: true },
    { name: 'new', defined: true, version: 3 },
    { name: 'same', defined: true, version: 3 },
    { name: 'same', defined: true, version: 0x8002 },
    { name: 'weak', binding: 'weak', defined: true, version: 2 },
    { name: 'free', defined: true, version: 1 },
    { name: 'with blank', defined: true },
  ],
};

const symbols = {
  imports: { '': 'plain', 'libm.so.6(GLIBC_2.29)': 'pow', 'libm.so.6(GLIBC_2.43)': 'sqrtf' },
  exports: { '': 'free', '@@MAIN_1.0': 'weak', '@@MAIN_1.1': 'new same', '@MAIN_1.0': 'same' },
};

const kinds = [
  {},
  { hash: 'old' },
  { class: 32, machine: 3 },
  { littleEndian: false, machine: 22 },
  { class: 32, littleEndian: false, machine: 20, hash: 'old' },
] as const;

describe('dynamic symbols', () => {
  test.each(kinds)('are read by library and version: %o', (kind) => {
    expect(extractElfSymbols(makeElf({ ...plan, ...kind }), '/x')).toEqual(symbols);
  });

  test('are read from a source that gives parts of the file', () => {
    const bytes = makeElf(plan);
    const source = { length: bytes.length, read: (offset: number, size: number): Uint8Array => bytes.subarray(offset, offset + size) };
    expect(extractElfSymbols(source, '/x')).toEqual(symbols);
    expect(extractElfFacts(source, '/x')).toEqual(extractElfFacts(bytes, '/x'));
  });

  test.each([
    [256, 'exports'],
    [257, 'manyExports'],
    [600, 'manyExports'],
  ] as const)('of a program that offers %i names are kept where they are few', (count, key) => {
    const { soname: _, offers: _offers, ...program } = plan;
    const exports = Array.from({ length: count }, (_name, index) => ({ name: `f${index}`, defined: true }));
    const found = extractElfSymbols(
      makeElf({ ...program, interpreter: '/ld', symbols: [{ name: 'sqrtf', version: 101 }, ...exports] }),
      '/x',
    );
    expect(found?.imports).toEqual({ 'libm.so.6(GLIBC_2.43)': 'sqrtf' });
    expect(found?.manyExports === true ? 'manyExports' : 'exports').toBe(key);
    expect(found?.exports[''] === undefined).toBe(key === 'manyExports');
  });

  test('are not there for a static program, a script, or a file without a hash table', () => {
    expect(extractElfSymbols(makeElf({ type: 2 }), '/x')).toBeUndefined();
    expect(extractElfSymbols(Buffer.from('#!/bin/sh'), '/x')).toBeUndefined();
    const { symbols: _, ...none } = plan;
    expect(extractElfSymbols(makeElf(none), '/x')).toBeUndefined();
  });

  test('are the same after they were written and read', () => {
    const payload = parseDigest(`sha256:${'1'.repeat(64)}`);
    if (payload === undefined) throw new Error('that is a digest');
    const all: Symbols = { symbols: 1, platforms: { 'linux/amd64': { payload, files: { '/usr/lib/libmain.so.1': symbols } } } };
    const text = formatSymbols(all);
    expect(parseSymbols(text, 'symbols.json')).toEqual(all);
    expect(formatSymbols(parseSymbols(text, 'symbols.json'))).toBe(text);
    for (const wrong of ['{', '[]', '{"symbols":2,"platforms":{}}', text.replace('"free"', '7'), text.replace('"imports"', '"import"')])
      expect(() => parseSymbols(wrong, 'symbols.json')).toThrow(Failure);
  });
});

test('dlopen notes are read, and those of another form passed over', () => {
  expect(extractElfFacts(makeElf(plan), '/x')?.dlopen).toEqual([
    { sonames: ['libbpf.so.1', 'libbpf.so.0'], priority: 'suggested', feature: 'bpf' },
    { sonames: ['libz.so.1'], priority: 'recommended' },
  ]);
  for (const text of ['', '{', '{}', '[{"soname":"x"}]', '[{"soname":[7]}]', '[null]'])
    expect(extractElfFacts(makeElf({ ...plan, dlopen: [text] }), '/x')).not.toHaveProperty('dlopen');
});

test('property notes of aarch64 are passed over, whatever they hold', () => {
  const found = extractElfFacts(makeElf({ ...plan, machine: 183, isaBits: 0b1111 }), '/x');
  expect(found).toMatchObject({ machine: 'aarch64' });
  expect(found).not.toHaveProperty('isaLevel');
  expect(extractElfFacts(makeElf({ ...plan, isaBits: 0b1111 }), '/x')?.isaLevel).toBe(4);
});

test('a loader’s cache is read by name, and anything else is none', () => {
  const texts = Buffer.from('libz.so.1\0/opt/z/libz.so.1\0');
  const cache = Buffer.alloc(48 + 24 + texts.length);
  cache.write('glibc-ld.so.cache1.1');
  cache.writeUInt32LE(1, 20);
  cache.writeUInt32LE(72, 52);
  cache.writeUInt32LE(82, 56);
  texts.copy(cache, 72);
  expect([...parseLoaderCache(cache)]).toEqual([['libz.so.1', ['/opt/z/libz.so.1']]]);
  expect(parseLoaderCache(Buffer.from('no cache')).size).toBe(0);
  cache.writeUInt32LE(0xffffffff, 20);
  expect(parseLoaderCache(cache).size).toBe(0);
});

describe('damaged files', () => {
  const seeds = kinds.map((kind) => makeElf({ ...plan, interpreter: '/lib64/ld.so', isaBits: 5, ...kind }));

  test.each([
    ['facts', extractElfFacts],
    ['symbols', extractElfSymbols],
  ] as const)('give %s or are refused, in time', (_name, read) => {
    const report = fuzz((bytes) => read(bytes, '/fuzz'), seeds, { seed: 20_261_124, mutants: 4000 });
    expect(report.read).toBeGreaterThan(100);
    expect(report.refused).toBeGreaterThan(100);
  });

  test('are the same for the same seed', () => {
    const [a, b] = [1, 1].map((seed) => fuzz((bytes) => extractElfSymbols(bytes, '/fuzz'), seeds, { seed, mutants: 200 }));
    expect([a?.read, a?.refused]).toEqual([b?.read, b?.refused]);
  });
});
