import { type ElfFacts, parseDigest, type PlatformFacts } from '@moby/model';
import type { RootComponent } from '@moby/abi';

const digest = parseDigest(`sha256:${'0'.repeat(64)}`);

/** A component of a root, with facts said in a few words. */
export function component(
  name: string,
  version: string,
  content: Partial<Omit<PlatformFacts, 'payload'>>,
): RootComponent & { readonly facts: PlatformFacts } {
  if (digest === undefined) throw new Error('64 zeros are a digest');
  const elf = content.elf ?? [];
  const programs = content.programs ?? elf.filter((file) => file.interpreter !== undefined).map((file) => file.path);
  return { name, version, facts: { payload: digest, unpackedBytes: 0, links: {}, ...content, elf, programs } };
}

export const loader = '/lib64/ld-linux-x86-64.so.2';

export function program(path: string, more: Partial<ElfFacts> = {}): ElfFacts {
  return { path, class: 64, machine: 'x86-64', interpreter: loader, needed: ['libc.so.6'], needs: [], offers: [], ...more };
}

export function library(path: string, more: Partial<ElfFacts> = {}): ElfFacts {
  return { path, class: 64, machine: 'x86-64', soname: path.slice(path.lastIndexOf('/') + 1), needed: [], needs: [], offers: [], ...more };
}

/** A C library with a math library, as Debian lays them out. */
export function glibc(version: string): RootComponent {
  const last = Number(version.split('.')[1]);
  const offers = [...Array.from({ length: last - 33 }, (_, index) => `GLIBC_2.${34 + index}`), 'GLIBC_PRIVATE'];
  return component('glibc', version, {
    elf: [
      library('/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2', { offers }),
      library('/usr/lib/x86_64-linux-gnu/libc.so.6', {
        offers,
        needed: ['ld-linux-x86-64.so.2'],
        needs: [{ library: 'ld-linux-x86-64.so.2', versions: ['GLIBC_PRIVATE'] }],
      }),
      library('/usr/lib/x86_64-linux-gnu/libm.so.6', {
        offers,
        needed: ['libc.so.6'],
        needs: [{ library: 'libc.so.6', versions: ['GLIBC_PRIVATE'] }],
      }),
    ],
    links: { '/usr/lib64/ld-linux-x86-64.so.2': '../lib/x86_64-linux-gnu/ld-linux-x86-64.so.2' },
  });
}
