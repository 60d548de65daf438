import { deriveCapabilities } from '@moby/abi';
import { isCapability, type PlatformFacts } from '@moby/model';
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
    .filter(({ soname }) => !loader.test(soname))
    .concat(unspeakableNeeds(facts));
}

/** A soname that no capability can be called, as `libdns-9.20.4-1~deb13u1-Debian.so`: only a package of the same source can have it. */
function unspeakableNeeds({ elf, links }: PlatformFacts): readonly LibraryNeed[] {
  const there = new Set([...elf.map(({ path }) => path), ...Object.keys(links)].map((path) => path.slice(path.lastIndexOf('/') + 1)));
  const sonames = new Set(elf.flatMap(({ needed }) => needed).filter((soname) => !isCapability(`${prefix}${soname}`)));
  return [...sonames].filter((soname) => !there.has(soname)).map((soname) => ({ soname, requires: { [`${prefix}${soname}`]: '*' } }));
}
