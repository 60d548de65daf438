import { endOf } from '../end-of.ts';
import type { ElfFile } from '../load.ts';
import type { LoadCase } from '../load-case.ts';
import type { FileSymbols, ImportGroup } from '../symbol-lookup.ts';
import type { Edge } from '../edge.ts';
import type { Rule } from './rule.ts';

export const elfSymbol: Rule<LoadCase> = {
  id: 'elf.symbol',
  title: 'each symbol that a program or one of its libraries imports is offered by something that is loaded with it',
  why: 'ld.so ends the program with "undefined symbol: NAME": at its start where it was linked with -z now, as Debian links servers and setuid programs, else in the middle of its work, when the function is first called. Libraries without symbol versions have no other way to tell that they are too old.',
  levels: {
    error: 'nothing that is loaded with the program offers the symbol',
    unknown: 'nothing that is known offers it, and of one of the files, or of the program itself, nobody knows all that it offers',
  },
  references: ['gABI chapter 5, symbol table', 'glibc elf/dl-lookup.c, check_match and do_lookup_x', 'ld.so(8), LD_BIND_NOW'],
  isPair: true,
  examples: {
    fails:
      'libc.so.6 of libc6 2.41 under the loader of libc6 2.36: __tunable_is_initialized@GLIBC_PRIVATE; a program that imports seccomp_precompute on libseccomp2 2.5.4',
    passes: 'libc.so.6 and the loader of libc6 2.41; runc 1.1.5 and crun 1.8.1 on libseccomp2 2.5.4',
  },
  check: judgeSymbols,
};

/**
 * Programs only: what a plugin imports may come from whoever loads it. Weak imports aren't looked at, as their absence is
 * no error. Where a version isn't there, that is elf.version's finding; where a library isn't, elf.needed's.
 */
function judgeSymbols(load: LoadCase): readonly Edge[] {
  const { start, result } = load;
  if (start.elf.interpreter === undefined || result.needs.some(({ found }) => found === undefined)) return [];
  const scope = result.files.map((file): Scoped => ({ file, symbols: file.component.symbols?.of(file.path) }));
  const isComplete = scope.every(({ symbols }) => symbols !== undefined && !symbols.manyExports);
  return scope.flatMap(({ file, symbols }) => {
    if (symbols === undefined) return [];
    const lost = symbols.imports.map((group) => ({ group, names: unresolved(load, { group, scope, symbols, file }) }));
    const absent = lost.filter(({ names }) => names.length > 0);
    const count = symbols.imports.reduce((sum, { names }) => sum + names.length, 0);
    const good = count - absent.reduce((sum, { names }) => sum + names.length, 0);
    return [
      ...(good === 0 ? [] : [resolvedAll(load, { file, count: good, scope })]),
      ...absent.map(({ group, names }) => lack(load, { file, group, names, verdict: isComplete ? 'error' : 'unknown' })),
    ];
  });
}

interface Scoped {
  readonly file: ElfFile;
  readonly symbols: FileSymbols | undefined;
}

interface Search {
  readonly group: ImportGroup;
  readonly scope: readonly Scoped[];
}

/** The names that no file of the scope offers. The library that the names are bound to is asked first: it nearly always has them. */
function unresolved({ result }: LoadCase, { group, scope }: Search & Scoped): readonly string[] {
  const { library, version } = group;
  const bound = library === undefined ? undefined : result.byName.get(library);
  const own = scope.find(({ file }) => file === bound)?.symbols;
  if (own !== undefined && own.missing(group).length === 0) return [];
  const isVersioned = bound !== undefined && bound.elf.offers.length > 0;
  if (version !== undefined && isVersioned && !bound.elf.offers.includes(version)) return [];
  let left = group.names;
  for (const { symbols } of scope) {
    if (left.length === 0) break;
    const missing = new Set(symbols?.missing(group) ?? left);
    left = left.filter((name) => missing.has(name));
  }
  return left;
}

function resolvedAll({ root }: LoadCase, own: { readonly file: ElfFile; readonly count: number; readonly scope: readonly Scoped[] }): Edge {
  const { file, count, scope } = own;
  return {
    rule: 'elf.symbol',
    verdict: 'ok',
    evidence: 'binary',
    root,
    from: endOf(file, '.dynsym'),
    need: 'symbols',
    sentence: `the ${count} symbols that ${file.path} imports are in the ${scope.length} files that are loaded together`,
  };
}

interface Lack {
  readonly file: ElfFile;
  readonly group: ImportGroup;
  readonly names: readonly string[];
  readonly verdict: 'error' | 'unknown';
}

function lack({ root, start, result }: LoadCase, { file, group, names, verdict }: Lack): Edge {
  const { library, version } = group;
  const by = library === undefined ? onlyUnversioned(result, file) : result.byName.get(library);
  const [first = ''] = names;
  const shown = version === undefined ? first : `${first}@${version}`;
  const what = names.length === 1 ? shown : `${shown} and ${names.length - 1} more`;
  const when = file === start ? '' : `, loaded by ${start.path},`;
  const whose =
    by === undefined
      ? `nothing that is loaded with it offers ${names.length === 1 ? 'it' : 'them'}`
      : `${by.path} doesn't have ${names.length === 1 ? 'it' : 'them'}`;
  return {
    rule: 'elf.symbol',
    verdict,
    evidence: 'binary',
    root,
    from: endOf(file, '.dynsym'),
    need: shown,
    ...(by === undefined ? {} : { by: endOf(by, '.dynsym') }),
    offer: 'no such symbol',
    symbols: names,
    sentence: `${file.path}${when} imports ${what}${library === undefined ? '' : ` from ${library}`}; ${whose}`,
  };
}

/** A name without a version was linked against a library without versions: where a file needs one such library alone, it is meant. */
function onlyUnversioned(result: LoadCase['result'], importer: ElfFile): ElfFile | undefined {
  const direct = result.needs.flatMap((need) => (need.file === importer && need.found !== undefined ? [need.found] : []));
  const plain = direct.filter(({ elf }) => elf.offers.length === 0);
  return plain.length === 1 ? plain[0] : undefined;
}
