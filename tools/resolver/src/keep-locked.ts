import { carriedBy, type Catalogue, type Package, type Row } from './catalogue.ts';
import type { Encoding, Instance, Target } from './encoding.ts';
import type { Term } from './nogood.ts';
import { PreferenceWalk, type Settled } from './preference-walk.ts';
import { search, type StepBudget } from './search.ts';
import { complement, difference, emptySet, has, intersection, isDisjoint, isEmpty, setOf, union, type ValueSet } from './value-set.ts';

export type Kept =
  /** Keys of `locked` that were let go, in the order written. */
  { readonly kind: 'kept'; readonly released: readonly string[] } | { readonly kind: 'limit' };

/**
 * Solutions that are looked at for one locked version that nothing leads to in those before: what needs it may be chosen in many ways that
 * have nothing to do with it, and each of them tells little of the others.
 */
const maxSought = 64;

/**
 * Holds each entry of `locked`, in the order written, that some solution holding those before it can have: a solution in
 * which the package is needed and chosen at that version, among the first `maxSought`. `some` is a solution found before.
 */
export function keepLocked(encoding: Encoding, some: PreferenceWalk, budget: StepBudget): Kept {
  const released: string[] = [];
  const askers = new AskerIndex(encoding.catalogue);
  let known = some;
  for (const key of Object.keys(encoding.catalogue.universe.root.locked ?? {})) {
    const wanted = wantedOf(encoding, key);
    if (wanted === undefined) {
      released.push(key);
      continue;
    }
    if (known.valueOf(wanted.instance) !== wanted.value) {
      const found = seekWith(encoding, wanted, { askers, budget });
      if (found === 'limit') return { kind: 'limit' };
      if (found === undefined) {
        released.push(key);
        continue;
      }
      known = found;
    }
    encoding.engine.backtrack(0);
    encoding.keepAt(wanted.instance, wanted.value);
  }
  return { kind: 'kept', released };
}

function wantedOf(encoding: Encoding, key: string): Settled | undefined {
  const slash = key.indexOf('/');
  const scope = encoding.scopes.indexOf(slash < 0 ? '' : key.slice(0, slash));
  const instance = scope < 0 ? undefined : encoding.instance(scope, key.slice(slash + 1));
  const value = instance === undefined ? undefined : encoding.lockedValue(instance);
  return instance === undefined || value === undefined ? undefined : { instance, value };
}

/** A solution in which the wanted version is chosen and a chain of needs leads to it from the root; undefined where there is none, or none soon. */
function seekWith(
  encoding: Encoding,
  wanted: Settled,
  by: { readonly askers: AskerIndex; readonly budget: StepBudget },
): PreferenceWalk | 'limit' | undefined {
  encoding.engine.backtrack(0);
  const leading = leadingTo(encoding, wanted, by.askers);
  for (let sought = 0; sought < maxSought; sought += 1) {
    const walk = new PreferenceWalk(encoding, { demanded: wanted, preferLocked: true });
    const found = search(encoding.engine, walk, by.budget);
    if (found.kind === 'limit') return 'limit';
    if (found.kind !== 'solution') return undefined;
    const reached = reachedIn(encoding, walk);
    if (reached.has(wanted.instance)) return walk;
    const ways = waysOut(encoding, { walk, reached, leading });
    encoding.engine.backtrack(0);
    encoding.support({ variable: wanted.instance.variable, set: setOf(wanted.instance.package.size, [wanted.value]) }, ways);
  }
  return undefined;
}

function reachedIn(encoding: Encoding, walk: PreferenceWalk): ReadonlySet<Instance> {
  const reached = new Set<Instance>();
  const open: Settled[] = [];
  const reach = (targets: readonly Target[]): void => {
    for (const { instance, set } of targets) {
      const value = walk.valueOf(instance);
      if (value === undefined || !has(set, value) || reached.has(instance)) continue;
      reached.add(instance);
      open.push({ instance, value });
    }
  };
  for (const { targets } of encoding.entries) reach(targets);
  for (let from = open.pop(); from !== undefined; from = open.pop()) {
    for (const { atom } of walk.needsOf(from)) reach(encoding.targets(from.instance.scope, atom));
  }
  return reached;
}

/** Variable → values from which a chain of needs can lead on. */
type Leading = ReadonlyMap<number, ValueSet>;

/**
 * Terms of which one must not hold if something is to be reached that is not: any chain of needs to it leaves what is
 * reached now, by a version that is asked for but not chosen, or by a recommendation that is not taken.
 */
function waysOut(
  encoding: Encoding,
  { walk, reached, leading }: { readonly walk: PreferenceWalk; readonly reached: ReadonlySet<Instance>; readonly leading: Leading },
): readonly Term[] {
  const frontier = new Map<Instance, ValueSet>();
  const untaken: Term[] = [];
  const cross = (targets: readonly Target[]): void => {
    for (const { instance, set } of targets) {
      const useful = intersection(set, leading.get(instance.variable) ?? emptySet(instance.package.size));
      if (!isEmpty(useful)) frontier.set(instance, union(useful, frontier.get(instance) ?? useful));
    }
  };
  for (const { targets } of encoding.entries) cross(targets);
  for (const settled of walk.settled) {
    const { instance, value } = settled;
    if (!reached.has(instance)) continue;
    for (const { atom } of walk.needsOf(settled)) cross(encoding.targets(instance.scope, atom));
    for (const row of carriedBy(encoding.catalogue.rows(instance.package).recommends, value)) {
      if (!walk.hasTaken(instance, row)) untaken.push({ variable: encoding.recommendation(instance, row), set: setOf(2, [0]) });
    }
  }
  const chosen = [...frontier].flatMap(([instance, set]) => {
    const value = walk.valueOf(instance);
    const others = value === undefined ? set : difference(set, setOf(instance.package.size, [value]));
    return isEmpty(others) ? [] : [{ variable: instance.variable, set: complement(others, instance.package.size) }];
  });
  return [...chosen, ...untaken];
}

/** What can lead to the wanted version, by what can be at all; to be called before any decision. */
function leadingTo(encoding: Encoding, wanted: Settled, askers: AskerIndex): Leading {
  const leading = new Map<number, ValueSet>();
  const open: Target[] = [{ instance: wanted.instance, set: setOf(wanted.instance.package.size, [wanted.value]) }];
  for (let target = open.pop(); target !== undefined; target = open.pop()) {
    const { instance } = target;
    const known = leading.get(instance.variable) ?? emptySet(instance.package.size);
    const more = difference(intersection(target.set, encoding.engine.domain(instance.variable)), known);
    if (isEmpty(more)) continue;
    leading.set(instance.variable, union(known, more));
    for (const { by, row } of askers.askingFor(instance.package, more)) {
      for (const scope of scopesAsking(encoding, row, instance.scope)) {
        const asker = encoding.instance(scope, by.name);
        if (asker !== undefined) open.push({ instance: asker, set: row.carriers });
      }
    }
  }
  return leading;
}

function scopesAsking({ scopes }: Encoding, { atom }: Row, scope: number): readonly number[] {
  if (atom.in === 'root') return [scope];
  return atom.in === 'machine' && scope !== 0 ? [] : scopes.map((_, index) => index);
}

interface Asking {
  readonly by: Package;
  readonly row: Row;
}

/** Who asks for what: made when a locked version is first found to be needed by nothing. */
class AskerIndex {
  readonly #catalogue: Catalogue;
  #asking: ReadonlyMap<Package, readonly Asking[]> | undefined;

  constructor(catalogue: Catalogue) {
    this.#catalogue = catalogue;
  }

  askingFor(of: Package, values: ValueSet): readonly Asking[] {
    this.#asking ??= this.#index();
    return (this.#asking.get(of) ?? []).filter(({ row }) =>
      this.#catalogue.offers(row.atom.need, row.atom.range).some((offer) => offer.package === of && !isDisjoint(offer.set, values)),
    );
  }

  #index(): ReadonlyMap<Package, readonly Asking[]> {
    const asking = new Map<Package, Asking[]>();
    for (const name of this.#catalogue.names) {
      const by = this.#catalogue.package(name);
      if (by === undefined) continue;
      const { requires, recommends } = this.#catalogue.rows(by);
      for (const row of [...requires, ...recommends]) {
        for (const offer of this.#catalogue.offers(row.atom.need, row.atom.range)) {
          const known = asking.get(offer.package) ?? [];
          known.push({ by, row });
          asking.set(offer.package, known);
        }
      }
    }
    return asking;
  }
}
