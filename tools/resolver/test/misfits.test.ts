import { exhaustiveAnswer, randomMisfits, randomUniverse } from '@moby/testkit';
import type { Misfit, Universe, UniverseVersion } from '@moby/model';
import { describe, expect, test } from 'vitest';
import { explain, solve } from '@moby/resolver';

const library: Universe['packages'] = {
  containerd: { '1.7.24': {}, '2.1.9': {} },
  shim: { '1.6.20': {}, '1.7.24': {}, '2.1.9': {} },
};
const reason = 'the shim serves task v3, the daemon speaks task v2';
const misfit = (shim: string, containerd: string, scope = ''): Misfit => ({
  who: { key: `${scope}shim`, version: shim },
  other: { key: `${scope}containerd`, version: containerd },
  reason,
});

function choose(root: Universe['root'], misfits: readonly Misfit[]): object {
  const answer = solve({ packages: library, root, misfits });
  return answer.status === 'unsolvable' ? [explain(answer, { rootName: 'this-os' })] : 'versions' in answer ? answer.versions : answer;
}

describe('versions that somebody found not to fit', () => {
  test('are not chosen together: the newest that fits is', () => {
    const root = { requires: { containerd: '~1.7', shim: '*' } };
    expect(choose(root, [misfit('2.1.9', '1.7.24')])).toEqual({ containerd: '1.7.24', shim: '1.7.24' });
    expect(choose({ requires: { containerd: '*', shim: '*' } }, [misfit('2.1.9', '1.7.24')])).toEqual({
      containerd: '2.1.9',
      shim: '2.1.9',
    });
  });

  test('give way to the lock where it fits, and only there', () => {
    const root = { requires: { containerd: '~1.7', shim: '*' }, locked: { shim: '1.6.20' } };
    expect(choose(root, [misfit('2.1.9', '1.7.24')])).toEqual({ containerd: '1.7.24', shim: '1.6.20' });
    expect(choose(root, [misfit('1.6.20', '1.7.24')])).toEqual({ containerd: '1.7.24', shim: '2.1.9' });
  });

  test('are meant in their places alone', () => {
    const root = { scopes: { a: { containerd: '~1.7', shim: '*' }, b: { containerd: '~1.7', shim: '*' } } };
    expect(choose(root, [misfit('2.1.9', '1.7.24', 'a/'), misfit('2.1.9', '9.9.9'), misfit('2.1.9', '1.7.24', 'gone/')])).toEqual({
      'a/containerd': '1.7.24',
      'a/shim': '1.7.24',
      'b/containerd': '1.7.24',
      'b/shim': '2.1.9',
    });
  });

  test('are what a proof quotes, with the ways out', () => {
    const root = { requires: { containerd: '~1.7', shim: '~2.1' } };
    expect(choose(root, [misfit('2.1.9', '1.7.24')])).toEqual([
      [
        `shim 2.1.9 doesn't fit containerd 1.7.24: ${reason},`,
        'and this-os requires shim@~2.1,',
        "so containerd@~1.7 can't be used; and this-os requires it.",
        '',
        'either of these solves it; each was tried:',
        '  containerd@^2.1  instead of containerd@~1.7',
        '  shim@^1.7        instead of shim@~2.1',
      ].join('\n'),
    ]);
  });

  test('of one component are told together', () => {
    const root = { requires: { containerd: '~1.7', shim: '*' } };
    const all = ['2.1.9', '1.7.24', '1.6.20'].map((version) => misfit(version, '1.7.24'));
    expect(choose(root, all)).toEqual([
      [
        `shim doesn't fit containerd 1.7.24: ${reason}, and so for 2 more,`,
        'and this-os requires shim,',
        "so containerd@~1.7 can't be used; and this-os requires it.",
        '',
        'either of these solves it; each was tried:',
        '  containerd@^2.1  instead of containerd@~1.7',
        '  without shim',
      ].join('\n'),
    ]);
  });
});

test('a misfit is to the solver what a conflict is', () => {
  let misfits = 0;
  for (let seed = 700_001; seed < 701_500; seed += 1) {
    const plain = randomUniverse(seed);
    const { overrides: _, scopes: __, ...root } = plain.root;
    const machine: Universe = { ...plain, root: { ...root, requires: { ...plain.root.requires, app: '*' } } };
    const found = expressible(machine, randomMisfits(machine, seed));
    const answer = solve({ ...machine, misfits: found });
    const expected = exhaustiveAnswer(found.reduce(withConflict, machine));
    expect(answer.status === 'solved' ? answer.versions : undefined, `seed ${seed}`).toEqual(expected?.versions);
    if (answer.status === 'unsolvable' && JSON.stringify(answer.derivation).includes('"misfit"')) misfits += 1;
  }
  expect(misfits).toBeGreaterThan(20);
});

/** Those that a conflict can say as well: its range means one version, and it is the only one on that name. */
function expressible({ packages }: Universe, misfits: readonly Misfit[]): readonly Misfit[] {
  const asRange = new Map(
    misfits
      .filter(({ who, other }) => who.key !== other.key && packages[who.key]?.[who.version]?.conflicts?.[other.key] === undefined)
      .filter(({ other }) => other.version.includes('+r') || packages[other.key]?.[`${other.version}+r2`] === undefined)
      .map((one) => [`${one.who.key} ${one.who.version} ${one.other.key}`, one]),
  );
  return [...asRange.values()];
}

function withConflict(universe: Universe, { who, other }: Misfit): Universe {
  const versions = universe.packages[who.key] ?? {};
  const item: UniverseVersion = versions[who.version] ?? {};
  const changed = { ...item, conflicts: { ...item.conflicts, [other.key]: other.version } };
  return { ...universe, packages: { ...universe.packages, [who.key]: { ...versions, [who.version]: changed } } };
}
