import type { ComponentName, Platform, Registry } from '@moby/model';
import type { Shelf } from './problem.ts';

/** Components whose facts are read to find who provides a file. */
const maxRead = 400;
const searched = /^\/usr\/(?:local\/)?(?:s?bin|lib|lib64|lib\/cni|lib\/[^/]+-linux-gnu[^/]*)\/[^/]+$/;

/**
 * The library as a shelf; facts of the newest versions are read when somebody asks for a file. Of what isn't at hand only manifests are
 * read, which know libraries by their sonames.
 */
export function openShelf(registry: Registry, platform: Platform): Shelf {
  let files: Promise<ReadonlyMap<string, readonly ComponentName[]>> | undefined;
  return {
    versions: (name) => registry.versions(name),
    providers: async (fileName) => {
      files ??= filesOf(registry, platform);
      const near = (await files).get(fileName) ?? [];
      return near.length > 0 ? near : providersOf(registry, `soname:${fileName}`);
    },
  };
}

async function filesOf(registry: Registry, platform: Platform): Promise<ReadonlyMap<string, readonly ComponentName[]>> {
  const known = new Map<string, ComponentName[]>();
  for (const name of (await registry.namesAtHand()).slice(0, maxRead)) {
    const newest = (await registry.versions(name)).at(-1);
    if (newest === undefined) continue;
    const facts = (await registry.component(name, newest)).facts?.platforms[platform];
    if (facts === undefined) continue;
    const paths = [...facts.programs, ...facts.elf.map(({ path }) => path), ...Object.keys(facts.links)].filter((path) =>
      searched.test(path),
    );
    for (const file of new Set(paths.map((path) => path.slice(path.lastIndexOf('/') + 1))))
      known.set(file, [...(known.get(file) ?? []), name]);
  }
  return known;
}

/** Those whose newest version offers it. */
async function providersOf(registry: Registry, capability: string): Promise<readonly ComponentName[]> {
  const names = (await registry.providers(capability)).slice(0, maxRead);
  const offering = await Promise.all(
    names.map(async (name) => {
      const newest = (await registry.versions(name)).at(-1);
      return newest !== undefined && Object.hasOwn((await registry.manifest(name, newest)).provides, capability);
    }),
  );
  return names.filter((_, index) => offering[index] === true);
}
