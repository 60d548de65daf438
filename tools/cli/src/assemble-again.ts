import { runAgain, type RunOutline } from '@moby/composer/again';
import type { AssemblyFlags } from './assembly-flags.ts';
import type { Session } from './moby-command.ts';
import { questionOf } from './question-of.ts';
import { headingOf } from './words/heading.ts';

/** The artifact of a run that was the same in all that it reads; undefined where there was none, or something has changed. */
export async function assembleAgain(assembly: string, flags: AssemblyFlags, session: Session): Promise<RunOutline | undefined> {
  const { reporter } = session;
  const question = await questionOf(assembly, flags);
  if (question === undefined) return undefined;
  const outline = await runAgain(question, {
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
