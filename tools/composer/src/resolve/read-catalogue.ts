import { isCapability, parseComponentName, type ComponentName, type Manifest, type Notice, type Registry } from '@moby/model';

/** A version that can be chosen, and what is said against it. */
export interface Offer {
  readonly manifest: Manifest;
  readonly notice: Notice | undefined;
}

/** Every manifest that a solution could use, by name; versions oldest first. */
export type Catalogue = ReadonlyMap<ComponentName, readonly Offer[]>;

/** What every kernel offers in its version, and what a component means that needs a version of it. */
export const kernelCapability = 'kernel:linux';

/**
 * Reads the manifests of what is at hand, of what is wished for, and of all that these can come to need, by name or by capability: in
 * rounds, each of which asks for everything at once.
 */
export async function readCatalogue(
  registry: Registry,
  wished: { readonly names: Iterable<ComponentName>; readonly capabilities: Iterable<string> },
): Promise<Catalogue> {
  const catalogue = new Map<ComponentName, readonly Offer[]>();
  const seen = new Set<string>();
  const fresh = <Text extends string>(texts: Iterable<Text>): readonly Text[] => [...new Set(texts)].filter((text) => !seen.has(text));
  let needs: readonly string[] = [...(await registry.namesAtHand()), ...wished.names, ...wished.capabilities];
  while (needs.length > 0) {
    const names = fresh((await Promise.all(fresh(needs).map((need) => whoMeets(registry, need)))).flat());
    for (const text of [...needs, ...names]) seen.add(text);
    const read = await Promise.all(names.map(async (name) => [name, await offersOf(registry, name)] as const));
    for (const [name, offers] of read) if (offers.length > 0) catalogue.set(name, offers);
    needs = fresh(read.flatMap(([, offers]) => offers.flatMap(({ manifest }) => needsOf(manifest))));
  }
  return new Map([...catalogue].sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function whoMeets(registry: Registry, need: string): Promise<readonly ComponentName[]> {
  if (isCapability(need)) return registry.providers(need);
  const name = parseComponentName(need);
  return name === undefined ? [] : [name];
}

async function offersOf(registry: Registry, name: ComponentName): Promise<readonly Offer[]> {
  const versions = await registry.versions(name);
  if (versions.length === 0) return [];
  const notices = await registry.notices(name);
  return Promise.all(versions.map(async (version) => ({ manifest: await registry.manifest(name, version), notice: notices.get(version) })));
}

/** What a component can come to need: other components and capabilities. */
export function needsOf({ requires, recommends, kernel }: Manifest): readonly string[] {
  return [...Object.keys(requires), ...Object.keys(recommends), ...(kernel?.version === undefined ? [] : [kernelCapability])];
}
