import type { Edge } from '@moby/abi';
import { parseComponentName, parseRange, parseVersion, type ComponentName, type Range, type Version } from '@moby/model';
import { describe, expect, test } from 'vitest';
import type { Assembly, Entry, RootWish } from '../../src/parse/assembly.ts';
import { keysOf, type RepairProblem, type Tried } from '../../src/repair/problem.ts';
import { repairLines, repairs, type Repair } from '../../src/repair/repairs.ts';
import type { Resolution } from '../../src/resolve/resolution.ts';

function nameOf(text: string): ComponentName {
  const name = parseComponentName(text);
  if (name === undefined) throw new Error(text);
  return name;
}

function versionOf(text: string): Version {
  const version = parseVersion(text);
  if (version === undefined) throw new Error(text);
  return version;
}

function rangeOf(text: string): Range {
  const range = parseRange(text);
  if (range === undefined) throw new Error(text);
  return range;
}

const wish = (name: string, range = '*'): RootWish => ({ name: nameOf(name), range: rangeOf(range), where: 'x' });

function entry(name: string, range: string): Entry {
  const place = { file: 'assembly.yaml', line: 7, column: 1, length: 1, text: '' };
  return { section: 'services', name, wish: { ...wish(name, range), place }, with: [], constraints: [], ports: [], place };
}

function assemblyOf(entries: readonly Entry[], constraints: readonly RootWish[] = []): Assembly {
  return {
    name: 'x',
    version: '1.0.0',
    file: 'assembly.yaml',
    folder: '/',
    documents: [],
    platforms: ['linux/amd64'],
    kernel: wish('linux'),
    cmdline: '',
    modules: [],
    init: wish('init'),
    machine: [],
    defaults: {},
    constraints,
    forbidden: [],
    replacements: [],
    entries,
    files: [],
    budget: {},
    expect: [],
    layout: 'initrd',
    volumes: [],
  };
}

/** Roots in which each entry has itself and the C library. */
function resolutionOf(entries: readonly string[], glibc: string, redis: string): Resolution {
  return {
    roots: entries.map((scope) => ({
      scope,
      components: [
        { name: nameOf('glibc'), version: versionOf(glibc) },
        { name: nameOf(scope), version: versionOf(scope === 'redis' ? redis : '1.0.0+r1') },
      ],
    })),
    components: new Map(),
    edges: [],
    dropped: [],
  };
}

const edge: Edge = {
  rule: 'elf.version',
  verdict: 'error',
  evidence: 'binary',
  root: 'redis',
  from: { component: 'redis', version: '8.0.6+r1' },
  need: 'libm.so.6(GLIBC_2.43)',
  by: { component: 'glibc', version: '2.41.0+r1' },
  sentence: '',
};

const shelves: Readonly<Record<string, readonly string[]>> = {
  glibc: ['2.36.0+r1', '2.41.0+r1', '2.43.0+r1'],
  redis: ['7.0.15+r1', '8.0.2+r1', '8.0.6+r1'],
};

/** glibc 2.43 and older redis fit. */
function problem(more: Partial<RepairProblem> = {}): RepairProblem & { readonly tried: Assembly[] } {
  const names = ['redis', 'web', 'proxy'];
  const tried: Assembly[] = [];
  return {
    tried,
    assembly: assemblyOf(names.map((name) => entry(name, '*'))),
    resolution: resolutionOf(names, '2.41.0+r1', '8.0.6+r1'),
    faults: [{ edges: [edge] }],
    shelf: { versions: async (name) => (shelves[name] ?? []).map(versionOf), providers: async () => [] },
    tryOut: async (assembly) => {
      tried.push(assembly);
      const [constraint] = assembly.constraints;
      if (constraint?.name === 'glibc' && constraint.range === '^2.43') return solved(resolutionOf(names, '2.43.0+r1', '8.0.6+r1'));
      const redis = assembly.entries.find(({ name }) => name === 'redis')?.wish.range;
      return redis === '8.0.2' || redis === '^7.0'
        ? solved(resolutionOf(names, '2.41.0+r1', redis === '8.0.2' ? '8.0.2+r1' : '7.0.15+r1'))
        : undefined;
    },
    ...more,
  };
}

const solved = (resolution: Resolution): Tried => ({ resolution, wrong: new Set() });
const words = (found: readonly (readonly Repair[])[]): readonly string[] => found.flatMap(repairLines);

describe('ways out', () => {
  test('are another version of either end, what touches least first, and the nearest that solves it', async () => {
    expect(words(await repairs(problem()))).toEqual([
      'either of these solves it; each was tried: redis@8.0.2 in redis instead of redis at assembly.yaml:7 (touches nothing else) · glibc@^2.43 (touches 3 containers)',
    ]);
  });

  test('are the same at each time, and were tried a bounded number of times', async () => {
    const one = problem();
    const many = problem({
      faults: Array.from({ length: 40 }, (_, index) => ({ edges: [{ ...edge, from: { component: `c-${index}`, version: '1.0.0+r1' } }] })),
      tryOut: async () => undefined,
    });
    expect(await repairs(one)).toEqual(await repairs(problem()));
    expect(one.tried.length).toBeLessThanOrEqual(12);
    let count = 0;
    const counted = {
      ...many,
      shelf: { versions: async () => ['1.0.0+r1', '1.1.0+r1', '1.2.0+r1', '1.3.0+r1'].map(versionOf), providers: async () => [] },
    };
    const tryOut = async (): Promise<undefined> => void (count += 1);
    await repairs({ ...counted, tryOut });
    expect(count).toBe(36);
  });

  test('take the place of a constraint that stands in the way', async () => {
    const place = { file: 'a/assembly.yaml', line: 9, column: 1, length: 1, text: '' };
    const found = await repairs(problem({ assembly: assemblyOf([entry('redis', '*')], [{ ...wish('glibc', '~2.41'), place }]) }));
    expect(found.flat().find(({ wish: text }) => text.startsWith('glibc'))).toMatchObject({
      wish: 'glibc@^2.43',
      instead: 'glibc@~2.41',
      place: 'assembly.yaml:9',
    });
  });

  test('add what is missing to the container that misses it', async () => {
    const { by: _by, ...missing } = edge;
    const found = await repairs(
      problem({
        faults: [
          {
            edges: [
              { ...missing, rule: 'exec.path', need: '/usr/sbin/iptables', from: { component: 'web', version: '1.0.0+r1' }, root: 'web' },
            ],
          },
        ],
        shelf: { versions: async () => [], providers: async (file) => (file === 'iptables' ? [nameOf('iptables')] : []) },
        tryOut: async (assembly) =>
          assembly.entries.some(({ name, with: added }) => name === 'web' && added.length === 1)
            ? solved(resolutionOf(['redis', 'web', 'proxy'], '2.41.0+r1', '8.0.6+r1'))
            : undefined,
      }),
    );
    expect(words(found)).toEqual(['this solves it; it was tried: with iptables in web (touches nothing else)']);
  });

  test('are not promised where none is', async () => {
    expect(words(await repairs(problem({ tryOut: async () => undefined })))).toEqual([]);
  });

  test('are told of each fault: what mends one and leaves another is no less a way out', async () => {
    const other = { edges: [{ ...edge, rule: 'exec.path', need: 'nowhere', root: 'web' } as const] };
    const found = await repairs({
      ...problem({ faults: [{ edges: [edge] }, other] }),
      tryOut: async (assembly) => {
        const after = await problem().tryOut(assembly);
        return after === undefined ? undefined : { ...after, wrong: new Set(keysOf(other)) };
      },
    });
    expect(found.map(repairLines)).toEqual([
      [
        'either of these mends it, and leaves the rest; each was tried: redis@8.0.2 in redis instead of redis at assembly.yaml:7 (touches nothing else) · glibc@^2.43 (touches 3 containers)',
      ],
      [],
    ]);
  });

  test('are none that break something else', async () => {
    const tryOut: RepairProblem['tryOut'] = async (assembly) => {
      const after = await problem().tryOut(assembly);
      return after === undefined ? undefined : { ...after, wrong: new Set(['new']) };
    };
    expect(words(await repairs(problem({ tryOut })))).toEqual([]);
  });
});
