import type { Universe, UniverseRoot } from '@moby/model';
import type { RootFact } from './result.ts';

/** Everything that the root says about what is chosen, in the order written. */
export function rootFactsOf({ root }: Universe): readonly RootFact[] {
  const requires = [['', root.requires ?? {}] as const, ...Object.entries(root.scopes ?? {})];
  return [
    ...requires.flatMap(([scope, wants]) =>
      Object.entries(wants).map(([need, range]) => ({ kind: 'root-requires', scope, need, range }) as const),
    ),
    ...Object.entries(root.constraints ?? {}).flatMap(([scope, ranges]) =>
      Object.entries(ranges).map(([need, range]) => ({ kind: 'root-constrains', scope, need, range }) as const),
    ),
    ...Object.entries(root.conflicts ?? {}).map(([need, range]) => ({ kind: 'root-conflicts', need, range }) as const),
    ...Object.entries(root.overrides ?? {}).map(([need, range]) => ({ kind: 'root-overrides', need, range }) as const),
  ];
}

/**
 * A root fact as one word or two: `web/libc` for what a root's entry requires (`kernel` on the machine), and
 * `constraints web/libc`, `conflicts podman`, `overrides libc` for the others.
 */
export function formatRootFact(fact: RootFact): string {
  switch (fact.kind) {
    case 'root-requires':
      return inScope(fact.scope, fact.need);
    case 'root-constrains':
      return `constraints ${inScope(fact.scope, fact.need)}`;
    case 'root-conflicts':
      return `conflicts ${fact.need}`;
    case 'root-overrides':
      return `overrides ${fact.need}`;
  }
}

export function inScope(scope: string, name: string): string {
  return scope === '' ? name : `${scope}/${name}`;
}

/** The universe with only those facts in its root for which the test holds; scopes stay, even empty ones. */
export function withRootFacts(universe: Universe, keeps: (fact: RootFact) => boolean): Universe {
  return rewritten(universe, (fact) => (keeps(fact) ? fact.range : undefined));
}

/** The universe with another range in one root fact. */
export function withRange(universe: Universe, changed: RootFact, range: string): Universe {
  const key = formatRootFact(changed);
  return rewritten(universe, (fact) => (formatRootFact(fact) === key ? range : fact.range));
}

function rewritten(universe: Universe, rangeOf: (fact: RootFact) => string | undefined): Universe {
  const { root } = universe;
  const ranges = (
    all: Readonly<Record<string, string>> | undefined,
    factOf: (need: string, range: string) => RootFact,
  ): Record<string, string> =>
    Object.fromEntries(
      Object.entries(all ?? {}).flatMap(([need, range]) => {
        const kept = rangeOf(factOf(need, range));
        return kept === undefined ? [] : [[need, kept]];
      }),
    );
  const changed: UniverseRoot = {
    ...root,
    requires: ranges(root.requires, (need, range) => ({ kind: 'root-requires', scope: '', need, range })),
    scopes: Object.fromEntries(
      Object.entries(root.scopes ?? {}).map(([scope, wants]) => [
        scope,
        ranges(wants, (need, range) => ({ kind: 'root-requires', scope, need, range })),
      ]),
    ),
    constraints: Object.fromEntries(
      Object.entries(root.constraints ?? {}).map(([scope, all]) => [
        scope,
        ranges(all, (need, range) => ({ kind: 'root-constrains', scope, need, range })),
      ]),
    ),
    conflicts: ranges(root.conflicts, (need, range) => ({ kind: 'root-conflicts', need, range })),
    overrides: ranges(root.overrides, (need, range) => ({ kind: 'root-overrides', need, range })),
  };
  return { ...universe, root: changed };
}
