import { Failure, type RegistryComponent } from '@moby/model';
import type { LockedComponent, Lockfile } from './lockfile.ts';

/** Throws `wrong-digest` for a locked version that came in another package than it was locked with: what is published never changes. */
export function refuseOtherPackage({ manifest, origin }: RegistryComponent, lock: Lockfile): void {
  const locked = lock.components[`${manifest.name}@${manifest.version}`]?.origin;
  if (origin === undefined || locked === undefined) return;
  if (origin.package === locked.package && origin.integrity === locked.integrity) return;
  const [had, has] =
    origin.package === locked.package ? [locked.integrity, origin.integrity] : [locked.package, `${origin.package}, ${origin.integrity}`];
  throw new Failure({
    code: 'wrong-digest',
    message: `${manifest.name} ${manifest.version} comes in another package than it was locked with: expected \`${had}\`, got \`${has}\``,
    hints: [
      'what was published once never changes: ask who runs the registry, and build nothing of it until they have answered',
      'where the registry was filled anew by yourself, take the lock away, and it is written anew',
    ],
  });
}

/** The lock without packages that the old one says nothing of: where the trees are the same, that is no other lock. */
export function withKnownOrigins(lock: Lockfile, old: Lockfile | undefined): Lockfile {
  const components = Object.entries(lock.components).map(([id, component]): readonly [string, LockedComponent] => {
    const before = old?.components[id];
    if (before?.tree !== component.tree || before.origin !== undefined) return [id, component];
    const { origin: _origin, ...rest } = component;
    return [id, rest];
  });
  return { ...lock, components: Object.fromEntries(components) };
}
