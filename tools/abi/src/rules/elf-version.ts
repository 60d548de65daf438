import type { ElfVersionNeed } from '@moby/model';
import { endOf } from '../end-of.ts';
import type { ElfFile } from '../load.ts';
import type { LoadCase } from '../load-case.ts';
import { newestOf, parseSymbolVersion } from '../symbol-version.ts';
import { wordsOf } from '../symbol-words.ts';
import type { Edge } from '../edge.ts';
import type { Rule } from './rule.ts';

export const elfVersion: Rule<LoadCase> = {
  id: 'elf.version',
  title: 'a library offers each symbol version that a file was linked against',
  why: 'ld.so looks for every needed version, by its exact name, before the program starts, and ends it with "version `GLIBC_2.43\' not found (required by PROGRAM)".',
  levels: {
    error: 'the library that is loaded doesn’t offer the version',
    warn: 'the need is weak; the library has no versions at all, which the loader takes; a plugin’s',
  },
  references: ['LSB 5.0 core, 10.7 symbol versioning', 'glibc elf/dl-version.c, match_symbol'],
  isPair: true,
  examples: {
    fails: 'redis-check-rdb of redis-tools 8.0.6 on libc6 2.41: sqrtf@GLIBC_2.43; runc 1.1.15 on libc6 2.36',
    passes: 'redis-cli of redis-tools 8.0.6 on libc6 2.41; redis-tools 7.0.15 on libc6 2.43',
  },
  check: (load) => load.result.files.flatMap((file) => file.elf.needs.flatMap((need) => judgeVersions(load, { file, need }))),
};

interface VersionCase {
  readonly file: ElfFile;
  readonly need: ElfVersionNeed;
}

/** One edge for what fits and one for each version that doesn't. The absence of a library is elf.needed's finding. */
function judgeVersions({ root, missing, result }: LoadCase, { file, need }: VersionCase): readonly Edge[] {
  const found = result.byName.get(need.library);
  if (found === undefined) return [];
  const edge = { rule: 'elf.version', evidence: 'binary', root, from: endOf(file, 'verneed'), by: endOf(found, 'verdef') } as const;
  const name = (versions: readonly string[]): string => `${need.library}(${versions.join(', ')})`;
  if (found.elf.offers.length === 0) {
    const sentence = `${file.path} needs ${need.versions.join(', ')} from ${need.library}; ${found.path} has no symbol versions at all`;
    return [{ ...edge, verdict: 'warn', need: name(need.versions), offer: 'no symbol versions', sentence }];
  }
  const offered = new Set(found.elf.offers);
  const fitting = need.versions.filter((version) => offered.has(version));
  const fit = `${file.path} needs ${fitting.join(', ')} from ${need.library}, and ${found.path} offers them`;
  return [
    ...(fitting.length === 0 ? [] : [{ ...edge, verdict: 'ok', need: name(fitting), sentence: fit } as const]),
    ...need.versions
      .filter((version) => !offered.has(version))
      .map((version): Edge => {
        const offer = offerOf(found, version);
        const symbols = symbolsOf(file, { library: need.library, version });
        const what = wordsOf(symbols, version);
        // A library that is there and too old stays so, whatever else the root may hold.
        const verdict = need.weak?.includes(version) === true || missing === 'warn' ? 'warn' : 'error';
        return {
          ...edge,
          verdict,
          need: name([version]),
          offer,
          ...(symbols.length === 0 ? {} : { symbols }),
          sentence: `${file.path} needs ${what} from ${need.library}; ${found.path} has ${offer}`,
        };
      }),
  ];
}

/** The names that the version stands for; none where nobody has read them, or where the version alone is needed. */
function symbolsOf(file: ElfFile, bound: { readonly library: string; readonly version: string }): readonly string[] {
  const imports = file.component.symbols?.of(file.path)?.imports ?? [];
  return imports.find(({ library, version }) => library === bound.library && version === bound.version)?.names ?? [];
}

/** `up to GLIBC_2.41`; where the family has no order, `no GLIBC_PRIVATE`. */
function offerOf(found: ElfFile, version: string): string {
  const family = parseSymbolVersion(version)?.family;
  const newest = family === undefined ? undefined : newestOf(found.elf.offers, family);
  return newest === undefined ? `no ${family ?? version}` : `up to ${newest}`;
}
