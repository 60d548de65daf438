import type { Artifact, ContentStore, Digest, Progress } from '@moby/model';
import type { Verdict as EdgeVerdict } from '@moby/abi';
import { openContentStore } from '@moby/content/store';
import type { ArtifactTexts } from '../build/write-artifact.ts';
import type { Composed } from '../request.ts';
import type { ResolvedRoot } from '../resolve/resolution.ts';
import { storeFolder } from '../store-folder.ts';
import { recallAnswer, rememberAnswer, tellSteps, type Question, type StepNote } from './answers.ts';

/** What is told of a run that has made an artifact. */
export interface RunOutline {
  readonly assembly: { readonly name: string; readonly version: string; readonly file: string };
  readonly artifact: Artifact;
  readonly folder: string;
  readonly unchanged: boolean;
  readonly lockFile: string;
  readonly lockState: Composed['lockState'];
  readonly roots: readonly ResolvedRoot[];
  readonly verdicts: Readonly<Record<EdgeVerdict, number>>;
  readonly steps: readonly StepNote[];
}

/** A run's answer: what was told, and what was written. */
interface RunAnswer {
  readonly outline: RunOutline;
  readonly kernel: Digest;
  readonly initrd: readonly Digest[];
  readonly disk: readonly Digest[];
  readonly texts: ArtifactTexts;
}

/**
 * The run that was asked the same question before, where nothing that it had read has changed since and the store still
 * has what it made: the artifact is written as that run wrote it. Undefined where the line has to be gone.
 * Throws `no-space`, `io`, `store-corrupt`.
 */
export async function runAgain(
  question: Question,
  world: {
    readonly environment: Readonly<Record<string, string | undefined>>;
    readonly progress: Progress;
    /** Called before the first step, with what the heading says. */
    readonly begin: (outline: RunOutline) => void;
  },
): Promise<RunOutline | undefined> {
  const store = openContentStore(storeFolder(world.environment));
  const answer = await recallAnswer(store, 'runs', question);
  if (!isRunAnswer(answer) || !(await hasAll(store, answer))) return undefined;
  const { kernel, initrd, disk, texts } = answer;
  const { writeArtifact } = await import('../build/write-artifact.ts');
  const outline = { ...answer.outline, folder: question.out ?? answer.outline.folder };
  world.begin(outline);
  tellSteps(outline.steps, world.progress);
  world.progress.step({ step: 'build' });
  const written = await writeArtifact({
    built: { artifact: outline.artifact, kernel, initrd, disk },
    texts,
    folder: outline.folder,
    store,
  });
  world.progress.step({ step: 'build', done: 1, total: 1, unit: 'items', note: written ? 'written' : 'unchanged' });
  return { ...outline, unchanged: !written };
}

/** Keeps a run for `runAgain`. The caller leaves out one that had something to warn of, as it has to be said each time. */
export async function rememberRun(
  question: Question,
  run: {
    readonly composed: Composed;
    readonly verdicts: RunOutline['verdicts'];
    readonly store: ContentStore;
    /** When it began, in ms since the epoch. */
    readonly begunMs: number;
  },
): Promise<void> {
  const { composed, verdicts, store, begunMs } = run;
  const { assembly, artifact, folder, unchanged, lockFile, lockState, resolution, made } = composed;
  const outline: RunOutline = {
    assembly: { name: assembly.name, version: assembly.version, file: assembly.file },
    artifact,
    folder,
    unchanged,
    lockFile,
    lockState: lockState === 'written' ? 'unchanged' : lockState,
    roots: resolution.roots,
    verdicts,
    steps: [
      { step: 'resolve', count: resolution.components.size, note: lockState === 'left alone' ? '' : 'as locked' },
      { step: 'check', count: composed.verdict.edges.length, note: made.checked },
      { step: 'fetch', count: made.packages, note: `all ${made.packages} packages in the store` },
    ],
  };
  const { kernel, initrd, disk, texts, read } = made;
  const answer: RunAnswer = { outline, kernel, initrd, disk, texts };
  await rememberAnswer(store, 'runs', question, { sources: { assembly, resolution, lockFile, read, begunMs }, answer });
}

async function hasAll(store: ContentStore, { kernel, initrd, disk, outline }: RunAnswer): Promise<boolean> {
  const tests = outline.artifact.files.flatMap(({ role, digest }) => (role === 'test' ? [digest] : []));
  for (const digest of [kernel, ...initrd, ...disk, ...tests]) if (!(await store.has(digest))) return false;
  return true;
}

function isRunAnswer(answer: unknown): answer is RunAnswer {
  return typeof answer === 'object' && answer !== null && 'outline' in answer && 'initrd' in answer;
}
