import { randomMisfits, randomUniverse, VersionMemo } from '@moby/testkit';
import type { Universe, UniverseVersion } from '@moby/model';
import { describe, expect, test } from 'vitest';
import { explain, solve, type Derivation, type Fact, type Selection } from '@moby/resolver';

/** Assignments that are tried for one proof; the few larger ones are counted as not tried. */
const maxAssignments = 60_000;

describe('the proof that there is no solution', () => {
  const proofs = Array.from({ length: 1_200 }, (_, index) => 300_001 + index).flatMap((seed) => {
    const plain = randomUniverse(seed);
    const universe = seed % 2 === 0 ? plain : { ...plain, misfits: randomMisfits(plain, seed) };
    const answer = solve(universe);
    return answer.status === 'unsolvable' ? [{ seed, universe, answer, facts: factsOf(answer.derivation) }] : [];
  });

  test('there are proofs of several kinds', () => {
    const kinds = new Set(proofs.flatMap(({ facts }) => facts.map(({ kind }) => kind)));
    expect([...kinds].toSorted()).toEqual([
      'conflicts',
      'misfit',
      'platform',
      'requires',
      'root-conflicts',
      'root-constrains',
      'root-requires',
      'slot',
      'yanked',
    ]);
    expect(proofs.length).toBeGreaterThan(600);
  });

  test('cites only what the universe says', () => {
    for (const { seed, universe, facts } of proofs) {
      for (const fact of facts) expect(isTrue(universe, fact), `seed ${seed}: ${JSON.stringify(fact)}`).toBe(true);
    }
  });

  test('cites facts that can not all be kept, by trying every choice', () => {
    let tried = 0;
    for (const { seed, universe, facts } of proofs) {
      const verdict = canBeKept(universe, facts);
      if (verdict !== undefined) tried += 1;
      expect(verdict === true, `seed ${seed}`).toBe(false);
    }
    expect(tried / proofs.length).toBeGreaterThan(0.95);
  });

  test('cites no fact without which the others could not be kept either', () => {
    for (const { seed, universe, facts } of proofs) {
      for (const fact of facts)
        expect(
          canBeKept(
            universe,
            facts.filter((other) => other !== fact),
          ) === false,
          `seed ${seed}: ${JSON.stringify(fact)}`,
        ).toBe(false);
    }
  });

  test('is told in few lines', () => {
    for (const { seed, answer } of proofs) expect(explain(answer).split('\n').length, `seed ${seed}`).toBeLessThan(60);
  });
});

function factsOf(derivation: Derivation): readonly Fact[] {
  const facts = new Set<Fact>();
  const visit = (node: Derivation): void => {
    if (node.kind === 'fact') facts.add(node.fact);
    else node.causes.forEach(visit);
  };
  visit(derivation);
  return [...facts];
}

const memo = new VersionMemo();

function isTrue(universe: Universe, fact: Fact): boolean {
  const { root } = universe;
  const range = (need: string, written: string | undefined): string | undefined => root.overrides?.[need] ?? written;
  const each = (selection: Selection, holds: (item: UniverseVersion, version: string) => boolean): boolean => {
    const versions = universe.packages[nameOf(selection.key)] ?? {};
    return selection.versions.every((version) => versions[version] !== undefined && holds(versions[version], version));
  };
  /** Nothing that would meet the need is missing among those that are said to. */
  const complete = (
    need: string,
    ranges: readonly string[],
    where: { readonly scopes: readonly string[]; readonly offeredBy: readonly Selection[] },
  ): boolean =>
    Object.entries(universe.packages).every(([name, versions]) =>
      Object.entries(versions).every(([version, item]) =>
        where.scopes.every((scope) => {
          if (!ranges.some((one) => meets(need, one, { name, version, item }))) return true;
          const key = scope === '' ? name : `${scope}/${name}`;
          return where.offeredBy.some((selection) => selection.key === key && selection.versions.includes(version));
        }),
      ),
    );
  switch (fact.kind) {
    case 'root-requires': {
      const wants = fact.scope === '' ? root.requires : root.scopes?.[fact.scope];
      return (
        range(fact.need, wants?.[fact.need]) === fact.range &&
        complete(fact.need, [fact.range], { scopes: [fact.scope], offeredBy: fact.offeredBy })
      );
    }
    case 'root-constrains': {
      if (fact.root.kind !== 'root-constrains') return false;
      const written = root.constraints?.[fact.root.scope]?.[fact.root.need];
      return range(fact.root.need, written) === fact.range && each(fact.excluded, (_, version) => !memo.meets(version, fact.range));
    }
    case 'root-conflicts':
      return (
        range(fact.root.need, root.conflicts?.[fact.root.need]) === fact.range &&
        each(fact.excluded, (item, version) => meets(fact.root.need, fact.range, { name: nameOf(fact.excluded.key), version, item }))
      );
    case 'requires': {
      const scopes = fact.in === 'root' ? [scopeOf(fact.who.key)] : fact.in === 'machine' ? [''] : ['', ...Object.keys(root.scopes ?? {})];
      const asks = each(
        fact.who,
        (item) => fact.ranges.includes(range(fact.need, item.requires?.[fact.need]) ?? '') && (item.in?.[fact.need] ?? 'root') === fact.in,
      );
      return (
        asks &&
        complete(
          fact.need,
          fact.ranges.filter((one) => askedBy(universe, fact.who, [fact.need, one])),
          { scopes, offeredBy: fact.offeredBy },
        )
      );
    }
    case 'conflicts':
      return (
        each(fact.who, (item) => range(fact.need, item.conflicts?.[fact.need]) === fact.range) &&
        each(fact.other, (item, version) => meets(fact.need, fact.range, { name: nameOf(fact.other.key), version, item })) &&
        scopeOf(fact.who.key) === scopeOf(fact.other.key)
      );
    case 'slot':
      return (
        [fact.who, fact.other].every((selection) => each(selection, (item) => item.exclusive?.includes(fact.slot) ?? false)) &&
        scopeOf(fact.who.key) === scopeOf(fact.other.key)
      );
    case 'misfit':
      return each(fact.who, (_, version) =>
        each(
          fact.other,
          (__, other) =>
            universe.misfits?.some(
              (misfit) =>
                misfit.who.key === fact.who.key &&
                misfit.who.version === version &&
                misfit.other.key === fact.other.key &&
                misfit.other.version === other &&
                fact.reasons.includes(misfit.reason),
            ) ?? false,
        ),
      );
    case 'platform':
      return root.platform === fact.platform && each(fact.excluded, (item) => item.platforms?.includes(fact.platform) === false);
    case 'yanked':
      return each(fact.excluded, (item, version) => item.yanked === true && root.locked?.[fact.excluded.key] !== version);
  }
}

function askedBy(universe: Universe, who: Selection, [need, range]: readonly [string, string]): boolean {
  return who.versions.some(
    (version) => (universe.root.overrides?.[need] ?? universe.packages[nameOf(who.key)]?.[version]?.requires?.[need]) === range,
  );
}

function meets(
  need: string,
  range: string,
  by: { readonly name: string; readonly version: string; readonly item: UniverseVersion },
): boolean {
  if (!need.includes(':')) return need === by.name && memo.meets(by.version, range);
  const provided = by.item.provides?.[need];
  return provided !== undefined && memo.meets(provided, range);
}

/** Whether some choice of versions (or none) for each component keeps all facts; undefined where there are too many. */
function canBeKept(universe: Universe, facts: readonly Fact[]): boolean | undefined {
  const keys = [...new Set(facts.flatMap(selectionsOf).map(({ key }) => key))];
  const domains = keys.map((key) => [undefined, ...Object.keys(universe.packages[nameOf(key)] ?? {})]);
  if (domains.reduce((product, domain) => product * domain.length, 1) > maxAssignments) return undefined;
  const chosen = new Map<string, string | undefined>();
  const assign = (index: number): boolean => {
    const key = keys[index];
    if (key === undefined) return facts.every((fact) => isKept(fact, chosen));
    return (domains[index] ?? []).some((version) => {
      chosen.set(key, version);
      return assign(index + 1);
    });
  };
  return assign(0);
}

function selectionsOf(fact: Fact): readonly Selection[] {
  switch (fact.kind) {
    case 'root-requires':
      return fact.offeredBy;
    case 'requires':
      return [fact.who, ...fact.offeredBy];
    case 'conflicts':
    case 'slot':
    case 'misfit':
      return [fact.who, fact.other];
    default:
      return [fact.excluded];
  }
}

function isKept(fact: Fact, chosen: ReadonlyMap<string, string | undefined>): boolean {
  const holds = ({ key, versions }: Selection): boolean => versions.includes(chosen.get(key) ?? '');
  switch (fact.kind) {
    case 'root-requires':
      return fact.offeredBy.some(holds);
    case 'requires':
      return !holds(fact.who) || fact.offeredBy.some(holds);
    case 'conflicts':
    case 'slot':
    case 'misfit':
      return !(holds(fact.who) && holds(fact.other));
    default:
      return !holds(fact.excluded);
  }
}

function nameOf(key: string): string {
  return key.slice(key.indexOf('/') + 1);
}

function scopeOf(key: string): string {
  return key.includes('/') ? key.slice(0, key.indexOf('/')) : '';
}
