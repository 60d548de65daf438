import { join } from 'node:path';
import type { ComponentPlaces } from '@moby/registry';
import { shown } from './parse/locate-assembly.ts';
import type { Surroundings } from './request.ts';
import { storeFolder } from './store-folder.ts';

/** Where components come from: the folders that were named, and behind them registries, or else the library. */
export function componentPlaces(
  surroundings: Pick<Surroundings, 'library' | 'componentFolders' | 'registries' | 'currentFolder' | 'environment' | 'warn'>,
): ComponentPlaces {
  const { library, componentFolders, registries, currentFolder, environment, warn } = surroundings;
  const isOwn = library !== undefined && registries === undefined;
  return {
    folders: [
      ...componentFolders.map((folder) => ({ folder, label: shown(folder, currentFolder) })),
      ...(isOwn ? [{ folder: join(library, 'components'), label: 'components' }] : []),
    ],
    registries,
    cacheFolder: storeFolder(environment),
    environment,
    warn,
  };
}
