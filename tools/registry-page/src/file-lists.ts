import type { PlatformFacts } from '@moby/model';
import type { FileDocument } from './documents.ts';
import type { PageComponent } from './page-registry.ts';

export interface FileLists {
  readonly programs: readonly FileDocument[];
  readonly libraries: readonly FileDocument[];
  readonly configurations: readonly FileDocument[];
  /** Kernel modules, of which a kernel has thousands: counted. */
  readonly modules: number;
}

const libraryName = /\.so(?:\.[0-9.]+)?$/;
const programFolder = /\/s?bin\//;

/** What facts know of a component's files, on any of its platforms, sorted by path; links stand with what they lead to. */
export function filesOf({ facts }: PageComponent): FileLists {
  const programs = new Map<string, FileDocument>();
  const libraries = new Map<string, FileDocument>();
  const configurations = new Map<string, FileDocument>();
  let modules = 0;
  for (const own of Object.values(facts?.platforms ?? {})) {
    const libraryPaths = new Set(own.elf.filter(isLibrary).map(({ path }) => path));
    for (const path of libraryPaths) libraries.set(path, { path });
    for (const path of own.programs) if (!libraryPaths.has(path)) programs.set(path, { path });
    for (const [path, to] of Object.entries(own.links)) {
      if (libraryName.test(path)) libraries.set(path, { path, to });
      else if (programFolder.test(path)) programs.set(path, { path, to });
    }
    for (const path of Object.keys(own.configs ?? {})) configurations.set(path, { path });
    modules = Math.max(modules, Object.keys(own.kernel?.modules ?? own.modules ?? {}).length);
  }
  return { programs: sorted(programs), libraries: sorted(libraries), configurations: sorted(configurations), modules };
}

/** A shared object that nobody starts: glibc's own library has an interpreter, and a soname. */
function isLibrary({ soname, interpreter, path }: PlatformFacts['elf'][number]): boolean {
  return soname !== undefined || (interpreter === undefined && libraryName.test(path));
}

function sorted(files: ReadonlyMap<string, FileDocument>): readonly FileDocument[] {
  return [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}
