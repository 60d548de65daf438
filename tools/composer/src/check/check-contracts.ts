import { cniVersion, configVersion, type ContractEnd, dockerApiWindow, type Edge, engineContainerdRange } from '@moby/abi';
import type { Range, Requirement } from '@moby/model';
import { machineRoot } from '../lock/make-lock.ts';
import type { Assembly } from '../parse/assembly.ts';
import type { ResolvedRoot, Resolution } from '../resolve/resolution.ts';
import { componentsOf } from './chosen-components.ts';

/** What manifests promise each other: windows of interfaces, versions of files, what a project means its program for. */
export function checkContracts(options: { readonly assembly: Assembly; readonly resolution: Resolution }): readonly Edge[] {
  const ends = options.resolution.roots.flatMap((root) => endsOf({ ...options, root }));
  return [dockerApiWindow, cniVersion, configVersion, engineContainerdRange].flatMap((rule) => rule.check({ ends }));
}

function endsOf(options: {
  readonly assembly: Assembly;
  readonly resolution: Resolution;
  readonly root: ResolvedRoot;
}): readonly ContractEnd[] {
  const { assembly, resolution, root } = options;
  const components = componentsOf(resolution, root);
  const entry = assembly.entries.find(({ name }) => name === root.scope);
  const service = components.find(({ manifest }) => manifest.name === entry?.wish.name)?.manifest.service;
  const env = { ...service?.env, ...entry?.env };
  return components.map(({ manifest: { name, version, provides, requires, recommends } }) => ({
    component: name,
    version,
    root: root.scope === '' ? machineRoot : root.scope,
    provides,
    requires: rangesOf(requires),
    recommends: rangesOf(recommends),
    env,
  }));
}

function rangesOf(requirements: Readonly<Record<string, Requirement>>): Readonly<Record<string, Range>> {
  return Object.fromEntries(Object.entries(requirements).map(([need, { range }]) => [need, range]));
}
