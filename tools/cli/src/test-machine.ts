import { testArtifact, type Report, type TestOptions } from '@moby/machine';
import type { Session } from './moby-command.ts';
import type { Outcome } from './outcome.ts';
import type { Line } from './reporter/line.ts';
import { renderHints } from './reporter/render-diagnostic.ts';
import { renderTrouble } from './reporter/render-trouble.ts';
import { headingOf } from './words/heading.ts';
import { entryLines, findingHints, findingText, phaseWords } from './words/machine.ts';

export interface TestMachine {
  readonly options: Omit<TestOptions, 'onEntry' | 'onPhase' | 'signal'> & { readonly consoleLog: string };
  readonly session: Session;
  /** As it is typed, for hints. */
  readonly assembly: string;
  /** What is tested, where it is another thing than the assembly. */
  readonly heading?: Line;
}

export type TestedMachine = Report & { readonly consoleLog: string };

/** Boots the artifact, shows each judgement as it falls, and ends with the count. */
export async function testMachine(work: TestMachine): Promise<Outcome> {
  const report = await judgeMachine(work);
  return { kind: 'done', value: report, lines: [countLine(report)], exitCode: isSound(report) ? 0 : 1 };
}

/** The same without the count, for who tests several machines. */
export async function judgeMachine({ options, session, assembly, heading }: TestMachine): Promise<TestedMachine> {
  const { artifact, folder, consoleLog } = options;
  const { reporter, signal } = session;
  reporter.say(heading ?? headingOf(artifact, artifact.platform));
  const report = await testArtifact({
    ...options,
    signal,
    onEntry: (entry) => entryLines(entry).forEach(reporter.data),
    onPhase: (phase) => reporter.wait(...phaseWords(phase)),
  });
  reporter.settle();
  const { failed, finding } = report;
  if (finding !== undefined) {
    const trouble = { code: finding.code, message: findingText(finding), hints: findingHints(folder, assembly), findings: [] };
    for (const line of renderTrouble(trouble)) reporter.say(line);
  } else if (failed > 0) for (const line of renderHints(findingHints(folder, assembly))) reporter.say(line);
  return { ...report, consoleLog };
}

export function countLine({ passed, failed, skipped }: Pick<Report, 'passed' | 'failed' | 'skipped'>): Line {
  return [`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`];
}

export function isSound({ failed, skipped, finding }: Pick<Report, 'failed' | 'skipped' | 'finding'>): boolean {
  return failed === 0 && skipped === 0 && finding === undefined;
}
