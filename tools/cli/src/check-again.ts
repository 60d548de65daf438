import { checkAgain, type CheckOutline } from '@moby/composer/again';
import type { AssemblyFlags } from './assembly-flags.ts';
import type { Session } from './moby-command.ts';
import { questionOf } from './question-of.ts';
import { headingOf } from './words/heading.ts';

/** What a check of the same inputs has said; undefined where there was none, or something has changed. */
export async function assemblyCheckedAgain(
  assembly: string,
  flags: AssemblyFlags,
  { reporter }: Session,
): Promise<CheckOutline | undefined> {
  const question = await questionOf(assembly, flags);
  if (question === undefined) return undefined;
  const outline = await checkAgain(question, { environment: process.env, progress: reporter });
  if (outline === undefined) return undefined;
  reporter.settle();
  outline.findings.forEach(reporter.warn);
  reporter.say(headingOf(outline.assembly, outline.platform));
  return outline;
}
