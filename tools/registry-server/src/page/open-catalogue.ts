import { setImmediate } from 'node:timers/promises';
import { Failure } from '@moby/model';
import { catalogueOf, type CatalogueDocument } from '@moby/registry/export';
import type { Packages } from '@moby/registry-page';

/** Which component offers what, of all scopes; each package is read once, and again when something of it is new. */
export interface Catalogue {
  document(): Promise<CatalogueDocument>;
  refresh(npmName: string): Promise<void>;
}

type Components = CatalogueDocument['components'];

export function openCatalogue(packages: Packages): Catalogue {
  let all: Promise<Map<string, Components[string]>> | undefined;
  const readAll = async (): Promise<Map<string, Components[string]>> => {
    const entries = new Map<string, Components[string]>();
    for (const npmName of await packages.names()) {
      await put(entries, npmName, packages);
      await setImmediate();
    }
    return entries;
  };
  return {
    document: async () => {
      all ??= readAll();
      const entries = [...(await all)].sort(([a], [b]) => (a < b ? -1 : 1));
      return { catalogue: 1, components: Object.fromEntries(entries) };
    },
    refresh: async (npmName) => {
      if (all !== undefined) await put(await all, npmName, packages);
    },
  };
}

async function put(entries: Map<string, Components[string]>, npmName: string, packages: Packages): Promise<void> {
  const entry = await read(npmName, packages);
  if (entry === undefined) entries.delete(npmName);
  else entries.set(npmName, entry);
}

async function read(npmName: string, packages: Packages): Promise<Components[string] | undefined> {
  try {
    const packument = await packages.packument(npmName);
    return packument === undefined ? undefined : (await catalogueOf([packument])).components[npmName];
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}
