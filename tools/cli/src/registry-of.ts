import { resolve } from 'node:path';
import { join } from 'node:path';
import type { Registry } from '@moby/model';
import { openOverlayRegistry, openWorkspaceRegistry } from '@moby/registry';
import { componentFoldersOf, findLibrary, type WorldFlags } from './surroundings.ts';

/** The library's components, with the folders of `--components` on top. */
export function registryOf(flags: WorldFlags): Registry {
  const library = findLibrary(process.cwd());
  const folders = componentFoldersOf(flags).map((folder) => openWorkspaceRegistry({ folder: resolve(folder), label: folder }));
  return openOverlayRegistry([
    ...folders,
    ...(library === undefined ? [] : [openWorkspaceRegistry({ folder: join(library, 'components'), label: 'components' })]),
  ]);
}
