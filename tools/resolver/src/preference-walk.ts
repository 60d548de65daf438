/**
 * Decides in the order in which docs/reference/universe.md prefers: the root's entries as written; then, from what is
 * settled so far, each recommendation as it is met; then the first open requirement, breadth-first. Every choice takes the
 * first of its candidates that the engine has not excluded; since the engine excludes only what no solution with the
 * earlier choices has, the result is the first solution in that order.
 */
import { at } from './at.ts';
import { carriedBy, type Atom, type Row } from './catalogue.ts';
import type { Encoding, Instance, Target } from './encoding.ts';
import type { Decision, Guide } from './search.ts';
import { has, onlyValue, valuesOf } from './value-set.ts';

/** A settled requirement. */
export interface Choice {
  /** Missing for an entry of the root. */
  readonly from: Instance | undefined;
  readonly scope: number;
  readonly atom: Atom;
  readonly by: Instance;
  readonly recommended: boolean;
}

export interface Settled {
  readonly instance: Instance;
  readonly value: number;
}

export interface Recommendation {
  readonly from: Instance;
  readonly row: Row;
}

interface Cursor {
  readonly settled: number;
  readonly choices: number;
  readonly taken: number;
  readonly dropped: number;
  readonly entry: number;
  readonly recommender: number;
  readonly recommendation: number;
  readonly requirer: number;
  readonly requirement: number;
}

export interface WalkOptions {
  /** To be chosen before all else, and walked like the root's entries, whether or not anything needs it. */
  readonly demanded?: Settled;
  /** Try locked versions first: finds some solution that is near to the lock. */
  readonly preferLocked: boolean;
}

export class PreferenceWalk implements Guide {
  readonly settled: Settled[] = [];
  readonly choices: Choice[] = [];
  readonly dropped: Recommendation[] = [];
  readonly #encoding: Encoding;
  readonly #options: WalkOptions;
  readonly #valueOf = new Map<number, number>();
  readonly #taken: Recommendation[] = [];
  readonly #takenBy = new Map<number, Row[]>();
  /** Where the walk stood when a level was opened. */
  readonly #cursors: Cursor[] = [];
  #entry = 0;
  #recommender = 0;
  #recommendation = 0;
  #requirer = 0;
  #requirement = 0;

  constructor(encoding: Encoding, options: WalkOptions) {
    this.#encoding = encoding;
    this.#options = options;
  }

  opened(level: number): void {
    this.#cursors[level] = {
      settled: this.settled.length,
      choices: this.choices.length,
      taken: this.#taken.length,
      dropped: this.dropped.length,
      entry: this.#entry,
      recommender: this.#recommender,
      recommendation: this.#recommendation,
      requirer: this.#requirer,
      requirement: this.#requirement,
    };
  }

  closed(level: number): void {
    const cursor = this.#cursors[level + 1];
    if (cursor === undefined) return;
    this.#cursors.length = level + 1;
    for (const { instance } of this.settled.slice(cursor.settled)) this.#valueOf.delete(instance.variable);
    for (const { from } of this.#taken.slice(cursor.taken)) this.#takenBy.get(from.variable)?.pop();
    this.settled.length = cursor.settled;
    this.choices.length = cursor.choices;
    this.#taken.length = cursor.taken;
    this.dropped.length = cursor.dropped;
    this.#entry = cursor.entry;
    this.#recommender = cursor.recommender;
    this.#recommendation = cursor.recommendation;
    this.#requirer = cursor.requirer;
    this.#requirement = cursor.requirement;
  }

  valueOf(instance: Instance): number | undefined {
    return this.#valueOf.get(instance.variable);
  }

  /** Requirements and taken recommendations of a settled component. */
  needsOf({ instance, value }: Settled): readonly Row[] {
    return [...carriedBy(this.#encoding.catalogue.rows(instance.package).requires, value), ...(this.#takenBy.get(instance.variable) ?? [])];
  }

  hasTaken(by: Instance, row: Row): boolean {
    return this.#takenBy.get(by.variable)?.includes(row) ?? false;
  }

  next(): Decision | 'done' | 'refused' {
    const { demanded } = this.#options;
    if (demanded !== undefined && this.valueOf(demanded.instance) === undefined) {
      const domain = this.#encoding.engine.domain(demanded.instance.variable);
      if (!has(domain, demanded.value)) return 'refused';
      if (onlyValue(domain) !== demanded.value) return { variable: demanded.instance.variable, value: demanded.value };
      this.#settle(demanded);
    }
    const decision = this.#nextEntry() ?? this.#nextNeed();
    if (decision !== undefined || demanded === undefined) return decision ?? 'done';
    return this.#nextPresent() ?? 'done';
  }

  /** Beside something demanded, what is present without being needed counts as well, with what it needs. */
  #nextPresent(): Decision | undefined {
    for (;;) {
      const idle = this.#encoding
        .instances()
        .find(({ variable }) => !this.#valueOf.has(variable) && !has(this.#encoding.engine.domain(variable), 0));
      if (idle === undefined) return this.#nextSupport();
      const value = at(valuesOf(this.#encoding.engine.domain(idle.variable)), 0);
      if (onlyValue(this.#encoding.engine.domain(idle.variable)) !== value) return { variable: idle.variable, value };
      this.#settle({ instance: idle, value });
      const decision = this.#nextNeed();
      if (decision !== undefined) return decision;
    }
  }

  /** Whoever might ask for what is demanded doesn't, until only one is left. */
  #nextSupport(): Decision | undefined {
    for (const variable of this.#encoding.supports) {
      const domain = this.#encoding.engine.domain(variable);
      if (has(domain, 0) && onlyValue(domain) === undefined) return { variable, value: 0 };
    }
    return undefined;
  }

  #nextEntry(): Decision | undefined {
    for (; this.#entry < this.#encoding.entries.length; this.#entry += 1) {
      const entry = at(this.#encoding.entries, this.#entry);
      const decision = this.#meet(entry.targets, { from: undefined, scope: entry.scope, atom: entry.atom, recommended: false });
      if (decision !== undefined) return decision;
    }
    return undefined;
  }

  #nextNeed(): Decision | undefined {
    for (;;) {
      const taking = this.#nextRecommendation();
      if (taking !== undefined) return taking;
      const from = this.settled[this.#requirer];
      if (from === undefined) return undefined;
      const needs = this.needsOf(from);
      const row = needs[this.#requirement];
      if (row === undefined) {
        this.#requirer += 1;
        this.#requirement = 0;
        continue;
      }
      const recommended = this.#requirement >= needs.length - (this.#takenBy.get(from.instance.variable)?.length ?? 0);
      const targets = this.#encoding.targets(from.instance.scope, row.atom);
      const decision = this.#meet(targets, { from: from.instance, scope: from.instance.scope, atom: row.atom, recommended });
      if (decision !== undefined) return decision;
      this.#requirement += 1;
    }
  }

  #nextRecommendation(): Decision | undefined {
    for (; this.#recommender < this.settled.length; this.#recommender += 1, this.#recommendation = 0) {
      const { instance, value } = at(this.settled, this.#recommender);
      const rows = carriedBy(this.#encoding.catalogue.rows(instance.package).recommends, value);
      for (; this.#recommendation < rows.length; this.#recommendation += 1) {
        const row = at(rows, this.#recommendation);
        const variable = this.#encoding.recommendation(instance, row);
        // Making the variable may have brought conclusions; until they are drawn it is simply tried.
        const known = onlyValue(this.#encoding.engine.domain(variable));
        if (known === undefined) return { variable, value: 1 };
        if (known === 0) this.dropped.push({ from: instance, row });
        else this.#take({ from: instance, row });
      }
    }
    return undefined;
  }

  #take(recommendation: Recommendation): void {
    this.#taken.push(recommendation);
    const rows = this.#takenBy.get(recommendation.from.variable) ?? [];
    rows.push(recommendation.row);
    this.#takenBy.set(recommendation.from.variable, rows);
  }

  /** Settles who meets a need, or says what has to be decided first. */
  #meet(targets: readonly Target[], need: Omit<Choice, 'by'>): Decision | undefined {
    for (const target of this.#ranked(targets, need.atom.need)) {
      const domain = this.#encoding.engine.domain(target.instance.variable);
      const value = this.#valuesInOrder(target).find((candidate) => has(domain, candidate));
      if (value === undefined) continue;
      if (onlyValue(domain) !== value) return { variable: target.instance.variable, value };
      this.#settle({ instance: target.instance, value });
      this.choices.push({ ...need, by: target.instance });
      return undefined;
    }
    throw new Error(`nothing is left that meets ${need.atom.need}@${need.atom.range}`);
  }

  #settle(settled: Settled): void {
    if (this.#valueOf.has(settled.instance.variable)) return;
    this.#valueOf.set(settled.instance.variable, settled.value);
    this.settled.push(settled);
  }

  /** Locked, already chosen, the default, then as they come: by name and scope. */
  #ranked(targets: readonly Target[], need: string): readonly Target[] {
    if (targets.length < 2) return targets;
    const { locked, defaults } = this.#encoding.catalogue.universe.root;
    const preferred = defaults !== undefined && Object.hasOwn(defaults, need) ? defaults[need] : undefined;
    const rank = ({ instance }: Target): number =>
      (locked !== undefined && Object.hasOwn(locked, instance.key) ? 0 : 4) +
      (this.#valueOf.has(instance.variable) ? 0 : 2) +
      (instance.package.name === preferred ? 0 : 1);
    return targets
      .map((target) => ({ target, rank: rank(target) }))
      .toSorted((a, b) => a.rank - b.rank)
      .map(({ target }) => target);
  }

  #valuesInOrder({ instance, set }: Target): readonly number[] {
    const values = valuesOf(set);
    if (!this.#options.preferLocked) return values;
    const locked = this.#encoding.lockedValue(instance);
    return locked !== undefined && values.includes(locked) ? [locked, ...values] : values;
  }
}
