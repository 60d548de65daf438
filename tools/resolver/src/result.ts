import type { Platform, RequirementPlace } from '@moby/model';

export type Answer = Resolved | Unsolvable | GaveUp;

export interface Resolved {
  readonly status: 'solved';
  /** `name` (machine) or `scope/name` → exact version, sorted. */
  readonly versions: Readonly<Record<string, string>>;
  /** Recommendations that were not taken, in the order met. */
  readonly dropped: readonly DroppedRecommendation[];
  /** Who meets what: the root's entries first, then breadth-first. */
  readonly edges: readonly Edge[];
  /** Keys of `locked` whose version can't stay, in the order written. */
  readonly released: readonly string[];
}

export interface DroppedRecommendation {
  /** The component that recommends, as in `versions`. */
  readonly from: string;
  readonly need: string;
  readonly range: string;
  readonly in: RequirementPlace;
}

export interface Edge {
  readonly from: EdgeSource;
  /** Package or capability. */
  readonly need: string;
  /** After overrides. */
  readonly range: string;
  readonly in: RequirementPlace;
  /** The chosen component that meets it, a key of `versions`. */
  readonly by: string;
  readonly recommended?: true;
}

export type EdgeSource = { readonly kind: 'root'; readonly scope: string } | { readonly kind: 'component'; readonly key: string };

export interface Unsolvable {
  readonly status: 'unsolvable';
  /** Why; its leaves are facts of the universe, and its conclusion is that nothing can be chosen. */
  readonly derivation: Derivation;
  /** The root's facts without any one of which it is solvable, in the order of the root. */
  readonly core: readonly RootFact[];
  /** Sets of root facts without which it solves, each tried. Never empty unless the search for them gave up. */
  readonly relax: readonly (readonly RootFact[])[];
  /** Other ranges that solve it when one stands in its entry's place, each tried. */
  readonly loosenings: readonly Loosening[];
}

export interface GaveUp {
  readonly status: 'gave-up';
  /** Decisions and conflicts until the limit. */
  readonly steps: number;
  /** Components at which the search failed most often, most often first. */
  readonly busiest: readonly string[];
}

/** Something that the root says and that could be said otherwise. The scope of the machine is ''. */
export type RootFact =
  | { readonly kind: 'root-requires'; readonly scope: string; readonly need: string; readonly range: string }
  /** `scope` is `*` where it holds in all scopes. */
  | { readonly kind: 'root-constrains'; readonly scope: string; readonly need: string; readonly range: string }
  | { readonly kind: 'root-conflicts'; readonly need: string; readonly range: string }
  | { readonly kind: 'root-overrides'; readonly need: string; readonly range: string };

export interface Loosening {
  readonly fact: RootFact;
  readonly range: string;
}

/** Versions of a component, in a scope. */
export interface Selection {
  /** `name` or `scope/name`. */
  readonly key: string;
  /** Newest first. */
  readonly versions: readonly string[];
  /** The set in words, as `crun@^1.20`, `crun 1.8.0` or `crun`. */
  readonly text: string;
  readonly extent: 'all' | 'several' | 'one';
}

/** A statement about the universe that can be looked up in it. */
export type Fact =
  /** The range is the one after `overrides`; `written` is what stood there. */
  | {
      readonly kind: 'root-requires';
      readonly root: RootFact;
      readonly need: string;
      readonly range: string;
      readonly scope: string;
      readonly written?: string;
      readonly offeredBy: readonly Selection[];
      readonly missing?: Missing;
    }
  | { readonly kind: 'root-constrains'; readonly root: RootFact; readonly excluded: Selection; readonly range: string }
  | { readonly kind: 'root-conflicts'; readonly root: RootFact; readonly excluded: Selection; readonly range: string }
  | {
      readonly kind: 'requires';
      readonly who: Selection;
      readonly need: string;
      /** One range, or several where versions ask differently. */
      readonly ranges: readonly string[];
      readonly in: RequirementPlace;
      readonly written?: string;
      readonly offeredBy: readonly Selection[];
      readonly missing?: Missing;
    }
  | { readonly kind: 'conflicts'; readonly who: Selection; readonly need: string; readonly range: string; readonly other: Selection }
  | { readonly kind: 'slot'; readonly slot: string; readonly who: Selection; readonly other: Selection }
  /** `reasons` are those that `Universe.misfits` gave. */
  | { readonly kind: 'misfit'; readonly who: Selection; readonly other: Selection; readonly reasons: readonly string[] }
  | { readonly kind: 'platform'; readonly excluded: Selection; readonly platform: Platform }
  | { readonly kind: 'yanked'; readonly excluded: Selection };

/** Why nothing meets a requirement: no such name at all, or none of what there is lies in the range. */
export interface Missing {
  readonly kind: 'name' | 'range';
  /** What there is, newest first and at most a few: versions of the package, or `name version` of those that offer it. */
  readonly available: readonly string[];
}

/**
 * A statement that not all of `terms` hold together: read from the universe (`fact`), or following from two others.
 * Without terms it says that nothing can be chosen.
 */
export type Derivation =
  | { readonly kind: 'fact'; readonly fact: Fact; readonly terms: readonly DerivedTerm[] }
  | { readonly kind: 'derived'; readonly causes: readonly [Derivation, Derivation]; readonly terms: readonly DerivedTerm[] };

/** `chosen`: one of the selection is chosen; `not-chosen`: none of it is. */
export interface DerivedTerm {
  readonly kind: 'chosen' | 'not-chosen';
  readonly selection: Selection;
}
