import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure } from '@moby/model/basics';
import type { RegistryPlaces } from '@moby/registry';

/** The flags that say where components come from. */
export interface PlaceFlags {
  readonly components?: readonly string[] | undefined;
  readonly registry?: readonly string[] | undefined;
  readonly offline?: boolean | undefined;
  readonly frozen?: boolean | undefined;
  readonly 'trust-key'?: readonly string[] | undefined;
}

/** Where assemblies and components are looked for. */
export interface Places {
  /** The folder that holds `assemblies/`, and `components/` unless registries stand in for them. */
  readonly library: string | undefined;
  /** In place of the library's components. */
  readonly registries: RegistryPlaces | undefined;
}

/**
 * The library around a folder, and the registries that stand in for its components: those of `--registry`, else, outside of any library, those
 * that npm's configuration gives a scope. Throws `usage` for what is no address, and for two of one scope.
 */
export async function placesOf(flags: PlaceFlags, currentFolder: string): Promise<Places> {
  const registries = await registriesOf(flags, currentFolder);
  const library = registries === undefined ? undefined : folderAbove(currentFolder, (folder) => isFolder(join(folder, 'assemblies')));
  return { library: library ?? findLibrary(currentFolder), registries };
}

async function registriesOf(flags: PlaceFlags, currentFolder: string): Promise<RegistryPlaces | undefined> {
  const named = flags.registry ?? [];
  // What lies in the library needs no look into npm's configuration.
  if (named.length === 0 && folderAbove(currentFolder, isLibrary) !== undefined) return undefined;
  const { registryPlaces } = await import('./registry-places.ts');
  return registryPlaces(named, {
    currentFolder,
    offline: flags.offline === true || flags.frozen === true,
    acceptedKeys: flags['trust-key'],
  });
}

/** The folders of `--components`, as they were typed. Throws `Failure` `not-found` where one is none: its components would be missed. */
export function componentFoldersOf({ components = [] }: PlaceFlags): readonly string[] {
  const missing = components.find((folder) => !isFolder(folder));
  if (missing === undefined) return components;
  throw new Failure({
    code: 'not-found',
    message: `there is no folder \`${missing}\`, which \`--components\` names`,
    hints: ['name a folder that holds `NAME/LINE/package.json`; a path counts from the current folder'],
  });
}

/** The nearest folder upwards that holds `components/` and `assemblies/`; else the checkout that the program runs from. */
export function findLibrary(from: string): string | undefined {
  const around = folderAbove(from, isLibrary);
  if (around !== undefined) return around;
  const checkout = fileURLToPath(new URL('../../..', import.meta.url));
  return isLibrary(checkout) ? resolve(checkout) : undefined;
}

/** This folder or the nearest above it of which something is true. */
function folderAbove(from: string, isWanted: (folder: string) => boolean): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    if (isWanted(folder)) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

function isLibrary(folder: string): boolean {
  return isFolder(join(folder, 'components')) && isFolder(join(folder, 'assemblies'));
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}
