import { join, resolve } from 'node:path';
import type { Artifact, ContentStore, Digest, Progress } from '@moby/model';
import type { Verdict as EdgeVerdict } from '@moby/abi';
import { openContentStore } from '@moby/content/store';
import { writeArtifact, type ArtifactTexts } from '../build/write-artifact.ts';
import type { Composed, LockPolicy, Variation } from '../request.ts';
import type { ResolvedRoot } from '../resolve/resolution.ts';
import { storeFolder } from '../store-folder.ts';
import { digestOfInput, digestOfProgram, isUnchanged, isYounger, type Input, type SeenInput } from './inputs.ts';

/** All that a run is asked, as it was typed: the same question with the same inputs has the same answer. */
export interface RunQuestion {
  readonly assembly: string;
  readonly platform: string | undefined;
  readonly variation: Variation;
  readonly policy: LockPolicy;
  /** Absolute; undefined for the assembly's own. Only says where the answer is written to. */
  readonly out: string | undefined;
  readonly level: number;
  readonly currentFolder: string;
  readonly library: string | undefined;
  readonly componentFolders: readonly string[];
}

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
  /** The last word of each step, in order. */
  readonly steps: readonly StepNote[];
}

export interface StepNote {
  readonly step: string;
  readonly count: number;
  readonly note: string;
}

interface Memory {
  readonly inputs: readonly SeenInput[];
  readonly outline: RunOutline;
  readonly kernel: Digest;
  readonly initrd: readonly Digest[];
  readonly disk: readonly Digest[];
  readonly texts: ArtifactTexts;
}

const namespace = 'runs';

/**
 * The run that was asked the same question before, where nothing that it had read has changed since and the store still
 * has what it made: the artifact is written as that run wrote it. Undefined where the line has to be gone.
 * Throws `no-space`, `io`, `store-corrupt`.
 */
export async function runAgain(
  question: RunQuestion,
  world: {
    readonly environment: Readonly<Record<string, string | undefined>>;
    readonly progress: Progress;
    /** Called before the first step, with what the heading says. */
    readonly begin: (outline: RunOutline) => void;
  },
): Promise<RunOutline | undefined> {
  const store = openContentStore(storeFolder(world.environment));
  const key = keyOf(question);
  const memory = key === undefined ? undefined : await store.recall(namespace, key);
  if (!isMemory(memory) || !memory.inputs.every(isUnchanged) || !(await hasAll(store, memory))) return undefined;
  const { kernel, initrd, disk, texts } = memory;
  const outline = { ...memory.outline, folder: question.out ?? memory.outline.folder };
  world.begin(outline);
  for (const { step, count, note } of outline.steps) world.progress.step({ step, done: count, total: count, unit: 'items', note });
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

/**
 * Keeps a run for `runAgain`. Not kept are runs that had something to warn of, as it has to be said each time, and those
 * whose components lie outside of the folders that are compared.
 */
export async function rememberRun(
  question: RunQuestion,
  run: {
    readonly composed: Composed;
    readonly verdicts: RunOutline['verdicts'];
    readonly store: ContentStore;
    /** When it began, in ms since the epoch. */
    readonly begunMs: number;
  },
): Promise<void> {
  const { composed, verdicts, store, begunMs } = run;
  const components = [...composed.resolution.components.values()];
  const key = keyOf(question);
  if (key === undefined || components.some(({ refreshed }) => refreshed !== undefined)) return;
  if (composed.assembly.entries.some(({ ownFolder }) => ownFolder !== undefined)) return;
  const inputs: readonly Input[] = [
    ...[...composed.made.read, composed.lockFile].map((path): Input => ({ kind: 'file', path: resolve(path) })),
    ...libraryFolders(question).map((path): Input => ({ kind: 'manifests', path })),
    ...components.map(({ folder }): Input => ({ kind: 'folder', path: folder })),
  ];
  // A file that was written while the run went on may not be what the run has read.
  if (inputs.some((input) => isYounger(input, begunMs))) return;
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
      { step: 'resolve', count: components.length, note: lockState === 'left alone' ? '' : 'as locked' },
      { step: 'check', count: composed.verdict.edges.length, note: made.checked },
      { step: 'fetch', count: made.packages, note: `all ${made.packages} packages in the store` },
    ],
  };
  const memory: Memory = {
    inputs: inputs.map((input) => ({ ...input, digest: digestOfInput(input) })),
    outline,
    kernel: made.kernel,
    initrd: made.initrd,
    disk: made.disk,
    texts: made.texts,
  };
  await store.remember(namespace, key, memory);
}

/** Runs into a folder of one's own are one question, whatever the folder; those into the assembly's own are another, as they know it. */
function keyOf({ out, ...question }: RunQuestion): string | undefined {
  const program = digestOfProgram();
  return program === undefined ? undefined : JSON.stringify([program, question, out !== undefined]);
}

function libraryFolders({ library, componentFolders }: RunQuestion): readonly string[] {
  return [...componentFolders, ...(library === undefined ? [] : [join(library, 'components')])];
}

async function hasAll(store: ContentStore, { kernel, initrd, disk, outline }: Memory): Promise<boolean> {
  const tests = outline.artifact.files.flatMap(({ role, digest }) => (role === 'test' ? [digest] : []));
  for (const digest of [kernel, ...initrd, ...disk, ...tests]) if (!(await store.has(digest))) return false;
  return true;
}

/** The store's memories are our own writing (see `prepared.ts`), and the key names the program that wrote them. */
function isMemory(value: unknown): value is Memory {
  return typeof value === 'object' && value !== null && 'inputs' in value && Array.isArray(value.inputs) && 'outline' in value;
}
