import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Surroundings } from '@moby/composer';
import { Failure } from '@moby/model/basics';
import type { Session } from './moby-command.ts';

/** The flags that say where components and bytes come from. */
export interface WorldFlags {
  readonly components?: readonly string[] | undefined;
  readonly 'debian-mirror'?: string | undefined;
}

/** The world that the line works in, as this process and its flags say. */
export function surroundingsOf(flags: WorldFlags, { reporter, signal }: Session): Surroundings {
  const currentFolder = process.cwd();
  return {
    library: findLibrary(currentFolder),
    componentFolders: componentFoldersOf(flags).map((folder) => resolve(currentFolder, folder)),
    currentFolder,
    environment: process.env,
    debianMirror: flags['debian-mirror'],
    now: () => new Date(),
    progress: reporter,
    warn: (finding) => reporter.warn(finding),
    signal,
  };
}

/** The folders of `--components`, as they were typed. Throws `Failure` `not-found` where one is none: its components would be missed. */
export function componentFoldersOf({ components = [] }: WorldFlags): readonly string[] {
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
  for (let folder = from; ; folder = dirname(folder)) {
    if (isLibrary(folder)) return folder;
    if (dirname(folder) === folder) break;
  }
  const checkout = fileURLToPath(new URL('../../..', import.meta.url));
  return isLibrary(checkout) ? resolve(checkout) : undefined;
}

function isLibrary(folder: string): boolean {
  return isFolder(join(folder, 'components')) && isFolder(join(folder, 'assemblies'));
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}
