import { resolve } from 'node:path';
import { runAgain, type RunOutline, type RunQuestion } from '@moby/composer/again';
import { segmentLevel, type AssemblyFlags } from './assembly-flags.ts';
import type { Session } from './moby-command.ts';
import { findLibrary } from './surroundings.ts';
import { variationOf } from './variation-of.ts';
import { headingOf } from './words/heading.ts';

/** What a command asks for, with all that its answer depends on beside files. */
export function questionOf(assembly: string, flags: AssemblyFlags): RunQuestion {
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

/** The artifact of a run that was the same in all that it reads; undefined where there was none, or something has changed. */
export async function assembleAgain(assembly: string, flags: AssemblyFlags, session: Session): Promise<RunOutline | undefined> {
  const { reporter } = session;
  const outline = await runAgain(questionOf(assembly, flags), {
    environment: process.env,
    progress: reporter,
    begin: (before) => {
      reporter.say(headingOf(before.assembly, before.artifact.platform));
      reporter.say([]);
    },
  });
  if (outline === undefined) return undefined;
  reporter.settle();
  reporter.say([]);
  return outline;
}
