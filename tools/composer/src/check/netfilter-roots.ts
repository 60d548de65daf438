import { buildRootTree, type NetfilterSubject } from '@moby/abi';
import type { Platform, RegistryComponent } from '@moby/model';
import { machineRoot } from '../lock/make-lock.ts';
import type { Assembly } from '../parse/assembly.ts';
import type { ResolvedRoot, Resolution } from '../resolve/resolution.ts';
import { componentsOf, startedArgs } from './chosen-components.ts';

interface Chosen {
  readonly assembly: Assembly;
  readonly resolution: Resolution;
  readonly platform: Platform;
}

/** The roots in which a component says that it starts iptables, or an engine is started; and who makes a swarm of engines. */
export function netfilterEnds(chosen: Chosen): Pick<NetfilterSubject, 'roots' | 'swarms'> {
  const { resolution } = chosen;
  const swarms = resolution.roots.flatMap((root) =>
    componentsOf(resolution, root)
      .filter(({ manifest }) => manifest.requires['swarm:docker'] !== undefined)
      .map(({ manifest }) => ({ component: manifest.name, version: manifest.version, root: nameOf(root) })),
  );
  return { roots: resolution.roots.flatMap((root) => rootOf(chosen, root)), swarms };
}

function rootOf({ assembly, resolution, platform }: Chosen, root: ResolvedRoot): NetfilterSubject['roots'] {
  const components = componentsOf(resolution, root);
  const users = components.filter(({ manifest }) => manifest.exec.includes('iptables'));
  const engine = components.find(({ manifest }) => manifest.name === 'docker');
  if (users.length === 0 && engine === undefined) return [];
  const tree = buildRootTree(
    components.map(({ manifest, facts }) => ({ name: manifest.name, version: manifest.version, facts: facts?.platforms[platform] })),
  );
  const args = startedArgs({ assembly, components, root });
  return [{ root: nameOf(root), tree, args, users: users.map(endOf), engine: engine === undefined ? undefined : endOf(engine) }];
}

function endOf({ manifest }: RegistryComponent): NonNullable<NetfilterSubject['roots'][number]['engine']> {
  return { component: manifest.name, version: manifest.version };
}

function nameOf({ scope }: ResolvedRoot): string {
  return scope === '' ? machineRoot : scope;
}
