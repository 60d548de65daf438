import { upstreamOf } from '@moby/model';
import { at } from './at.ts';
import { admitted, byCodeUnits, type Atom, type Package } from './catalogue.ts';
import type { Given, Target } from './encoding.ts';
import type { Fact, Missing, Selection } from './result.ts';
import { equalSets, has, valuesOf } from './value-set.ts';

/** Package → ranges that the facts of a proof name, in the order met. */
export type KnownRanges = ReadonlyMap<string, readonly string[]>;

/** Versions that a message lists before it says "and N more". */
const maxListed = 4;

export function rangesIn(facts: readonly Given[]): KnownRanges {
  const ranges = new Map<string, string[]>();
  const enter = ({ need, range }: Pick<Atom, 'need' | 'range'>): void => {
    ranges.set(need, [...(ranges.get(need) ?? []), range]);
  };
  for (const fact of facts) if (fact.kind === 'root-requires') enter(fact.entry.atom);
  for (const fact of facts) {
    if (fact.kind === 'requires') fact.atoms.forEach(enter);
    if (fact.kind === 'conflicts') enter(fact.atom);
    if (fact.kind === 'root-constrains' || fact.kind === 'root-conflicts')
      enter({ need: fact.excluded.instance.package.name, range: fact.range });
  }
  return ranges;
}

export function selectionOf({ instance, set }: Target, ranges: KnownRanges): Selection {
  const of = instance.package;
  const values = valuesOf(set);
  const listed = of.valueOfListed.filter((value) => has(set, value)).map((value) => at(of.versions, value - 1));
  const extent = values.length === of.versions.length ? 'all' : values.length === 1 ? 'one' : 'several';
  return { key: instance.key, versions: listed, text: textOf({ instance, set }, { listed, extent, ranges }), extent };
}

function textOf(
  { instance, set }: Target,
  by: { readonly listed: readonly string[]; readonly extent: Selection['extent']; readonly ranges: KnownRanges },
): string {
  const of = instance.package;
  const known = (by.ranges.get(of.name) ?? []).find((range) => range !== '*' && equalSets(admitted(of, range), set));
  if (known !== undefined) return `${instance.key}@${known}`;
  if (by.extent === 'all') return instance.key;
  if (by.extent === 'one') return `${instance.key} ${at(by.listed, 0)}`;
  return `${instance.key}@${runsOf(of, set)}`;
}

/** The set as few comparisons: `>=1.2.0 <=1.9.0 || >=3.0.0`. Single versions of a longer list stand alone. */
function runsOf(of: Package, set: Target['set']): string {
  const oldestFirst = of.valueOfListed.toReversed();
  const runs: { readonly from: number; to: number }[] = [];
  oldestFirst.forEach((value, index) => {
    if (!has(set, value)) return;
    const last = runs.at(-1);
    if (last !== undefined && last.to === index - 1) last.to = index;
    else runs.push({ from: index, to: index });
  });
  const version = (index: number): string => upstreamOf(at(of.versions, at(oldestFirst, index) - 1));
  return runs
    .map(({ from, to }) => {
      if (from === to) return version(from);
      if (from === 0) return `<=${version(to)}`;
      return to === oldestFirst.length - 1 ? `>=${version(from)}` : `>=${version(from)} <=${version(to)}`;
    })
    .join(' || ');
}

export function factOf(given: Given, ranges: KnownRanges): Fact {
  const select = (target: Target): Selection => selectionOf(target, ranges);
  switch (given.kind) {
    case 'root-requires': {
      const { atom, targets } = given.entry;
      const { scope } = given.root.kind === 'root-requires' ? given.root : { scope: '' };
      const meeting = targets.length > 0 ? {} : { missing: missingOf(given.available) };
      return {
        kind: given.kind,
        root: given.root,
        scope,
        need: atom.need,
        range: atom.range,
        ...writtenOf([atom]),
        offeredBy: targets.map(select),
        ...meeting,
      };
    }
    case 'root-constrains':
    case 'root-conflicts':
      return { kind: given.kind, root: given.root, excluded: select(given.excluded), range: given.range };
    case 'requires': {
      const { atoms, targets } = given;
      const { need, in: place } = at(atoms, 0);
      const meeting = targets.length > 0 ? {} : { missing: missingOf(given.available) };
      return {
        kind: given.kind,
        who: select(given.who),
        need,
        ranges: rangesOf(atoms),
        in: place,
        ...writtenOf(atoms),
        offeredBy: targets.map(select),
        ...meeting,
      };
    }
    case 'conflicts':
      return { kind: given.kind, who: select(given.who), need: given.atom.need, range: given.atom.range, other: select(given.other) };
    case 'slot': {
      const [who, other] =
        byCodeUnits(given.who.instance.key, given.other.instance.key) < 0 ? [given.who, given.other] : [given.other, given.who];
      return { kind: given.kind, slot: given.slot, who: select(who), other: select(other) };
    }
    case 'misfit':
      return { kind: given.kind, who: select(given.who), other: select(given.other), reasons: given.reasons };
    case 'platform':
      return { kind: given.kind, excluded: select(given.excluded), platform: given.platform };
    case 'yanked':
      return { kind: given.kind, excluded: select(given.excluded) };
    case 'soft':
      throw new Error('a proof rests on a preference');
  }
}

function rangesOf(atoms: readonly Atom[]): readonly string[] {
  return [...new Set(atoms.map(({ range }) => range))].toSorted(byCodeUnits);
}

function writtenOf(atoms: readonly Atom[]): { readonly written?: string } {
  const written = [...new Set(atoms.flatMap((atom) => atom.written ?? []))];
  return written.length === 0 ? {} : { written: written.join(' or ') };
}

function missingOf(available: readonly string[]): Missing {
  return available.length === 0 ? { kind: 'name', available } : { kind: 'range', available: [...new Set(available)].slice(0, maxListed) };
}
