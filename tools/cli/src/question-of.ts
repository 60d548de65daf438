import { resolve } from 'node:path';
import type { Question } from '@moby/composer/again';
import { segmentLevel, type AssemblyFlags } from './assembly-flags.ts';
import { findLibrary } from './surroundings.ts';
import { variationOf } from './variation-of.ts';

/** What a command asks for, with all that its answer depends on beside files. */
export function questionOf(assembly: string, flags: AssemblyFlags): Question {
  const currentFolder = process.cwd();
  return {
    assembly,
    platform: flags.platform,
    variation: variationOf(flags),
    policy: { locked: flags.locked === true || flags.frozen === true, offline: flags.offline === true || flags.frozen === true },
    out: flags.out === undefined ? undefined : resolve(flags.out),
    level: segmentLevel,
    currentFolder,
    library: findLibrary(currentFolder),
    componentFolders: (flags.components ?? []).map((folder) => resolve(currentFolder, folder)),
  };
}
