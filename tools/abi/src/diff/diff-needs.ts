import type { ElfFacts } from '@moby/model';
import { sorted } from '../order.ts';
import { compareSymbolVersions, parseSymbolVersion } from '../symbol-version.ts';
import { changed, counted, namesInWords, type AbiFacts, type AbiKind, type FactsPair, type Found } from './abi-diff.ts';

/** What a tree asks of what it is put together with. */
interface Needs {
  /** Library → the files that need it. */
  readonly libraries: ReadonlyMap<string, readonly string[]>;
  /** `libc.so.6/GLIBC` → the newest that is needed and who needs it; versions without an order stand for themselves. */
  readonly versions: ReadonlyMap<string, NeededVersion>;
  readonly loaders: ReadonlyMap<string, readonly string[]>;
  /** The word after `#!` → scripts. */
  readonly interpreters: ReadonlyMap<string, readonly string[]>;
  readonly isaLevel: { readonly level: number; readonly file: string } | undefined;
}

interface NeededVersion {
  readonly library: string;
  readonly text: string;
  readonly files: readonly string[];
}

/** Sonames, symbol versions, loaders, script interpreters and processor levels that a tree needs from outside. */
export function diffNeeds(pair: FactsPair): readonly Found[] {
  const before = needsOf(pair.before);
  const after = needsOf(pair.after);
  const list = (
    kind: AbiKind,
    what: string,
    sides: readonly [ReadonlyMap<string, readonly string[]>, ReadonlyMap<string, readonly string[]>],
  ): readonly Found[] => {
    const [old, own] = sides;
    return [
      ...[...own].flatMap(([name, files]) => (old.has(name) ? [] : [newNeed(pair, { kind, name, files, what: `${what}${name}` })])),
      ...[...old].flatMap(([name, files]) => (own.has(name) ? [] : [dropped({ kind, name, files, what: `${what}${name}` })])),
    ];
  };
  return [
    ...list('need-library', '', [before.libraries, after.libraries]),
    ...diffNeededVersions(pair, before, after),
    ...list('need-loader', 'the loader ', [before.loaders, after.loaders]),
    ...list('need-program', 'the interpreter ', [before.interpreters, after.interpreters]),
    ...diffIsa(pair, before, after),
  ];
}

interface OneNeed {
  readonly kind: AbiKind;
  readonly name: string;
  readonly files: readonly string[];
  readonly what: string;
  readonly before?: string;
  readonly after?: string;
}

function newNeed(pair: FactsPair, { files, what, ...change }: OneNeed): Found {
  const [file = ''] = files;
  return changed({ ...change, file, sentence: `${who(files)} ${what}, which the old one doesn’t need` }, pair.newNeed);
}

function dropped({ files, what, ...change }: OneNeed): Found {
  const [file = ''] = files;
  return changed({ ...change, file, sentence: `${what} is not needed any more, as it was by ${namesInWords(files)}` });
}

function who(files: readonly string[]): string {
  const [first = ''] = files;
  return files.length === 1 ? `${first} needs` : `${first} and ${counted(files.length - 1, 'other file')} need`;
}

/** Of a library that both need. A library that is new or dropped has been told. */
function diffNeededVersions(pair: FactsPair, before: Needs, after: Needs): readonly Found[] {
  const isShared = ({ library }: NeededVersion): boolean => before.libraries.has(library) && after.libraries.has(library);
  const news = [...after.versions].flatMap(([key, need]): readonly Found[] => {
    const old = before.versions.get(key);
    if (!isShared(need) || (old !== undefined && !isNewer(need.text, old.text))) return [];
    const change = { kind: 'need-version', name: need.text, files: need.files } as const;
    if (old === undefined) return [newNeed(pair, { ...change, what: `${need.text} of ${need.library}` })];
    const [file = ''] = need.files;
    const sentence = `${who(need.files)} ${need.text} of ${need.library}; up to ${old.text} was needed`;
    return [changed({ kind: 'need-version', name: need.text, file, before: old.text, after: need.text, sentence }, pair.newNeed)];
  });
  const less = [...before.versions].flatMap(([key, old]): readonly Found[] => {
    const need = after.versions.get(key);
    if (!isShared(old) || (need !== undefined && !isNewer(old.text, need.text))) return [];
    const [file = ''] = old.files;
    const sentence =
      need === undefined
        ? `${old.text} of ${old.library} is not needed any more`
        : `up to ${need.text} of ${old.library} is needed; up to ${old.text} was`;
    return [
      changed({
        kind: 'need-version',
        name: old.text,
        file,
        before: old.text,
        ...(need === undefined ? {} : { after: need.text }),
        sentence,
      }),
    ];
  });
  return [...news, ...less];
}

function isNewer(a: string, b: string): boolean {
  const [one, other] = [parseSymbolVersion(a), parseSymbolVersion(b)];
  return one !== undefined && other !== undefined && compareSymbolVersions(one, other) > 0;
}

function diffIsa(pair: FactsPair, before: Needs, after: Needs): readonly Found[] {
  const [old, now] = [before.isaLevel?.level ?? 1, after.isaLevel?.level ?? 1];
  if (old === now) return [];
  const name = `x86-64-v${now}`;
  const file = (now > old ? after : before).isaLevel?.file;
  const sentence = `${now > old ? `${file ?? 'it'} needs` : 'all of it runs on'} a processor of ${name}; ${now > old ? `x86-64-v${old} was enough` : `${file ?? 'it'} needed x86-64-v${old}`}`;
  const change = {
    kind: 'need-isa',
    name,
    ...(file === undefined ? {} : { file }),
    before: `x86-64-v${old}`,
    after: name,
    sentence,
  } as const;
  return [changed(change, now > old ? pair.newNeed : 'patch')];
}

function needsOf({ facts }: AbiFacts): Needs {
  const libraries = new Map<string, string[]>();
  const loaders = new Map<string, string[]>();
  const versions = new Map<string, FoundVersion>();
  const own = new Set([...facts.elf.flatMap(namesOf), ...Object.keys(facts.links).map(baseName)]);
  let isaLevel: Needs['isaLevel'];
  for (const elf of facts.elf) {
    const { path } = elf;
    const outside = elf.needed.filter((library) => !own.has(baseName(library)));
    const required = (elf.dlopen ?? []).filter(
      ({ priority, sonames }) => priority === 'required' && !sonames.some((name) => own.has(name)),
    );
    for (const library of [...outside, ...required.map(({ sonames }) => sonames.join(' or '))]) push(libraries, library, path);
    if (elf.interpreter !== undefined && !own.has(baseName(elf.interpreter))) push(loaders, elf.interpreter, path);
    addVersions(versions, elf, own);
    const level = Math.max(elf.isaLevel ?? 1, elf.go?.isaLevel ?? 1);
    if (level > (isaLevel?.level ?? 1)) isaLevel = { level, file: path };
  }
  const interpreters = new Map<string, string[]>();
  const programs = new Set([...facts.programs, ...Object.keys(facts.links)].map(baseName));
  for (const [path, text] of Object.entries(facts.scripts ?? {})) {
    if (!programs.has(baseName(text.split(' ').at(-1) ?? text))) push(interpreters, text, path);
  }
  const sortedVersions = new Map([...versions].map(([key, need]) => [key, { ...need, files: sorted(need.files) }] as const));
  return { libraries, versions: sortedVersions, loaders, interpreters, isaLevel };
}

/** While it is being put together. */
type FoundVersion = Omit<NeededVersion, 'files'> & { readonly files: string[] };

function addVersions(versions: Map<string, FoundVersion>, { path, needs }: ElfFacts, own: ReadonlySet<string>): void {
  for (const { library, versions: wanted, weak } of needs) {
    if (own.has(library)) continue;
    const isWeak = new Set(weak);
    for (const text of wanted) {
      if (isWeak.has(text)) continue;
      const key = `${library}/${parseSymbolVersion(text)?.family ?? `=${text}`}`;
      const known = versions.get(key);
      if (known === undefined || isNewer(text, known.text)) versions.set(key, { library, text, files: [path] });
      else if (known.text === text && known.files.at(-1) !== path) known.files.push(path);
    }
  }
}

function push(map: Map<string, string[]>, key: string, file: string): void {
  const files = map.get(key);
  if (files === undefined) map.set(key, [file]);
  else files.push(file);
}

function namesOf(elf: ElfFacts): readonly string[] {
  return [baseName(elf.path), ...(elf.soname === undefined ? [] : [elf.soname])];
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
