import type { ElfVersionNeed, Platform } from '@moby/model';
import type { Edge, EdgeEnd, Verdict } from './edge.ts';
import { type ElfFile, isElfFile, type LoadedNeed, type LoadResult } from './load.ts';
import { fitOf, formatKind, isSameKind } from './machine.ts';
import type { RootFile, RootTree } from './root-tree.ts';
import { newestOf, parseSymbolVersion } from './symbol-version.ts';

export interface LoadCase {
  readonly root: string;
  readonly platform: Platform;
  readonly tree: RootTree;
  readonly start: ElfFile;
  readonly result: LoadResult;
  /** The verdict where something isn't there. */
  readonly missing: 'error' | 'warn' | 'unknown';
}

/** The edges of one start: its machine, its loader, and the needs of every file that is loaded with it. */
export function judgeLoad(load: LoadCase): readonly Edge[] {
  return [
    ...judgeMachine(load),
    ...judgeInterpreter(load),
    ...load.result.needs.map((need) => judgeNeed(load, need)),
    ...load.result.files.flatMap((file) => file.elf.needs.flatMap((need) => judgeVersions(load, { file, need }))),
  ];
}

/** Only what doesn't fit is an edge: a file for another machine that nobody runs or loads is data. */
function judgeMachine({ root, platform, start }: LoadCase): readonly Edge[] {
  const fit = fitOf(start.elf, platform);
  if (fit === 'native') return [];
  const isProgram = start.executable || start.elf.interpreter !== undefined;
  const kind = formatKind(start.elf);
  return [
    {
      rule: 'elf.machine',
      verdict: fit === 'compatible' || !isProgram ? 'info' : 'error',
      evidence: 'binary',
      root,
      from: endOf(start),
      need: kind,
      offer: platform,
      sentence:
        fit === 'compatible'
          ? `${start.path} is for ${kind}, which a kernel of ${platform} runs where it is built for it`
          : `${start.path} is for ${kind} and can't run on ${platform}`,
    },
  ];
}

function judgeInterpreter({ root, tree, start, missing }: LoadCase): readonly Edge[] {
  const need = start.elf.interpreter;
  if (need === undefined) return [];
  const found = tree.find(need);
  const edge = { rule: 'elf.interp', evidence: 'binary', root, from: endOf(start), need } as const;
  if (!isElfFile(found)) return [{ ...edge, verdict: missing, sentence: `${start.path} is loaded by ${need}, which isn't in this root` }];
  if (isSameKind(found.elf, start.elf))
    return [{ ...edge, verdict: 'ok', by: endOf(found), sentence: `${start.path} is loaded by ${need}` }];
  return [
    {
      ...edge,
      verdict: 'error',
      by: endOf(found),
      offer: formatKind(found.elf),
      sentence: `${start.path} is for ${formatKind(start.elf)}, its loader ${need} for ${formatKind(found.elf)}`,
    },
  ];
}

function judgeNeed({ root, start, missing }: LoadCase, { file, library, found, foreign }: LoadedNeed): Edge {
  const edge = { evidence: 'binary', root, from: endOf(file), need: library } as const;
  if (found !== undefined)
    return {
      ...edge,
      rule: 'elf.needed',
      verdict: 'ok',
      by: endOf(found),
      sentence: `${file.path} needs ${library}, which is ${found.path}`,
    };
  const when = file === start ? '' : `, loaded by ${start.path},`;
  if (foreign !== undefined) {
    const offer = formatKind(foreign.elf);
    return {
      ...edge,
      rule: 'elf.machine',
      verdict: missing,
      by: endOf(foreign),
      offer,
      sentence: `${file.path}${when} needs ${library} for ${formatKind(file.elf)}; ${foreign.path} is for ${offer}`,
    };
  }
  return { ...edge, rule: 'elf.needed', verdict: missing, sentence: `${file.path}${when} needs ${library}, which isn't in this root` };
}

interface VersionCase {
  readonly file: ElfFile;
  readonly need: ElfVersionNeed;
}

/**
 * One edge for what fits and one for each version that doesn't. A library without any versions is taken by the loader
 * (glibc elf/dl-version.c), which is why it is a warning. The absence of a library is `judgeNeed`'s finding.
 */
function judgeVersions({ root, missing, result }: LoadCase, { file, need }: VersionCase): readonly Edge[] {
  const found = result.byName.get(need.library);
  if (found === undefined) return [];
  const edge = { rule: 'elf.version', evidence: 'binary', root, from: endOf(file), by: endOf(found) } as const;
  const name = (versions: readonly string[]): string => `${need.library}(${versions.join(', ')})`;
  if (found.elf.offers.length === 0) {
    return [
      {
        ...edge,
        verdict: 'warn',
        need: name(need.versions),
        offer: 'no symbol versions',
        sentence: `${file.path} needs ${need.versions.join(', ')} from ${need.library}; ${found.path} has no symbol versions at all`,
      },
    ];
  }
  const offered = new Set(found.elf.offers);
  const fitting = need.versions.filter((version) => offered.has(version));
  const absent = need.versions.filter((version) => !offered.has(version));
  const fit: readonly Edge[] =
    fitting.length === 0
      ? []
      : [
          {
            ...edge,
            verdict: 'ok',
            need: name(fitting),
            sentence: `${file.path} needs ${fitting.join(', ')} from ${need.library}, and ${found.path} offers them`,
          },
        ];
  return [
    ...fit,
    ...absent.map((version): Edge => {
      const offer = offerOf(found, version);
      // A library that is there and too old stays so, whatever else the root may hold.
      const verdict: Verdict = need.weak?.includes(version) === true || missing === 'warn' ? 'warn' : 'error';
      return {
        ...edge,
        verdict,
        need: name([version]),
        offer,
        sentence: `${file.path} needs ${version} from ${need.library}; ${found.path} has ${offer}`,
      };
    }),
  ];
}

/** `up to GLIBC_2.41`; where the family has no order, `no GLIBC_PRIVATE`. */
function offerOf(found: ElfFile, version: string): string {
  const family = parseSymbolVersion(version)?.family;
  const newest = family === undefined ? undefined : newestOf(found.elf.offers, family);
  return newest === undefined ? `no ${family ?? version}` : `up to ${newest}`;
}

export function endOf(file: RootFile): EdgeEnd {
  const { component, path } = file;
  return {
    component: component.name,
    version: component.version,
    path,
    ...(component.facts === undefined ? {} : { payload: component.facts.payload }),
  };
}
