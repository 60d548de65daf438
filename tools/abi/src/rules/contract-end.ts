import type { ConfigFacts, Range, Version } from '@moby/model';
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
  /** Its configuration files, by path; and its executable files. Undefined where it has no facts. */
  readonly configs: Readonly<Record<string, ConfigFacts>> | undefined;
  readonly programs: readonly string[] | undefined;
}

/** A configuration file of a root, with who brings it. */
export interface ConfigEnd<Config = ConfigFacts> {
  readonly end: ContractEnd;
  readonly path: string;
  readonly config: Config;
}

/** The files of a root that can be seen: of two with one path that of the first component. */
export function configsOf(ends: readonly ContractEnd[]): readonly ConfigEnd[] {
  const seen = new Set<string>();
  return ends.flatMap((end) =>
    Object.entries(end.configs ?? {}).flatMap(([path, config]) => {
      const key = `${end.root}\0${path}`;
      if (seen.has(key)) return [];
      seen.add(key);
      return [{ end, path, config }];
    }),
  );
}

/** All that was chosen, in the order of roots and names. */
export interface ContractSubject {
  readonly ends: readonly ContractEnd[];
}

export function contractEnd({ component, version, root }: ContractEnd, fact: string): EdgeEnd {
  return { component, version, root, fact };
}

export function configEnd({ end, path }: ConfigEnd<unknown>): EdgeEnd {
  return { ...contractEnd(end, 'version of the file'), path };
}

/** `/etc/containerd/config.toml of containerd 2.1.9`. */
export function nameOfConfig({ end, path }: ConfigEnd<unknown>): string {
  return `${path} of ${nameOfEnd(end)}`;
}

/** Those of an end's own root, and not itself. */
export function besides(ends: readonly ContractEnd[], end: ContractEnd): readonly ContractEnd[] {
  return ends.filter((other) => other !== end && other.root === end.root);
}

export function nameOfEnd({ component, version }: ContractEnd): string {
  return `${component} ${version}`;
}
