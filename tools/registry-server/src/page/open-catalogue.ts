import { setImmediate } from 'node:timers/promises';
import { Failure } from '@moby/model';
import { catalogueOfParts, cataloguePart, type CatalogueDocument, type CataloguePart } from '@moby/registry/export';
import type { Packages } from '@moby/registry-page';

/** Which component offers what, of all scopes; each package is read once, and again when something of it is new. */
export interface Catalogue {
  document(): Promise<CatalogueDocument>;
  refresh(npmName: string): Promise<void>;
}

export function openCatalogue(packages: Packages): Catalogue {
  let all: Promise<Map<string, CataloguePart>> | undefined;
  const readAll = async (): Promise<Map<string, CataloguePart>> => {
    const parts = new Map<string, CataloguePart>();
    for (const npmName of await packages.names()) {
      await put(parts, npmName, packages);
      await setImmediate();
    }
    return parts;
  };
  return {
    document: async () => {
      all ??= readAll();
      return catalogueOfParts((await all).values());
    },
    refresh: async (npmName) => {
      if (all !== undefined) await put(await all, npmName, packages);
    },
  };
}

async function put(parts: Map<string, CataloguePart>, npmName: string, packages: Packages): Promise<void> {
  const part = await read(npmName, packages);
  if (part === undefined) parts.delete(npmName);
  else parts.set(npmName, part);
}

async function read(npmName: string, packages: Packages): Promise<CataloguePart | undefined> {
  try {
    return await cataloguePart(await packages.packument(npmName));
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}
