import type { FileSymbols, ImportGroup } from '@moby/abi';
import type { ElfFacts } from '@moby/model';
import { factsOf, type HeldLine } from './held-line.ts';
import { type Judged, nameOf, type Pair } from './judged.ts';

/**
 * Whether the libraries of `other` have the symbols that files of `own` import from them. A name with a version is bound to its library. Of one
 * without, nobody knows whose it is in a root of two; it is taken for the library's where another line of the library has it.
 */
export function judgeSymbols(pair: Pair): readonly Judged[] {
  const { own, other, platform } = pair;
  const libraries = librariesOf(other, pair);
  return (factsOf(own, platform)?.elf ?? []).flatMap((file) => {
    const asks = libraries.filter(({ elf }) => file.needed.includes(elf.soname ?? ''));
    const symbols = asks.length === 0 ? undefined : own.symbols(platform)?.of(file.path);
    return symbols === undefined ? [] : asks.flatMap((library) => judgeFile({ pair, file, symbols, library, libraries }));
  });
}

interface Library {
  readonly elf: ElfFacts;
  readonly symbols: FileSymbols;
}

interface FileCase {
  readonly pair: Pair;
  readonly file: ElfFacts;
  readonly symbols: FileSymbols;
  readonly library: Library;
  readonly libraries: readonly Library[];
}

/** Those of which all that they offer is known. */
function librariesOf(line: HeldLine, { platform }: Pair): readonly Library[] {
  return (factsOf(line, platform)?.elf ?? []).flatMap((elf) => {
    if (elf.soname === undefined) return [];
    const symbols = line.symbols(platform)?.of(elf.path);
    return symbols === undefined || symbols.manyExports ? [] : [{ elf, symbols }];
  });
}

function judgeFile(one: FileCase): readonly Judged[] {
  const { pair, file, symbols, library } = one;
  const { soname = '', offers } = library.elf;
  const groups = symbols.imports.filter(({ library: bound }) => bound === undefined || bound === soname);
  // Where a version isn't there as a whole, that is elf.version's finding.
  const judged = groups.filter(({ version }) => version === undefined || offers.length === 0 || offers.includes(version));
  const lost = judged.flatMap((group) => missing(one, group));
  if (lost.length > 0) {
    const what = lost.length === 1 ? (lost[0] ?? '') : `${lost[0]} and ${lost.length - 1} more`;
    return [
      {
        verdict: 'error',
        evidence: 'binary',
        sentence: `${file.path} imports ${what} from ${soname}, which ${nameOf(pair.other)} doesn't have there`,
      },
    ];
  }
  const count = judged.filter((group) => group.library !== undefined).reduce((sum, { names }) => sum + names.length, 0);
  if (count === 0) return [];
  return [{ verdict: 'ok', evidence: 'binary', sentence: `the ${count} symbols that ${file.path} imports from ${soname} are there` }];
}

function missing({ pair, library, libraries }: FileCase, group: ImportGroup): readonly string[] {
  let left: readonly string[] = group.names;
  // A name may have moved to another library of the same component, as those of libpthread did.
  for (const { symbols } of [library, ...libraries])
    if (left.length > 0) left = symbols.missing(group).filter((name) => left.includes(name));
  if (left.length === 0 || group.library !== undefined) return left.map((name) => `${name}@${group.version}`);
  const others = pair.linesOf(pair.other).filter((line) => line !== pair.other);
  const elsewhere = others.flatMap((line) => librariesOf(line, pair).filter(({ elf }) => elf.soname === library.elf.soname));
  return left.filter((name) => elsewhere.some(({ symbols }) => !symbols.missing(group).includes(name)));
}
