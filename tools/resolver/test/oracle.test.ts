import { brokenRules, exhaustiveAnswer, randomUniverse, shrinkUniverse, VersionMemo, type OracleAnswer } from '@moby/testkit';
import type { Universe, UniverseVersion } from '@moby/model';
import { describe, expect, test } from 'vitest';
import { findPreferred, type SolveOptions } from '../src/solve.ts';

const universes = 20_000;
const firstSeed = 1;
const memo = new VersionMemo();

interface Comparison {
  readonly seed: number;
  readonly universe: Universe;
  readonly expected: OracleAnswer | undefined;
  readonly found: OracleAnswer | string;
}

describe('20,000 random universes of up to 8 packages', () => {
  const counts = new Map<string, number>();
  const solvedCounts = new Map<string, number>();
  const different: Comparison[] = [];
  const broken: string[] = [];

  test('have the verdict and the preferred solution of an exhaustive search', { timeout: 240_000 }, () => {
    for (let seed = firstSeed; seed < firstSeed + universes; seed += 1) {
      const universe = randomUniverse(seed);
      const comparison = compare(seed, universe);
      if (!agree(comparison)) different.push(comparison);
      const { found, expected } = comparison;
      count(counts, featuresOf(universe));
      if (expected !== undefined) count(solvedCounts, ['', ...featuresOf(universe)]);
      if (typeof found !== 'string') broken.push(...brokenRules(universe, found.versions).map((rule) => `seed ${seed}: ${rule}`));
    }
    expect(different.slice(0, 1).map(described)).toEqual([]);
  });

  test('are answered with solutions that break no rule', () => {
    expect(broken).toEqual([]);
  });

  test('have both verdicts often, and each feature of the format in many', () => {
    const solved = solvedCounts.get('') ?? 0;
    expect(solved / universes).toBeGreaterThan(0.15);
    expect(solved / universes).toBeLessThan(0.85);
    for (const feature of features) {
      expect(counts.get(feature) ?? 0, feature).toBeGreaterThan(300);
      expect(solvedCounts.get(feature) ?? 0, `${feature}, solvable`).toBeGreaterThan(60);
    }
  });

  test('are not all answered rightly without backtracking', () => {
    const wrong = Array.from({ length: 1_000 }, (_, index) =>
      compare(firstSeed + index, randomUniverse(firstSeed + index), { backtracking: false }),
    ).filter((one) => !agree(one));
    expect(wrong.length).toBeGreaterThan(50);
    expect(wrong.some(({ expected }) => expected !== undefined)).toBe(true);
  });
});

function compare(seed: number, universe: Universe, options: SolveOptions = {}): Comparison {
  return { seed, universe, expected: exhaustiveAnswer(universe, memo), found: answerOf(universe, options) };
}

/** The solver's answer in the oracle's words; `impossible` or `gave-up` where it has no solution. */
function answerOf(universe: Universe, options: SolveOptions): OracleAnswer | string {
  const found = findPreferred(universe, options);
  if ('kind' in found) return found.kind;
  if (found.status === 'gave-up') return found.status;
  return { versions: found.versions, dropped: found.dropped.map(({ from, need, range }) => `${from} → ${need}@${range}`) };
}

function agree({ expected, found }: Comparison): boolean {
  return expected === undefined ? found === 'impossible' : JSON.stringify(found) === JSON.stringify(expected);
}

function described({ seed, universe }: Comparison): object {
  const small = shrinkUniverse(universe, (smaller) => !agree(compare(seed, smaller)));
  const { expected, found } = compare(seed, small);
  return { seed, small: JSON.stringify(small), expected: expected ?? 'impossible', found };
}

const features = [
  'capability required',
  'several providers',
  'version provided',
  'window provided',
  'slot shared',
  'default',
  'constraint',
  'constraint in one scope',
  'conflict',
  'conflict with a capability',
  'root conflict',
  'two scopes',
  'in machine',
  'in peer',
  'recommendation',
  'override',
  'locked',
  'locked and yanked',
  'yanked',
  'deprecated',
  'platforms',
  'prerelease',
  'prerelease in a range',
  'revision',
] as const;

type Feature = (typeof features)[number];

function featuresOf({ packages, root }: Universe): readonly Feature[] {
  const all = Object.values(packages).flatMap((versions) => Object.entries(versions));
  const items = all.map(([, item]) => item);
  const names = (of: keyof UniverseVersion): readonly string[] => items.flatMap((item) => Object.keys(item[of] ?? {}));
  const isCapability = (name: string): boolean => name.includes(':');
  const providers = new Map<string, Set<string>>();
  const holders = new Map<string, Set<string>>();
  for (const [name, versions] of Object.entries(packages)) {
    for (const item of Object.values(versions)) {
      for (const key of Object.keys(item.provides ?? {})) providers.set(key, (providers.get(key) ?? new Set()).add(name));
      for (const slot of item.exclusive ?? []) holders.set(slot, (holders.get(slot) ?? new Set()).add(name));
    }
  }
  const wanted = [
    ...names('requires'),
    ...Object.keys(root.requires ?? {}),
    ...Object.values(root.scopes ?? {}).flatMap((wants) => Object.keys(wants)),
  ];
  const provided = items.flatMap((item) => Object.values(item.provides ?? {}));
  const ranges = items.flatMap((item) => Object.values(item.requires ?? {}));
  const places = items.flatMap((item) => Object.values(item.in ?? {}));
  const present: Readonly<Record<Feature, boolean>> = {
    'capability required': wanted.some(isCapability),
    'several providers': wanted.some((name) => (providers.get(name)?.size ?? 0) > 1),
    'version provided': provided.some((text) => /^\d+\.\d+\.\d+/.test(text)),
    'window provided': provided.some((text) => /[<>^]/.test(text)),
    'slot shared': [...holders.values()].some((sharing) => sharing.size > 1),
    default: root.defaults !== undefined,
    constraint: root.constraints?.['*'] !== undefined,
    'constraint in one scope': Object.keys(root.constraints ?? {}).some((scope) => scope !== '*'),
    conflict: names('conflicts').some((name) => !isCapability(name)),
    'conflict with a capability': names('conflicts').some(isCapability),
    'root conflict': root.conflicts !== undefined,
    'two scopes': Object.keys(root.scopes ?? {}).length > 1,
    'in machine': places.includes('machine'),
    'in peer': places.includes('peer'),
    recommendation: names('recommends').length > 0,
    override: root.overrides !== undefined,
    locked: root.locked !== undefined,
    'locked and yanked': Object.entries(root.locked ?? {}).some(
      ([key, version]) => packages[key.slice(key.indexOf('/') + 1)]?.[version]?.yanked === true,
    ),
    yanked: items.some(({ yanked }) => yanked === true),
    deprecated: items.some(({ deprecated }) => deprecated === true),
    platforms: items.some(({ platforms }) => platforms !== undefined),
    prerelease: all.some(([version]) => version.includes('-')),
    'prerelease in a range': ranges.some((range) => range.includes('-rc')),
    revision: all.some(([version]) => version.includes('+r')),
  };
  return features.filter((feature) => present[feature]);
}

function count(counts: Map<string, number>, names: readonly string[]): void {
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
}
