import { resolve } from 'node:path';
import type { Question } from '@moby/composer/again';
import { segmentLevel, type AssemblyFlags } from './assembly-flags.ts';
import { placesOf } from './places.ts';
import { variationOf } from './variation-of.ts';

/**
 * What a command asks for, with all that its answer depends on beside files; undefined where registries are asked too, of which nobody
 * knows what they would say now.
 */
export async function questionOf(assembly: string, flags: AssemblyFlags): Promise<Question | undefined> {
  const currentFolder = process.cwd();
  const { library, registries } = await placesOf(flags, currentFolder);
  if (registries !== undefined) return undefined;
  return {
    assembly,
    platform: flags.platform,
    variation: variationOf(flags),
    policy: { locked: flags.locked === true || flags.frozen === true, offline: flags.offline === true || flags.frozen === true },
    out: flags.out === undefined ? undefined : resolve(flags.out),
    level: segmentLevel,
    currentFolder,
    library,
    componentFolders: (flags.components ?? []).map((folder) => resolve(currentFolder, folder)),
  };
}
