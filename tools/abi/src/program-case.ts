import type { RootFile, RootTree } from './root-tree.ts';

/** A program that somebody starts: a name for PATH, or an absolute path. */
export interface ProgramNeed {
  readonly component: string;
  readonly version: string;
  readonly program: string;
  /** `exec` of the manifest, a service's first argument, a runtime's program. */
  readonly why: 'exec' | 'args' | 'runtime';
  /** The script that has it started by `env`. */
  readonly file?: RootFile;
}

interface ProgramPlace {
  readonly root: string;
  readonly tree: RootTree;
  readonly path: readonly string[];
  readonly missing: 'error' | 'warn' | 'unknown';
}

export interface ProgramCase extends ProgramPlace {
  readonly need: ProgramNeed;
}

export interface ScriptCase extends ProgramPlace {
  readonly file: RootFile;
}

/** What execvp finds: the first file on PATH that can be executed, or the file of that path. */
export function programAt({ tree, path }: Pick<ProgramPlace, 'tree' | 'path'>, program: string): RootFile | undefined {
  const places = program.includes('/') ? [program] : path.map((folder) => `${folder}/${program}`);
  return places.map((place) => tree.find(place)).find((file) => file?.executable === true);
}
