import type { ContentStore, Diagnostic, Place, Platform, Progress } from '@moby/model';
import { Failure } from '@moby/model/basics';
import { openContentStore } from '@moby/content/store';
import type { Checked } from '../check-assembly.ts';
import type { Verdict } from '../check/verdict.ts';
import { storeFolder } from '../store-folder.ts';
import { recallAnswer, rememberAnswer, tellSteps, type Question, type StepNote } from './answers.ts';

/** What is told of an assembly that passes its check. */
export interface CheckOutline {
  readonly assembly: { readonly name: string; readonly version: string; readonly file: string };
  readonly platform: Platform;
  readonly verdict: Verdict;
  /** Entries whose container is privileged. */
  readonly privileged: readonly string[];
  /** `name` or `scope/name` → where the assembly wishes for it. */
  readonly wishes: Readonly<Record<string, Place>>;
  /** `name@version` → the folder of the component. */
  readonly folders: Readonly<Record<string, string>>;
  /** Warnings of the check. */
  readonly findings: readonly Diagnostic[];
  readonly steps: readonly StepNote[];
}

/** The check that was asked the same question before, where nothing that it had read has changed since. */
export async function checkAgain(
  question: Question,
  world: { readonly environment: Readonly<Record<string, string | undefined>>; readonly progress: Progress },
): Promise<CheckOutline | undefined> {
  const answer = await recallAnswer(openContentStore(storeFolder(world.environment)), 'checks', question);
  if (!isCheckOutline(answer)) return undefined;
  tellSteps(answer.steps, world.progress);
  return answer;
}

/**
 * Keeps a check for `checkAgain`. The caller leaves out one during which something was warned of beside its findings. A store that
 * can't be written to keeps nothing: a check needs none.
 */
export async function rememberCheck(
  question: Question,
  check: {
    readonly checked: Checked;
    readonly outline: CheckOutline;
    readonly store: ContentStore;
    /** When it began, in ms since the epoch. */
    readonly begunMs: number;
  },
): Promise<void> {
  const { checked, outline, store, begunMs } = check;
  const { assembly, resolution, lockFile, read } = checked;
  try {
    await rememberAnswer(store, 'checks', question, { sources: { assembly, resolution, lockFile, read, begunMs }, answer: outline });
  } catch (error) {
    if (!(error instanceof Failure && (error.code === 'no-space' || error.code === 'io'))) throw error;
  }
}

function isCheckOutline(answer: unknown): answer is CheckOutline {
  return typeof answer === 'object' && answer !== null && 'verdict' in answer && 'wishes' in answer;
}
