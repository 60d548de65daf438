import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ComponentPlaces } from '@moby/registry';
import { shown } from './parse/locate-assembly.ts';
import type { Surroundings } from './request.ts';
import { storeFolder } from './store-folder.ts';

const trustedKeysFile = 'trusted-keys.json';

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
    trustFiles: {
      project: join(library ?? currentFolder, trustedKeysFile),
      own: join(configFolder(environment), 'moby-compose', trustedKeysFile),
    },
    ownersKeys: async (npmName) => {
      const { libraryOwnersKeys } = await import('./verify/owners-keys.ts');
      return libraryOwnersKeys(library, npmName);
    },
    environment,
    warn,
  };
}

/** XDG base directory specification. */
function configFolder({ XDG_CONFIG_HOME: configured = '', HOME: home = homedir() }: Surroundings['environment']): string {
  return configured === '' ? join(home, '.config') : configured;
}
