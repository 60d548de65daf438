import { buildRootTree, type NetfilterSubject } from '@moby/abi';
import type { Platform } from '@moby/model';
import { machineRoot } from '../lock/make-lock.ts';
import type { Resolution } from '../resolve/resolution.ts';
import { componentsOf } from './chosen-components.ts';

/** The roots in which a component says that it starts iptables. */
export function netfilterRoots(resolution: Resolution, platform: Platform): NetfilterSubject['roots'] {
  return resolution.roots.flatMap((root) => {
    const components = componentsOf(resolution, root);
    const users = components.filter(({ manifest }) => manifest.exec.includes('iptables'));
    if (users.length === 0) return [];
    const tree = buildRootTree(
      components.map(({ manifest, facts }) => ({ name: manifest.name, version: manifest.version, facts: facts?.platforms[platform] })),
    );
    const named = users.map(({ manifest }) => ({ component: manifest.name, version: manifest.version }));
    return [{ root: root.scope === '' ? machineRoot : root.scope, tree, users: named }];
  });
}
