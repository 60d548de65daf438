import { outlineOf } from '@moby/composer';
import { rememberCheck, type CheckOutline } from '@moby/composer/again';
import type { AssemblyFlags } from './assembly-flags.ts';
import { openAssembly } from './assembly-line.ts';
import type { Session } from './moby-command.ts';
import type { Outcome } from './outcome.ts';
import { questionOf } from './question-of.ts';
import { refusedOutcome, type CheckLook } from './words/check-outcome.ts';
import { headingOf } from './words/heading.ts';

/** Checks the assembly, and remembers it; or why it doesn't pass. */
export async function assemblyCheckedAnew(
  named: string,
  flags: AssemblyFlags,
  session: Session,
  look: CheckLook,
): Promise<CheckOutline | Outcome> {
  const { reporter } = session;
  const opened = await openAssembly(named, flags, session);
  if (!opened.ok) return refusedOutcome(opened.findings, named, look);
  const { line, assembly, request } = opened.value;
  const checked = await line.check(request);
  reporter.settle();
  if (!checked.ok) return refusedOutcome(checked.findings, assembly.file, look);
  const outline = outlineOf(checked.value, request.platform, checked.findings);
  const question = reporter.warnings.length === 0 ? await questionOf(named, flags) : undefined;
  if (question !== undefined)
    await rememberCheck(question, { checked: checked.value, outline, store: line.store, begunMs: performance.timeOrigin });
  checked.findings.forEach(reporter.warn);
  reporter.say(headingOf(assembly, request.platform));
  return outline;
}
