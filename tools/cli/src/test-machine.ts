import { testArtifact, type TestOptions } from '@moby/machine';
import type { Session } from './moby-command.ts';
import type { Outcome } from './outcome.ts';
import { renderHints } from './reporter/render-diagnostic.ts';
import { renderTrouble } from './reporter/render-trouble.ts';
import { headingOf } from './words/heading.ts';
import { entryLines, findingHints, findingText, phaseWords } from './words/machine.ts';

export interface TestMachine {
  readonly options: Omit<TestOptions, 'onEntry' | 'onPhase' | 'signal'> & { readonly consoleLog: string };
  readonly session: Session;
  /** As it is typed, for hints. */
  readonly assembly: string;
}

/** Boots the artifact, shows each judgement as it falls, and ends with the count. */
export async function testMachine({ options, session, assembly }: TestMachine): Promise<Outcome> {
  const { artifact, folder, consoleLog } = options;
  const { reporter, signal } = session;
  reporter.say(headingOf(artifact, artifact.platform));
  const report = await testArtifact({
    ...options,
    signal,
    onEntry: (entry) => entryLines(entry).forEach(reporter.data),
    onPhase: (phase) => reporter.wait(...phaseWords(phase)),
  });
  reporter.settle();
  const { passed, failed, skipped, finding } = report;
  if (finding !== undefined) {
    const trouble = { code: finding.code, message: findingText(finding), hints: findingHints(folder, assembly), findings: [] };
    for (const line of renderTrouble(trouble)) reporter.say(line);
  } else if (failed > 0) for (const line of renderHints(findingHints(folder, assembly))) reporter.say(line);
  return {
    kind: 'done',
    value: { ...report, consoleLog },
    lines: [[`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`]],
    exitCode: failed > 0 || skipped > 0 || finding !== undefined ? 1 : 0,
  };
}
