import { resolve } from 'node:path';
import type { Surroundings } from '@moby/composer';
import type { Session } from './moby-command.ts';
import { componentFoldersOf, placesOf, type PlaceFlags } from './places.ts';

/** The flags that say where components and bytes come from. */
export interface WorldFlags extends PlaceFlags {
  readonly 'debian-mirror'?: string | undefined;
  readonly 'blob-mirror'?: readonly string[] | undefined;
  readonly 'plain-http'?: boolean | undefined;
}

/** The world that the line works in, as this process and its flags say. */
export async function surroundingsOf(flags: WorldFlags, { reporter, signal }: Session): Promise<Surroundings> {
  const currentFolder = process.cwd();
  return {
    ...(await placesOf(flags, currentFolder)),
    componentFolders: componentFoldersOf(flags).map((folder) => resolve(currentFolder, folder)),
    currentFolder,
    environment: process.env,
    debianMirror: flags['debian-mirror'],
    blobMirrors: { addresses: flags['blob-mirror'] ?? [], plainHttp: flags['plain-http'] === true },
    now: () => new Date(),
    progress: reporter,
    warn: (finding) => reporter.warn(finding),
    signal,
  };
}
