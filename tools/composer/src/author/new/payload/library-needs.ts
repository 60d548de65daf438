import { deriveCapabilities } from '@moby/abi';
import type { PlatformFacts } from '@moby/model';
import type { LibraryNeed } from './library-offers.ts';
import type { Selection } from './selection.ts';

const prefix = 'soname:';
/** The C library's own loader comes with it. */
const loader = /^ld(?:64)?(?:-[^/]*)?\.so\.\d+$/;

/** The libraries that files load and that are not among them, by name: as `component build` will read it from the payload. */
export function libraryNeeds(selection: Selection, facts: PlatformFacts): readonly LibraryNeed[] {
  const { requires } = deriveCapabilities({ facts: 1, platforms: { [selection.platform]: facts } });
  return Object.keys(requires)
    .filter((capability) => !capability.slice(prefix.length).includes('/'))
    .map((capability) => ({
      soname: capability.slice(prefix.length),
      requires: Object.fromEntries(Object.entries(requires).filter(([name]) => name === capability || name.startsWith(`${capability}/`))),
    }))
    .filter(({ soname }) => !loader.test(soname));
}
