import { Dice, randomUniverse } from '@moby/testkit';
import type { Universe, UniverseVersion } from '@moby/model';
import { describe, expect, test } from 'vitest';
import { solve, solveStably, type Resolved, type RootFact } from '@moby/resolver';
import { withRange, withRootFacts, formatRootFact } from '../src/root-facts.ts';

const seeds = Array.from({ length: 2_500 }, (_, index) => 100_001 + index);

describe.each([['random universes', seeds]] as const)('in %s', (_, all) => {
  const solved = all.flatMap((seed) => {
    const universe = randomUniverse(seed);
    const answer = solve(universe);
    return answer.status === 'solved' ? [{ seed, universe, answer }] : [];
  });

  test('there is something to look at', () => {
    expect(solved.length).toBeGreaterThan(250);
  });

  test('the order of keys in packages never matters', () => {
    for (const seed of all) {
      const universe = randomUniverse(seed);
      expect(JSON.stringify(solve(shuffled(universe, seed))), `seed ${seed}`).toBe(JSON.stringify(solve(universe)));
    }
  });

  test('the lock of a solution gives the same answer, edges and all, in any order of its keys', () => {
    for (const { seed, universe, answer } of solved) {
      if (universe.root.locked !== undefined) continue;
      const locked = Object.fromEntries(Object.entries(answer.versions).toReversed());
      expect(solve({ ...universe, root: { ...universe.root, locked } }), `seed ${seed}`).toEqual(answer);
    }
  });

  test('a stable answer stays as it is when it is locked, whatever was locked before', () => {
    let changed = 0;
    for (const { seed, universe, answer } of solved) {
      const stable = solveStably(universe);
      if (stable.status !== 'solved') throw new Error(`seed ${seed}: ${stable.status}`);
      if (JSON.stringify(stable.versions) !== JSON.stringify(answer.versions)) changed += 1;
      expect(solveStably({ ...universe, root: { ...universe.root, locked: stable.versions } }), `seed ${seed}`).toMatchObject({
        versions: stable.versions,
      });
      expect(solve({ ...universe, root: { ...universe.root, locked: stable.versions } }), `seed ${seed}`).toMatchObject({
        versions: stable.versions,
      });
    }
    expect(changed).toBeGreaterThan(0);
  });

  test('taking out a requirement can not break', () => {
    for (const { seed, universe, answer } of solved) {
      for (const smaller of withoutRequirements(universe, answer)) expect(solve(smaller).status, `seed ${seed}`).toBe('solved');
    }
  });

  test('every edge names a chosen component, and every chosen one is named', () => {
    for (const { seed, answer } of solved) {
      const named = new Set(answer.edges.map(({ by }) => by));
      expect([...named].toSorted(), `seed ${seed}`).toEqual(Object.keys(answer.versions));
      for (const { from } of answer.edges) if (from.kind === 'component') expect(answer.versions[from.key], `seed ${seed}`).toBeDefined();
    }
  });
});

describe('where there is no solution', () => {
  const unsolvable = seeds.slice(0, 700).flatMap((seed) => {
    const universe = randomUniverse(seed);
    const answer = solve(universe);
    return answer.status === 'unsolvable' ? [{ seed, universe, answer }] : [];
  });

  test('there is something to look at', () => {
    expect(unsolvable.length).toBeGreaterThan(300);
    expect(unsolvable.filter(({ answer }) => answer.loosenings.length > 0).length).toBeGreaterThan(50);
    expect(unsolvable.filter(({ answer }) => answer.relax.some((facts) => facts.length > 1)).length).toBeGreaterThan(20);
  });

  test('the core alone is unsolvable, and solvable without any one of its facts', () => {
    for (const { seed, universe, answer } of unsolvable) {
      const only = (facts: readonly RootFact[]): Universe =>
        withRootFacts(
          universe,
          (fact) => fact.kind === 'root-overrides' || facts.some((one) => formatRootFact(one) === formatRootFact(fact)),
        );
      expect(solve(only(answer.core)).status, `seed ${seed}`).toBe('unsolvable');
      for (const left of answer.core)
        expect(solve(only(answer.core.filter((fact) => fact !== left))).status, `seed ${seed}`).toBe('solved');
    }
  });

  test('it solves without each set of facts that is named, and there is one of entries alone', () => {
    for (const { seed, universe, answer } of unsolvable) {
      for (const facts of answer.relax) {
        const left = new Set(facts.map(formatRootFact));
        expect(solve(withRootFacts(universe, (fact) => !left.has(formatRootFact(fact)))).status, `seed ${seed}: ${[...left].join()}`).toBe(
          'solved',
        );
      }
      expect(
        answer.relax.some((facts) => facts.every(({ kind }) => kind === 'root-requires')),
        `seed ${seed}`,
      ).toBe(true);
    }
  });

  test('it solves with each looser range that is named', () => {
    for (const { seed, universe, answer } of unsolvable) {
      for (const { fact, range } of answer.loosenings)
        expect(solve(withRange(universe, fact, range)).status, `seed ${seed}`).toBe('solved');
    }
  });
});

function shuffled(universe: Universe, seed: number): Universe {
  const dice = new Dice(seed);
  const shuffle = <Value>(record: Readonly<Record<string, Value>>): Record<string, Value> =>
    Object.fromEntries(
      Object.entries(record)
        .map((entry) => ({ entry, at: dice.roll(1_000_000) }))
        .toSorted((a, b) => a.at - b.at)
        .map(({ entry }) => entry),
    );
  const version = (item: UniverseVersion): UniverseVersion => ({
    ...item,
    ...(item.requires === undefined ? {} : { requires: shuffle(item.requires) }),
    ...(item.provides === undefined ? {} : { provides: shuffle(item.provides) }),
  });
  const packages = Object.fromEntries(
    Object.entries(shuffle(universe.packages)).map(([name, versions]) => [
      name,
      Object.fromEntries(Object.entries(shuffle(versions)).map(([text, item]) => [text, version(item)])),
    ]),
  );
  return { packages, root: universe.root };
}

/** Each without one requirement of the root or of a chosen version. */
function withoutRequirements(universe: Universe, { versions }: Resolved): readonly Universe[] {
  const fromRoot = Object.keys(universe.root.requires ?? {}).map((left) =>
    withRootFacts(universe, (fact) => !(fact.kind === 'root-requires' && fact.scope === '' && fact.need === left)),
  );
  const fromChosen = Object.entries(versions).flatMap(([key, version]) => {
    const name = key.slice(key.indexOf('/') + 1);
    const item = universe.packages[name]?.[version];
    return Object.keys(item?.requires ?? {}).map((left): Universe => {
      const requires = Object.fromEntries(Object.entries(item?.requires ?? {}).filter(([need]) => need !== left));
      return {
        root: universe.root,
        packages: { ...universe.packages, [name]: { ...universe.packages[name], [version]: { ...item, requires } } },
      };
    });
  });
  return [...fromRoot, ...fromChosen];
}
