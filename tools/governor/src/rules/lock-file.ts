import type { AssemblyChange } from '../library/library-change.ts';

/** Where an assembly's lock lies, from the repository's top. */
export function lockFileOf({ name }: AssemblyChange): string {
  return `assemblies/${name}/assembly.lock.json`;
}
