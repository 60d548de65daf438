import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extractElfFacts } from '@moby/abi';
import { type ElfFacts, Failure } from '@moby/model';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ElfPlan, makeElf } from './elf-writer.ts';

const full: ElfPlan = {
  interpreter: '/lib64/ld-linux-x86-64.so.2',
  soname: 'libmain.so.1',
  needed: ['libm.so.6', 'libc.so.6'],
  runpath: '$ORIGIN/../lib:/opt/lib',
  needs: [
    { library: 'libm.so.6', versions: ['GLIBC_2.29', { weak: 'GLIBC_2.43' }] },
    { library: 'libc.so.6', versions: ['GLIBC_2.34'] },
  ],
  offers: ['libmain.so.1', 'MAIN_1.0', 'MAIN_1.1'],
  isaBits: 0b101,
};

const facts: ElfFacts = {
  path: '/usr/bin/main',
  class: 64,
  machine: 'x86-64',
  interpreter: '/lib64/ld-linux-x86-64.so.2',
  soname: 'libmain.so.1',
  needed: ['libm.so.6', 'libc.so.6'],
  runpath: ['$ORIGIN/../lib', '/opt/lib'],
  needs: [
    { library: 'libm.so.6', versions: ['GLIBC_2.29', 'GLIBC_2.43'], weak: ['GLIBC_2.43'] },
    { library: 'libc.so.6', versions: ['GLIBC_2.34'] },
  ],
  offers: ['MAIN_1.0', 'MAIN_1.1'],
  isaLevel: 3,
};

describe('ELF facts', () => {
  test.each([
    [64, true, 62, 'x86-64'],
    [32, true, 3, 'em-3'],
    [64, true, 183, 'aarch64'],
    [64, true, 243, 'riscv'],
    [64, false, 22, 's390'],
    [32, false, 20, 'em-20'],
  ] as const)('are read from class %i, little-endian %s, machine %i', (bits, littleEndian, machine, name) => {
    const found = extractElfFacts(makeElf({ ...full, class: bits, littleEndian, machine }), '/usr/bin/main');
    const { isaLevel, ...rest } = facts;
    const hasIsa = name === 'x86-64' || name === 'em-3';
    expect(found).toEqual({ ...rest, class: bits, machine: name, ...(hasIsa ? { isaLevel } : {}) });
  });

  test('tell an old DT_RPATH, and prefer DT_RUNPATH where both stand', () => {
    const { runpath: _, ...rest } = full;
    expect(extractElfFacts(makeElf({ ...rest, rpath: '/a:/b' }), '/x')).toMatchObject({ runpath: ['/a', '/b'], rpath: true });
    const both = extractElfFacts(makeElf({ ...full, rpath: '/a' }), '/x');
    expect(both?.runpath).toEqual(['$ORIGIN/../lib', '/opt/lib']);
    expect(both).not.toHaveProperty('rpath');
  });

  test('of a static program are its class and machine alone', () => {
    expect(extractElfFacts(makeElf({ type: 2 }), '/init')).toEqual({
      path: '/init',
      class: 64,
      machine: 'x86-64',
      needed: [],
      needs: [],
      offers: [],
    });
  });

  test.each([
    ['text', Buffer.from('#!/bin/sh\n')],
    ['nothing', Buffer.alloc(0)],
    ['a relocatable file', makeElf({ type: 1 })],
    ['a core dump', makeElf({ type: 4 })],
  ])('are not there for %s', (_name, bytes) => {
    expect(extractElfFacts(bytes, '/x')).toBeUndefined();
  });

  test.each([
    ['its class is 9, neither 1 nor 2', 4, 9],
    ['its byte order is 0, neither 1 nor 2', 5, 0],
    ['its program headers have 57 bytes each', 54, 57],
    ['it has 65284 program headers, more than 1024', 57, 255],
    ['the number at byte 32 is over 2^53', 39, 1],
  ])('of a broken header are refused: %s', (why, offset, value) => {
    const bytes = makeElf(full);
    bytes[offset] = value;
    expect(() => extractElfFacts(bytes, '/usr/bin/main')).toThrow(
      `\`/usr/bin/main\` begins like an ELF file but can't be read as one: ${why}`,
    );
  });

  test('of more versions than any library has are refused', () => {
    const versions = Array.from({ length: 16_385 }, (_, index) => `V_${index}`);
    expect(() => extractElfFacts(makeElf({ needs: [{ library: 'libx.so.1', versions }] }), '/x')).toThrow(
      'it has more than 16384 symbol versions',
    );
    expect(() => extractElfFacts(makeElf({ offers: ['x', ...versions] }), '/x')).toThrow('it has more than 16384 symbol versions');
  });
});

describe('a damaged file', () => {
  /** What may come of it: facts, nothing, or a failure that says so; anything else is a bug. */
  function survive(bytes: Uint8Array): void {
    const begin = performance.now();
    try {
      extractElfFacts(bytes, '/fuzz');
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      expect(error.code).toBe('bad-archive');
    }
    expect(performance.now() - begin).toBeLessThan(2000);
  }

  const originals = [
    makeElf(full),
    makeElf({ ...full, class: 32, littleEndian: false, machine: 20 }),
    makeElf({ ...full, littleEndian: false, machine: 22 }),
  ] as const;

  test('is survived wherever it is cut', () => {
    for (const bytes of originals) for (let end = 0; end < bytes.length; end++) survive(bytes.subarray(0, end));
  });

  test('is survived whatever bytes are changed', () => {
    const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.constantFrom(...originals), fc.array(change, { minLength: 1, maxLength: 12 }), (original, changes) => {
        const bytes = Buffer.from(original);
        // The magic number stays: without it, nothing is read.
        for (const [place, value] of changes) bytes[4 + (place % (bytes.length - 4))] = value;
        survive(bytes);
      }),
      { numRuns: 20_000 },
    );
  });
});

const hasReadelf = spawnSync('readelf', ['--version']).status === 0;

describe.skipIf(!hasReadelf)('ELF facts are those of readelf', () => {
  const samples = [
    '/usr/bin',
    '/usr/sbin',
    '/usr/lib',
    ...readdirSync('/usr/lib')
      .filter((name) => name.endsWith('-linux-gnu') || name.startsWith('git-core'))
      .map((name) => `/usr/lib/${name}`),
  ]
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true)
    .map((path) => realpathSync(path));
  // Every 25th file: a wide sample that takes a few seconds.
  const chosen = [...new Set(samples)].sort().filter((path, index) => index % 25 === 0 && statSync(path).size < 20_000_000);

  test('for a sample of the programs and libraries of this machine', () => {
    let compared = 0;
    for (const path of chosen) {
      const found = extractElfFacts(readFileSync(path), path);
      if (found === undefined) continue;
      expect(summaryOf(found), path).toEqual(askReadelf(path));
      compared++;
    }
    expect(compared).toBeGreaterThan(30);
  }, 120_000);

  test('for files of other classes and byte orders, as this writer makes them', () => {
    const folder = mkdtempSync(join(tmpdir(), 'moby-elf-'));
    for (const [index, plan] of (
      [{}, { class: 32, machine: 3 }, { littleEndian: false, machine: 22 }, { class: 32, littleEndian: false, machine: 20 }] as const
    ).entries()) {
      const path = join(folder, `elf-${index}`);
      writeFileSync(path, makeElf({ ...full, ...plan }));
      const { interpreter, runpath, needed, soname } = summaryOf(extractElfFacts(readFileSync(path), path) ?? facts);
      // readelf finds version tables by section, and these files have none.
      expect({ interpreter, runpath, needed, soname }).toEqual(pickNames(askReadelf(path)));
    }
    rmSync(folder, { recursive: true });
  });
});

interface ElfSummary {
  readonly interpreter: string | undefined;
  readonly soname: string | undefined;
  readonly runpath: string | undefined;
  readonly needed: readonly string[];
  readonly needs: readonly string[];
  readonly offers: readonly string[];
  readonly isaLevel: number | undefined;
}

function pickNames({ interpreter, runpath, needed, soname }: ElfSummary): Partial<ElfSummary> {
  return { interpreter, runpath, needed, soname };
}

function summaryOf(found: ElfFacts): ElfSummary {
  const needs = found.needs.flatMap((need) =>
    need.versions.map((version) => `${need.library} ${version}${need.weak?.includes(version) === true ? ' weak' : ''}`),
  );
  return {
    interpreter: found.interpreter,
    soname: found.soname,
    runpath: found.runpath?.join(':'),
    needed: found.needed,
    needs,
    offers: found.offers,
    isaLevel: found.isaLevel,
  };
}

/** An independent reading: GNU binutils, by its text. */
function askReadelf(path: string): ElfSummary {
  const { stdout } = spawnSync('readelf', ['-W', '-l', '-d', '-V', '-n', path], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
    maxBuffer: 1 << 26,
  });
  const all = (pattern: RegExp): readonly string[] => [...stdout.matchAll(pattern)].map((match) => match[1] ?? '');
  const needs: string[] = [];
  let library = '';
  for (const line of stdout.split('\n')) {
    library = /Version: 1 {2}File: (\S+) {2}Cnt:/.exec(line)?.[1] ?? library;
    const match = /Name: (\S+) {2}Flags: (.*?) {2}Version: \d+/.exec(line);
    if (match !== null && !line.includes('Rev:'))
      needs.push(`${library} ${match[1] ?? ''}${(match[2] ?? '').includes('WEAK') ? ' weak' : ''}`);
  }
  const offers = [...stdout.matchAll(/Rev: 1 {2}Flags: (.*?) {2}Index: \d+ {2}Cnt: \d+ {2}Name: (\S+)/g)]
    .filter((match) => !(match[1] ?? '').includes('BASE'))
    .map((match) => match[2] ?? '');
  const isa = /x86 ISA needed: (.*)/.exec(stdout)?.[1];
  return {
    interpreter: all(/Requesting program interpreter: (.*)\]/g)[0],
    soname: all(/\(SONAME\) +Library soname: \[(.*)\]/g)[0],
    runpath: all(/\(RUNPATH\) +Library runpath: \[(.*)\]/g)[0] ?? all(/\(RPATH\) +Library rpath: \[(.*)\]/g)[0],
    needed: all(/\(NEEDED\) +Shared library: \[(.*)\]/g),
    needs,
    offers,
    isaLevel:
      isa === undefined
        ? undefined
        : ['x86-64-baseline', 'x86-64-v2', 'x86-64-v3', 'x86-64-v4'].findLastIndex((level) => isa.includes(level)) + 1,
  };
}
