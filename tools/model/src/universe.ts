/**
 * The solver's own world (docs/reference/universe.md): what `resolve --universe FILE` reads, and what the composer makes
 * of an assembly and a registry. Texts here are validated: versions by `parseVersion`, ranges by `parseRange`.
 */
import type { Platform } from './platform.ts';
import type { RequirementPlace } from './manifest.ts';

export interface Universe {
  readonly packages: Readonly<Record<string, Readonly<Record<string, UniverseVersion>>>>;
  readonly root: UniverseRoot;
  /** Pairs that no manifest speaks of; not part of a universe file. */
  readonly misfits?: readonly Misfit[];
}

/** Two versions that can't be chosen together in these places, as somebody found who looked inside of both. */
export interface Misfit {
  readonly who: MisfitEnd;
  readonly other: MisfitEnd;
  /** Why, as a phrase: a proof quotes it. */
  readonly reason: string;
}

export interface MisfitEnd {
  /** `name` (machine) or `scope/name`. */
  readonly key: string;
  readonly version: string;
}

export interface UniverseVersion {
  /** Package or capability (with a colon) → range. */
  readonly requires?: Readonly<Record<string, string>>;
  /** The place of a requirement or recommendation; `root` by default. */
  readonly in?: Readonly<Record<string, RequirementPlace>>;
  readonly recommends?: Readonly<Record<string, string>>;
  /** Capability → exact version or window. */
  readonly provides?: Readonly<Record<string, string>>;
  readonly conflicts?: Readonly<Record<string, string>>;
  readonly exclusive?: readonly string[];
  readonly platforms?: readonly Platform[];
  readonly yanked?: boolean;
  readonly deprecated?: boolean;
}

export interface UniverseRoot {
  readonly platform?: Platform;
  /** Needed on the machine, in the order written. */
  readonly requires?: Readonly<Record<string, string>>;
  /** Scope (container root) → what it needs, in the order written. */
  readonly scopes?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Nothing of these is chosen anywhere: package or capability → range. */
  readonly conflicts?: Readonly<Record<string, string>>;
  /** Scope (`*` all scopes, `` the machine) → package → range: if chosen there, then within the range. */
  readonly constraints?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly overrides?: Readonly<Record<string, string>>;
  /** Capability → the package that is preferred among its providers. */
  readonly defaults?: Readonly<Record<string, string>>;
  /** `name` (machine) or `scope/name` → exact version. */
  readonly locked?: Readonly<Record<string, string>>;
}
