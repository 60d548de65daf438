import type { Misfit, MisfitEnd, Platform, RequirementPlace } from '@moby/model';
import { at } from './at.ts';
import { admitted, byCodeUnits, where, type Atom, type Catalogue, type Package, type Row } from './catalogue.ts';
import { Engine } from './engine.ts';
import type { Nogood, Term } from './nogood.ts';
import type { RootFact } from './result.ts';
import { complement, has, intersection, isEmpty, setOf, type ValueSet } from './value-set.ts';

/** A package in a scope; scope 0 is the machine. */
export interface Instance {
  readonly variable: number;
  readonly scope: number;
  readonly package: Package;
  /** `name` or `scope/name`. */
  readonly key: string;
}

/** Versions of an instance. */
export interface Target {
  readonly instance: Instance;
  readonly set: ValueSet;
}

export interface RootEntry {
  readonly scope: number;
  readonly atom: Atom;
  readonly targets: readonly Target[];
}

/** What in the universe a nogood says. */
export type Given =
  | { readonly kind: 'root-requires'; readonly root: RootFact; readonly entry: RootEntry; readonly available: readonly string[] }
  | { readonly kind: 'root-constrains' | 'root-conflicts'; readonly root: RootFact; readonly excluded: Target; readonly range: string }
  | { readonly kind: 'platform'; readonly excluded: Target; readonly platform: Platform }
  | { readonly kind: 'yanked'; readonly excluded: Target }
  | {
      readonly kind: 'requires';
      readonly who: Target;
      readonly atoms: readonly Atom[];
      readonly targets: readonly Target[];
      /** Where nothing meets it: what there is of that name. */
      readonly available: readonly string[];
    }
  | { readonly kind: 'conflicts'; readonly who: Target; readonly atom: Atom; readonly other: Target }
  | { readonly kind: 'slot'; readonly slot: string; readonly who: Target; readonly other: Target }
  | { readonly kind: 'misfit'; readonly who: Target; readonly other: Target; readonly reasons: readonly string[] }
  /** Recommendations and locks: never a reason why there is no solution. */
  | { readonly kind: 'soft' };

const maxVariables = 1_000_000;

/**
 * A universe as variables and nogoods for the engine, made as far as the search gets: a package in a scope becomes a
 * variable when something names it, and what its versions ask becomes nogoods when it is first known to be present.
 */
export class Encoding {
  readonly catalogue: Catalogue;
  readonly engine: Engine<Given>;
  /** The machine, then the scopes as written. */
  readonly scopes: readonly string[];
  readonly entries: readonly RootEntry[];
  readonly #instances = new Map<string, Instance>();
  readonly #byVariable = new Map<number, Instance>();
  readonly #expanded = new Set<number>();
  readonly #recommendations = new Map<string, number>();
  readonly #supports = new Set<number>();
  readonly #slotPairs = new Set<string>();
  /** By the key of either end; each is said once. */
  readonly #misfits = new Map<string, readonly Misfit[]>();
  readonly #saidMisfits = new Set<Misfit>();

  constructor(catalogue: Catalogue) {
    this.catalogue = catalogue;
    this.engine = new Engine({ keepProof: false, onShrink: (variable) => this.#expand(variable) });
    const { root, misfits = [] } = catalogue.universe;
    for (const misfit of misfits) {
      for (const { key } of [misfit.who, misfit.other]) this.#misfits.set(key, [...(this.#misfits.get(key) ?? []), misfit]);
    }
    this.scopes = ['', ...Object.keys(root.scopes ?? {})];
    this.entries = [root.requires ?? {}, ...Object.values(root.scopes ?? {})].flatMap((wants, scope) =>
      Object.entries(wants).map(([need, range]) => this.#addEntry(scope, need, range)),
    );
  }

  #addEntry(scope: number, need: string, range: string): RootEntry {
    const atom = this.catalogue.atom(need, range, 'root');
    const entry: RootEntry = { scope, atom, targets: this.targets(scope, atom) };
    const root: RootFact = { kind: 'root-requires', scope: at(this.scopes, scope), need, range };
    this.#give(entry.targets.map(unmet), { kind: 'root-requires', root, entry, available: this.#availableTo(entry.targets, need) });
    return entry;
  }

  instance(scope: number, name: string): Instance | undefined {
    const known = this.#instances.get(`${scope}/${name}`);
    if (known !== undefined) return known;
    const of = this.catalogue.package(name);
    return of === undefined ? undefined : this.#instanceOf(scope, of);
  }

  instanceAt(variable: number): Instance | undefined {
    return this.#byVariable.get(variable);
  }

  instances(): readonly Instance[] {
    return [...this.#byVariable.values()];
  }

  /** What may meet an atom that is asked for in a scope: by name, then by scope. */
  targets(scope: number, atom: Atom): readonly Target[] {
    return this.catalogue
      .offers(atom.need, atom.range)
      .flatMap((offer) =>
        this.#scopesOf(scope, atom.in).map((there) => ({ instance: this.#instanceOf(there, offer.package), set: offer.set })),
      );
  }

  /** The variable that says whether a recommendation is taken: 0 no, 1 yes. */
  recommendation(by: Instance, row: Row): number {
    const key = `${by.variable}\n${row.atom.need}\n${row.atom.range}\n${row.atom.in}\n${row.atom.written ?? ''}`;
    let variable = this.#recommendations.get(key);
    if (variable === undefined) {
      variable = this.engine.addVariable(2);
      this.#recommendations.set(key, variable);
      const taken = { variable, set: setOf(2, [1]) };
      this.#give([taken, ...this.targets(by.scope, row.atom).map(unmet)], { kind: 'soft' });
      this.#give([taken, { variable: by.variable, set: complement(row.carriers, by.package.size) }], { kind: 'soft' });
    }
    return variable;
  }

  /** The value of the version at which the root locks an instance, if there is such a version. */
  lockedValue({ key, package: of }: Instance): number | undefined {
    const version = own(this.catalogue.universe.root.locked, key);
    const index = version === undefined ? -1 : of.versions.indexOf(version);
    return index < 0 ? undefined : index + 1;
  }

  /** Wherever the instance is chosen, it has this value. */
  keepAt(instance: Instance, value: number): void {
    const { size } = instance.package;
    this.#give([{ variable: instance.variable, set: complement(setOf(size, [0, value]), size) }], { kind: 'soft' });
  }

  /** What `held` says needs that one of `missing` does not hold. */
  support(held: Term, missing: readonly Term[]): void {
    for (const { variable } of missing) this.#supports.add(variable);
    this.#give([held, ...missing], { kind: 'soft' });
  }

  /** Variables that `support` named, in order. */
  get supports(): ReadonlySet<number> {
    return this.#supports;
  }

  /** Components that conflicts touched most often, most often first. */
  busiest(): readonly string[] {
    const counted = [...this.#byVariable.values()].map(({ variable, key }) => ({ key, count: this.engine.conflictsOf(variable) }));
    return counted
      .filter(({ count }) => count > 0)
      .toSorted((a, b) => b.count - a.count || byCodeUnits(a.key, b.key))
      .slice(0, 3)
      .map(({ key }) => key);
  }

  #scopesOf(scope: number, place: RequirementPlace): readonly number[] {
    switch (place) {
      case 'root':
        return [scope];
      case 'machine':
        return [0];
      case 'peer':
        return this.scopes.map((_, index) => index);
    }
  }

  #instanceOf(scope: number, of: Package): Instance {
    const id = `${scope}/${of.name}`;
    const known = this.#instances.get(id);
    if (known !== undefined) return known;
    if (this.#instances.size >= maxVariables) throw new RangeError(`more than ${maxVariables} components in scopes`);
    const scopeName = at(this.scopes, scope);
    const variable = this.engine.addVariable(of.size, []);
    const instance: Instance = { variable, scope, package: of, key: scopeName === '' ? of.name : `${scopeName}/${of.name}` };
    this.#instances.set(id, instance);
    this.#byVariable.set(variable, instance);
    for (const given of this.#excluded(instance)) this.#give([{ variable, set: given.excluded.set }], given);
    return instance;
  }

  #availableTo(targets: readonly Target[], need: string): readonly string[] {
    return targets.length > 0 ? [] : this.catalogue.available(need);
  }

  /** What is out of the question for an instance, whatever else is chosen. */
  #excluded(instance: Instance): readonly (Given & { readonly excluded: Target })[] {
    const { root } = this.catalogue.universe;
    const of = instance.package;
    const target = (set: ValueSet): Target => ({ instance, set });
    const found: (Given & { readonly excluded: Target })[] = [];
    const locked = own(root.locked, instance.key);
    const yanked = where(of, (item, version) => item.yanked === true && locked !== version);
    found.push({ kind: 'yanked', excluded: target(yanked) });
    const { platform } = root;
    if (platform !== undefined) {
      const elsewhere = where(of, ({ platforms }) => platforms !== undefined && !platforms.includes(platform));
      found.push({ kind: 'platform', excluded: target(elsewhere), platform });
    }
    for (const scope of ['*', at(this.scopes, instance.scope)]) {
      const written = own(own(root.constraints, scope), of.name);
      if (written === undefined) continue;
      const { range } = this.catalogue.atom(of.name, written, 'root');
      const outside = complement(admitted(of, range), of.size);
      const set = intersection(outside, complement(setOf(of.size, [0]), of.size));
      found.push({
        kind: 'root-constrains',
        root: { kind: 'root-constrains', scope, need: of.name, range: written },
        excluded: target(set),
        range,
      });
    }
    for (const [need, written] of Object.entries(root.conflicts ?? {})) {
      const { range } = this.catalogue.atom(need, written, 'root');
      const offer = this.catalogue.offers(need, range).find((candidate) => candidate.package === of);
      if (offer === undefined) continue;
      found.push({ kind: 'root-conflicts', root: { kind: 'root-conflicts', need, range: written }, excluded: target(offer.set), range });
    }
    return found.filter(({ excluded }) => !isEmpty(excluded.set));
  }

  /** Once an instance is known to be present, what its versions ask is made. */
  #expand(variable: number): void {
    const who = this.#byVariable.get(variable);
    if (who === undefined || this.#expanded.has(variable) || has(this.engine.domain(variable), 0)) return;
    this.#expanded.add(variable);
    const rows = this.catalogue.rows(who.package);
    for (const { atom, carriers } of rows.requires) {
      const targets = this.targets(who.scope, atom);
      const given: Given = {
        kind: 'requires',
        who: { instance: who, set: carriers },
        atoms: [atom],
        targets,
        available: this.#availableTo(targets, atom.need),
      };
      this.#give([{ variable, set: carriers }, ...targets.map(unmet)], given);
    }
    for (const { atom, carriers } of rows.conflicts) {
      for (const other of this.targets(who.scope, atom)) {
        if (other.instance === who) continue;
        const given: Given = { kind: 'conflicts', who: { instance: who, set: carriers }, atom, other };
        this.#give([{ variable, set: carriers }, termOf(other)], given);
      }
    }
    for (const { slot, carriers } of rows.exclusive) this.#shareSlot({ instance: who, set: carriers }, slot);
    for (const misfit of this.#misfits.get(who.key) ?? []) this.#keepApart(misfit);
  }

  /** A misfit of a version or place that there isn't says nothing. */
  #keepApart(misfit: Misfit): void {
    if (this.#saidMisfits.has(misfit)) return;
    this.#saidMisfits.add(misfit);
    const [who, other] = [this.#targetOf(misfit.who), this.#targetOf(misfit.other)];
    if (who === undefined || other === undefined || who.instance === other.instance) return;
    this.#give([termOf(who), termOf(other)], { kind: 'misfit', who, other, reasons: [misfit.reason] });
  }

  #targetOf({ key, version }: MisfitEnd): Target | undefined {
    const slash = key.indexOf('/');
    const scope = this.scopes.indexOf(slash < 0 ? '' : key.slice(0, slash));
    const instance = scope < 0 ? undefined : this.instance(scope, key.slice(slash + 1));
    const index = instance?.package.versions.indexOf(version) ?? -1;
    return instance === undefined || index < 0 ? undefined : { instance, set: setOf(instance.package.size, [index + 1]) };
  }

  #shareSlot(who: Target, slot: string): void {
    for (const holder of this.catalogue.holders(slot)) {
      if (holder.package === who.instance.package) continue;
      const other: Target = { instance: this.#instanceOf(who.instance.scope, holder.package), set: holder.set };
      const pair = [who.instance.variable, other.instance.variable].toSorted((a, b) => a - b).join();
      if (this.#slotPairs.has(`${pair},${slot}`)) continue;
      this.#slotPairs.add(`${pair},${slot}`);
      this.#give([termOf(who), termOf(other)], { kind: 'slot', slot, who, other });
    }
  }

  #give(terms: readonly Term[], cause: Given): void {
    const nogood = makeNogood(terms, cause);
    if (nogood !== undefined) this.engine.add(nogood);
  }
}

/** Terms on one variable are joined; where they exclude each other, nothing is said and the answer is undefined. */
export function makeNogood<Cause>(terms: readonly Term[], cause: Cause): Nogood<Cause> | undefined {
  const joined = new Map<number, ValueSet>();
  for (const { variable, set } of terms) {
    const known = joined.get(variable);
    joined.set(variable, known === undefined ? set : intersection(known, set));
  }
  if ([...joined.values()].some(isEmpty)) return undefined;
  return { terms: [...joined].map(([variable, set]) => ({ variable, set })), origin: { kind: 'given', cause } };
}

export function termOf({ instance, set }: Target): Term {
  return { variable: instance.variable, set };
}

/** The target meets nothing: its instance is absent or at another version. */
export function unmet({ instance, set }: Target): Term {
  return { variable: instance.variable, set: complement(set, instance.package.size) };
}

function own<Value>(record: Readonly<Record<string, Value>> | undefined, key: string): Value | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}
