/**
 * Conflict-driven search over variables with small domains, after Dart pub's PubGrub (dart-lang/pub, doc/solver.md) and
 * lazy clause generation: a nogood's term says that a variable's value lies in a set, each assignment takes values out of
 * a domain, and every conflict is resolved to its first unique implication point, learned, and jumped back over.
 * Which variable is decided next, and how, is the guide's business (search.ts): the engine only ever removes values that
 * no solution below the decisions before it has. That is what makes a guide's preference exact.
 */
import { at } from './at.ts';
import type { Nogood, Origin, Resolution, Term } from './nogood.ts';
import { difference, fullSet, intersection, isDisjoint, isFull, isSubset, setOf, union, type ValueSet } from './value-set.ts';

/** One shrinking of a domain. */
interface Entry<Cause> {
  readonly variable: number;
  readonly before: ValueSet;
  /** Missing for a decision. */
  readonly reason: Nogood<Cause> | undefined;
  readonly level: number;
  /** On the trail; negative for what held when the variable was made. */
  readonly position: number;
}

interface Marked<Cause> {
  readonly set: ValueSet;
  /** The entry since which the term holds. */
  readonly entry: Entry<Cause>;
}

/** Learned nogoods that are kept at first, and by how much more each time that some are forgotten. */
const firstKeep = 2_000;
const keepGrowth = 1.2;

export interface EngineOptions {
  /** Keep each step of each resolution, to print the proof; costs memory. */
  readonly keepProof: boolean;
  /** Learned nogoods that are kept at first. */
  readonly keepLearned?: number;
  /** Called once for each shrinking of a variable's domain; may add variables and nogoods. */
  readonly onShrink?: (variable: number) => void;
}

export class Engine<Cause> {
  readonly #options: EngineOptions;
  readonly #sizes: number[] = [];
  readonly #domains: ValueSet[] = [];
  readonly #histories: Entry<Cause>[][] = [];
  readonly #watchers: Nogood<Cause>[][] = [];
  readonly #conflicts: number[] = [];
  readonly #trail: Entry<Cause>[] = [];
  /** Trail lengths at which the levels from 1 up begin. */
  readonly #levelStarts: number[] = [];
  #head = 0;
  #learned: Nogood<Cause>[] = [];
  /** Learned nogoods beyond which the longer half is forgotten. */
  #keep: number;
  /** Nogoods whose watched terms may hold already. */
  readonly #unexamined: Nogood<Cause>[] = [];

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#keep = options.keepLearned ?? firstKeep;
  }

  get level(): number {
    return this.#levelStarts.length;
  }

  /** A variable with values 0 to `size` - 1, of which `ground` takes some away for good. */
  addVariable(size: number, ground: readonly Nogood<Cause>[] = []): number {
    const variable = this.#sizes.length;
    const history: Entry<Cause>[] = [];
    let domain = fullSet(size);
    ground.forEach((nogood, index) => {
      history.push({ variable, before: domain, reason: nogood, level: 0, position: index - ground.length });
      domain = difference(domain, at(nogood.terms, 0).set);
    });
    this.#sizes.push(size);
    this.#domains.push(domain);
    this.#histories.push(history);
    this.#watchers.push([]);
    this.#conflicts.push(0);
    return variable;
  }

  domain(variable: number): ValueSet {
    return at(this.#domains, variable);
  }

  size(variable: number): number {
    return at(this.#sizes, variable);
  }

  /** How many learned nogoods speak of a variable. */
  conflictsOf(variable: number): number {
    return at(this.#conflicts, variable);
  }

  /** At any time, also while `propagate` runs: nothing is dropped when a conflict comes in between. */
  add(nogood: Nogood<Cause>): void {
    const { terms } = nogood;
    for (let slot = 0; slot < Math.min(2, terms.length); slot += 1) {
      let best = slot;
      for (let index = slot; index < terms.length; index += 1) if (this.#rank(at(terms, index)) > this.#rank(at(terms, best))) best = index;
      swap(terms, slot, best);
      at(this.#watchers, at(terms, slot).variable).push(nogood);
    }
    this.#unexamined.push(nogood);
  }

  /** Free terms are watched first, then those that came to hold last. */
  #rank(term: Term): number {
    return this.#holds(term) ? this.#satisfier(term).position : Number.MAX_SAFE_INTEGER;
  }

  /** Draws every conclusion; a nogood all of whose terms hold is returned. */
  propagate(): Nogood<Cause> | undefined {
    for (;;) {
      const conflict = this.#examine();
      if (conflict !== undefined) return conflict;
      if (this.#head === this.#trail.length) return undefined;
      const { variable } = at(this.#trail, this.#head);
      this.#options.onShrink?.(variable);
      const hit = this.#visit(variable);
      if (hit !== undefined) return hit;
      this.#head += 1;
    }
  }

  #examine(): Nogood<Cause> | undefined {
    for (let nogood = this.#unexamined.at(-1); nogood !== undefined; nogood = this.#unexamined.at(-1)) {
      const free = nogood.terms.filter((term) => !this.#holds(term));
      // A conflict stays unexamined, since it may still be one after the jump back.
      if (free.length === 0) return nogood;
      this.#unexamined.pop();
      if (free.length === 1) this.#exclude(at(free, 0), nogood);
    }
    return undefined;
  }

  #visit(variable: number): Nogood<Cause> | undefined {
    const domain = this.domain(variable);
    const watchers = at(this.#watchers, variable);
    let kept = 0;
    for (let index = 0; index < watchers.length; index += 1) {
      const nogood = at(watchers, index);
      const { terms } = nogood;
      if (terms.length > 1 && at(terms, 0).variable === variable) swap(terms, 0, 1);
      const own = at(terms, terms.length > 1 ? 1 : 0);
      if (!isSubset(domain, own.set)) {
        watchers[kept++] = nogood;
        continue;
      }
      if (terms.length > 2 && this.#moveWatch(nogood)) continue;
      watchers[kept++] = nogood;
      const other = at(terms, 0);
      if (terms.length === 1 || this.#holds(other)) {
        for (let rest = index + 1; rest < watchers.length; rest += 1) watchers[kept++] = at(watchers, rest);
        watchers.length = kept;
        return nogood;
      }
      this.#exclude(other, nogood);
    }
    watchers.length = kept;
    return undefined;
  }

  /** Watches a term that does not hold in place of the second one. */
  #moveWatch(nogood: Nogood<Cause>): boolean {
    const { terms } = nogood;
    if (isDisjoint(this.domain(at(terms, 0).variable), at(terms, 0).set)) return false;
    for (let index = 2; index < terms.length; index += 1) {
      const term = at(terms, index);
      if (this.#holds(term)) continue;
      swap(terms, 1, index);
      at(this.#watchers, term.variable).push(nogood);
      return true;
    }
    return false;
  }

  #holds(term: Term): boolean {
    return isSubset(this.domain(term.variable), term.set);
  }

  #exclude(term: Term, reason: Nogood<Cause>): void {
    const before = this.domain(term.variable);
    if (isDisjoint(before, term.set)) return;
    this.#shrink(term.variable, difference(before, term.set), reason);
  }

  #shrink(variable: number, after: ValueSet, reason: Nogood<Cause> | undefined): void {
    const entry = { variable, before: this.domain(variable), reason, level: this.level, position: this.#trail.length };
    this.#trail.push(entry);
    at(this.#histories, variable).push(entry);
    this.#domains[variable] = after;
  }

  /** Opens a level in which the variable has this value. */
  decide(variable: number, value: number): void {
    this.#levelStarts.push(this.#trail.length);
    this.#shrink(variable, setOf(this.size(variable), [value]), undefined);
  }

  backtrack(level: number): void {
    if (level >= this.level) return;
    const start = at(this.#levelStarts, level);
    for (let entry = this.#trail.at(-1); entry !== undefined && entry.position >= start; entry = this.#trail.at(-1)) {
      this.#domains[entry.variable] = entry.before;
      at(this.#histories, entry.variable).pop();
      this.#trail.pop();
    }
    this.#levelStarts.length = level;
    this.#head = Math.min(this.#head, start);
  }

  /**
   * Learns from a conflict and jumps back to the level where the learned nogood excludes something. Where the conflict
   * needs no decision, the proof that there is no solution is returned instead.
   */
  learn(conflict: Nogood<Cause>): Origin<Cause> | undefined {
    const marked = new Map<number, Marked<Cause>>();
    const ground: Term[] = [];
    const chain: Resolution<Cause>[] = [];
    const take = (nogood: Nogood<Cause>): void => {
      chain.push({ nogood, terms: this.#options.keepProof ? termsOf(marked) : [] });
    };
    for (const term of conflict.terms) this.#mark(marked, ground, term);
    take(conflict);
    const level = Math.max(0, ...[...marked.values()].map(({ entry }) => entry.level));
    this.backtrack(level);
    for (;;) {
      const latest = latestOf(marked, level);
      if (latest === undefined) return { kind: 'learned', chain, ground };
      if (level > 0 && latest.alone) break;
      const reason = latest.entry.reason;
      if (reason === undefined) throw new Error('a decision was resolved');
      this.#resolve(marked, ground, { pivot: latest.entry.variable, reason });
      take(reason);
    }
    this.#assert(marked, { kind: 'learned', chain, ground });
    return undefined;
  }

  #assert(marked: ReadonlyMap<number, Marked<Cause>>, origin: Origin<Cause>): void {
    const sorted = [...marked].sort(([, a], [, b]) => b.entry.position - a.entry.position);
    const terms = sorted.map(([variable, { set }]) => ({ variable, set }));
    const nogood: Nogood<Cause> = { terms, origin };
    this.backtrack(sorted[1]?.[1].entry.level ?? 0);
    for (const { variable } of terms) this.#conflicts[variable] = this.conflictsOf(variable) + 1;
    for (const term of terms.slice(0, 2)) at(this.#watchers, term.variable).push(nogood);
    this.#learned.push(nogood);
    this.#exclude(at(terms, 0), nogood);
  }

  get isFull(): boolean {
    return this.#learned.length > this.#keep;
  }

  /**
   * Goes back to the start and forgets the longer half of what was learned, the older first. What was learned follows from
   * the rest, so only time can be lost by it; more is kept each time, so the search still ends.
   */
  forget(): void {
    this.backtrack(0);
    const inUse = new Set(this.#trail.map(({ reason }) => reason));
    const byLength = [...this.#learned].reverse().sort((a, b) => a.terms.length - b.terms.length);
    const dropped = new Set(byLength.slice(byLength.length >>> 1).filter((nogood) => !inUse.has(nogood)));
    this.#learned = this.#learned.filter((nogood) => !dropped.has(nogood));
    for (const [variable, watchers] of this.#watchers.entries())
      this.#watchers[variable] = watchers.filter((nogood) => !dropped.has(nogood));
    this.#keep *= keepGrowth;
  }

  #mark(marked: Map<number, Marked<Cause>>, ground: Term[], term: Term): void {
    const known = marked.get(term.variable);
    const set = known === undefined ? term.set : intersection(known.set, term.set);
    const entry = this.#satisfier({ variable: term.variable, set });
    if (entry.level === 0 && !this.#options.keepProof) ground.push(term);
    else marked.set(term.variable, { set, entry });
  }

  #resolve(marked: Map<number, Marked<Cause>>, ground: Term[], step: { readonly pivot: number; readonly reason: Nogood<Cause> }): void {
    const own = marked.get(step.pivot);
    marked.delete(step.pivot);
    for (const term of step.reason.terms) {
      if (term.variable !== step.pivot || own === undefined) {
        this.#mark(marked, ground, term);
        continue;
      }
      const set = union(own.set, term.set);
      if (!isFull(set, this.size(term.variable))) this.#mark(marked, ground, { variable: term.variable, set });
    }
  }

  /** The shrinking since which a term that holds has held. */
  #satisfier(term: Term): Entry<Cause> {
    const history = at(this.#histories, term.variable);
    let index = history.length - 1;
    while (index > 0 && isSubset(at(history, index).before, term.set)) index -= 1;
    return at(history, index);
  }

  /** Every given cause that a proof rests on. */
  causesOf(proof: Origin<Cause>): ReadonlySet<Cause> {
    const causes = new Set<Cause>();
    const seen = new Set<Origin<Cause> | string>();
    const origins: Origin<Cause>[] = [proof];
    const terms: Term[] = [];
    for (;;) {
      const origin = origins.pop();
      if (origin !== undefined) {
        if (seen.has(origin)) continue;
        seen.add(origin);
        if (origin.kind === 'given') causes.add(origin.cause);
        else {
          for (const { nogood } of origin.chain) origins.push(nogood.origin);
          terms.push(...origin.ground);
        }
        continue;
      }
      const term = terms.pop();
      if (term === undefined) return causes;
      const key = `${term.variable}:${term.set.join()}`;
      if (seen.has(key)) continue;
      seen.add(key);
      this.#openGround(term, origins, terms);
    }
  }

  /** What a term that held before the first decision rests on. */
  #openGround(term: Term, origins: Origin<Cause>[], terms: Term[]): void {
    const { reason } = this.#satisfier(term);
    if (reason === undefined) throw new Error('a ground term rests on a decision');
    origins.push(reason.origin);
    for (const other of reason.terms) {
      if (other.variable !== term.variable) {
        terms.push(other);
        continue;
      }
      const set = union(term.set, other.set);
      if (!isFull(set, this.size(term.variable))) terms.push({ variable: term.variable, set });
    }
  }
}

function latestOf<Cause>(
  marked: ReadonlyMap<number, Marked<Cause>>,
  level: number,
): { readonly entry: Entry<Cause>; readonly alone: boolean } | undefined {
  let latest: Entry<Cause> | undefined;
  let count = 0;
  for (const { entry } of marked.values()) {
    if (entry.level === level) count += 1;
    if (latest === undefined || entry.position > latest.position) latest = entry;
  }
  return latest === undefined ? undefined : { entry: latest, alone: count === 1 };
}

function termsOf<Cause>(marked: ReadonlyMap<number, Marked<Cause>>): readonly Term[] {
  return [...marked].map(([variable, { set }]) => ({ variable, set }));
}

function swap(terms: Term[], a: number, b: number): void {
  if (a === b) return;
  const first = at(terms, a);
  terms[a] = at(terms, b);
  terms[b] = first;
}
