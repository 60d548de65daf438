import { rememberRun, type RunOutline } from '@moby/composer/again';
import type { AssemblyFlags } from './assembly-flags.ts';
import { openAssembly } from './assembly-line.ts';
import type { Session } from './moby-command.ts';
import { refusedBy, type Refused } from './outcome.ts';
import { questionOf } from './question-of.ts';
import { countVerdicts } from './words/checked.ts';
import { headingOf } from './words/heading.ts';

/** Sends the assembly down the whole line. */
export async function assembleAnew(named: string, flags: AssemblyFlags, session: Session): Promise<RunOutline | Refused> {
  const { reporter } = session;
  const opened = await openAssembly(named, flags, session);
  if (!opened.ok) return refusedBy(opened.findings);
  const { line, request, assembly } = opened.value;
  reporter.say(headingOf(assembly, request.platform));
  reporter.say([]);
  const composed = await line.compose(request);
  if (!composed.ok) return refusedBy(composed.findings);
  const verdicts = countVerdicts(composed.value.verdict.edges);
  const isSilent = composed.findings.length === 0 && reporter.warnings.length === 0;
  const question = isSilent ? await questionOf(named, flags) : undefined;
  if (question !== undefined)
    await rememberRun(question, { composed: composed.value, verdicts, store: line.store, begunMs: performance.timeOrigin });
  reporter.settle();
  composed.findings.forEach(reporter.warn);
  reporter.say([]);
  const { resolution, ...rest } = composed.value;
  return { ...rest, roots: resolution.roots, verdicts, steps: [] };
}
