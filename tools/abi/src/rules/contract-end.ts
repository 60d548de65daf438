import type { Range, Version } from '@moby/model';
import type { EdgeEnd } from '../edge.ts';

/** A chosen component in its root, with what its manifest says of itself: what no byte of it says in a form that can be read. */
export interface ContractEnd {
  readonly component: string;
  readonly version: Version;
  readonly root: string;
  /** Capability → exact version or window. */
  readonly provides: Readonly<Record<string, string>>;
  /** Component or capability → range. */
  readonly requires: Readonly<Record<string, Range>>;
  readonly recommends: Readonly<Record<string, Range>>;
  /** Of its service, with what the assembly sets. */
  readonly env: Readonly<Record<string, string>>;
}

/** All that was chosen, in the order of roots and names. */
export interface ContractSubject {
  readonly ends: readonly ContractEnd[];
}

export function contractEnd({ component, version, root }: ContractEnd, fact: string): EdgeEnd {
  return { component, version, root, fact };
}

/** Those of an end's own root, and not itself. */
export function besides(ends: readonly ContractEnd[], end: ContractEnd): readonly ContractEnd[] {
  return ends.filter((other) => other !== end && other.root === end.root);
}

export function nameOfEnd({ component, version }: ContractEnd): string {
  return `${component} ${version}`;
}
