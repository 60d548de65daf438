import type { RegistryComponent } from '@moby/model';
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
