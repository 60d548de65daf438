import { join, resolve } from 'node:path';
import type { ContentStore, Progress } from '@moby/model';
import type { LockPolicy, Variation } from '../request.ts';
import type { Assembly } from '../parse/assembly.ts';
import type { Resolution } from '../resolve/resolution.ts';
import { digestOfProgram, isUnchanged, isYounger, seeInput, type Input, type SeenInput } from './inputs.ts';

/** All that a command is asked, as it was typed: the same question with the same inputs has the same answer. */
export interface Question {
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

/** The last word of a step. */
export interface StepNote {
  readonly step: string;
  readonly count: number;
  readonly note: string;
}

/** What an answer was made from. */
export interface Sources {
  readonly assembly: Assembly;
  readonly resolution: Resolution;
  readonly lockFile: string;
  /** Every file that was read or looked for to parse the assembly. */
  readonly read: readonly string[];
  /** When the command began, in ms since the epoch. */
  readonly begunMs: number;
}

/** Each kind of answer is a folder of the store's memories. */
type Kind = 'runs' | 'checks';

/** The answer that was kept, where nothing that it was made from has changed since. */
export async function recallAnswer(store: ContentStore, kind: Kind, question: Question): Promise<unknown> {
  const memory = await store.recall(kind, keyOf(question));
  return isMemory(memory) && memory.program === digestOfProgram() && memory.inputs.every(isUnchanged) ? memory.answer : undefined;
}

/**
 * Keeps an answer that can be written as JSON. Not kept are answers with refreshed pins, those whose components come from a registry or lie
 * outside of the folders that are compared, and those during which an input was written: what was read may not be what lies there now.
 */
export async function rememberAnswer(
  store: ContentStore,
  kind: Kind,
  question: Question,
  { sources, answer }: { readonly sources: Sources; readonly answer: object },
): Promise<void> {
  const program = digestOfProgram();
  const inputs = inputsOf(question, sources)?.map(seeInput);
  if (program === undefined || inputs === undefined || inputs.some((input) => isYounger(input, sources.begunMs))) return;
  const memory: Memory = { program, inputs, answer };
  await store.remember(kind, keyOf(question), memory);
}

export function tellSteps(steps: readonly StepNote[], progress: Progress): void {
  for (const { step, count, note } of steps) progress.step({ step, done: count, total: count, unit: 'items', note });
}

function inputsOf(question: Question, { assembly, resolution, lockFile, read }: Sources): readonly Input[] | undefined {
  const components = [...resolution.components.values()];
  if (components.some(({ refreshed, origin }) => refreshed !== undefined || origin !== undefined)) return undefined;
  if (assembly.entries.some(({ ownFolder }) => ownFolder !== undefined)) return undefined;
  return [
    ...[...read, lockFile].map((path): Input => ({ kind: 'file', path: resolve(path) })),
    ...libraryFolders(question).map((path): Input => ({ kind: 'manifests', path })),
    ...components.map(({ folder }): Input => ({ kind: 'folder', path: folder })),
  ];
}

/** Runs into a folder of one's own are one question, whatever the folder; those into the assembly's own are another, as they know it. */
function keyOf({ out, ...question }: Question): string {
  return JSON.stringify([question, out !== undefined]);
}

function libraryFolders({ library, componentFolders }: Question): readonly string[] {
  return [...componentFolders, ...(library === undefined ? [] : [join(library, 'components')])];
}

interface Memory {
  /** Whose answer it is: another program's is never taken, and gives way to this one's. */
  readonly program: string;
  readonly inputs: readonly SeenInput[];
  readonly answer: unknown;
}

/** The store's memories are our own writing (see `prepared.ts`), and name the program that wrote them. */
function isMemory(value: unknown): value is Memory {
  return (
    typeof value === 'object' &&
    value !== null &&
    'program' in value &&
    'inputs' in value &&
    Array.isArray(value.inputs) &&
    'answer' in value
  );
}
