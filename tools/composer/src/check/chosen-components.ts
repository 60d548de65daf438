import type { RegistryComponent } from '@moby/model';
import type { Assembly } from '../parse/assembly.ts';
import type { ResolvedRoot, Resolution } from '../resolve/resolution.ts';

/** A root's components, sorted by name as the resolution has them. */
export function componentsOf(resolution: Resolution, root: ResolvedRoot): readonly RegistryComponent[] {
  return root.components.flatMap(({ name, version }) => {
    const component = resolution.components.get(`${name}@${version}`);
    return component === undefined ? [] : [component];
  });
}

export function kernelOf(resolution: Resolution): RegistryComponent | undefined {
  return [...resolution.components.values()].find(({ manifest }) => manifest.kind === 'kernel');
}

/** What a root's container is started with: the entry's arguments, or those of its component's service; none in the machine's root. */
export function startedArgs(container: {
  readonly assembly: Assembly;
  readonly components: readonly RegistryComponent[];
  readonly root: ResolvedRoot;
}): readonly string[] {
  const { assembly, components, root } = container;
  const entry = assembly.entries.find(({ name }) => name === root.scope);
  const service = components.find(({ manifest }) => manifest.name === entry?.wish.name)?.manifest.service;
  return entry?.args ?? service?.args ?? [];
}
