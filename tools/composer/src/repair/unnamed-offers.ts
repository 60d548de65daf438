import type { Edge } from '@moby/abi';
import type { ElfFacts, RegistryComponent } from '@moby/model';
import { machineRoot } from '../lock/make-lock.ts';
import type { Resolution } from '../resolve/resolution.ts';

/**
 * The chosen components that may have been meant to offer a symbol: a name without a version says no library, and any that the file
 * needs and that has no versions of its own may be too old for it. In the order in which they are needed.
 */
export function unnamedOffers(
  { rule, root, from, by }: Edge,
  resolution: Resolution,
): readonly Pick<Edge['from'], 'component' | 'version'>[] {
  if (rule !== 'elf.symbol' || by !== undefined) return [];
  const scope = root === machineRoot ? '' : root;
  const chosen = resolution.roots.find((one) => one.scope === scope)?.components ?? [];
  const importer = resolution.components.get(`${from.component}@${from.version}`);
  const needed = elfOf(importer).find(({ path }) => path === from.path)?.needed ?? [];
  const offers = needed.flatMap((library) =>
    chosen.filter(({ name, version }) =>
      elfOf(resolution.components.get(`${name}@${version}`)).some((file) => file.soname === library && file.offers.length === 0),
    ),
  );
  return offers.map(({ name, version }) => ({ component: name, version }));
}

function elfOf(component: RegistryComponent | undefined): readonly ElfFacts[] {
  return Object.values(component?.facts?.platforms ?? {}).flatMap(({ elf }) => elf);
}
