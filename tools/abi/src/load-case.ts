import type { Platform } from '@moby/model';
import type { ElfFile, LoadResult } from './load.ts';
import type { RootTree } from './root-tree.ts';

/** One start in a root, as ld.so would load it: what the rules about ELF files judge. */
export interface LoadCase {
  readonly root: string;
  readonly platform: Platform;
  readonly tree: RootTree;
  readonly start: ElfFile;
  readonly result: LoadResult;
  /** The verdict where something isn't there: `warn` for a plugin. */
  readonly missing: 'error' | 'warn' | 'unknown';
  /** The x86-64 level of the machine's processor, 1 to 4; undefined where nobody said. */
  readonly cpuLevel: number | undefined;
}
