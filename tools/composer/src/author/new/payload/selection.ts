import { posix } from 'node:path';
import type { Platform, PlatformFacts } from '@moby/model';
import type { OpenedPackage } from '../package/package-shelf.ts';

/** What is kept of the packages that a payload is made of, while it is chosen; the first package is the component's own. */
export interface Selection {
  readonly platform: Platform;
  readonly packages: Map<string, SelectedPackage>;
  /** Links that the component adds: path → target. */
  readonly links: Map<string, string>;
  /** Packages that are there for their copyright file. */
  readonly documents: Set<string>;
}

export interface SelectedPackage {
  readonly opened: OpenedPackage;
  /** Canonical paths of its files and links. */
  readonly kept: Set<string>;
}

export function selectPackage(selection: Selection, opened: OpenedPackage): SelectedPackage {
  const known = selection.packages.get(opened.pin.package);
  const selected = known ?? { opened, kept: new Set<string>() };
  selection.packages.set(opened.pin.package, selected);
  return selected;
}

const maxLinks = 16;

/** Keeps a file or link of a package, and what the link leads to as far as the package has it. */
export function keepPath(selected: SelectedPackage, path: string): void {
  for (const one of linkChain(selected.opened, path)) selected.kept.add(one);
}

/** A path and where it leads, link by link, as far as the package has it. */
export function linkChain({ entries }: OpenedPackage, path: string): readonly string[] {
  const chain: string[] = [];
  for (let at = path; chain.length < maxLinks;) {
    const entry = entries.get(at);
    if (entry === undefined || entry.kind === 'directory') break;
    chain.push(at);
    if (entry.kind !== 'symlink') break;
    at = targetOf(at, entry.target);
  }
  return chain;
}

/** Where a link leads, without a leading slash. */
export function targetOf(link: string, target: string): string {
  return posix.normalize(posix.join('/', target.startsWith('/') ? '' : posix.dirname(link), target)).slice(1);
}

/** Links that are kept and whose end is not: link → the path that is missing. */
export function danglingLinks(selection: Selection): ReadonlyMap<string, string> {
  const all = new Map(
    [...selection.packages.values()].flatMap(({ opened, kept }) => [...kept].map((path) => [path, opened.entries.get(path)] as const)),
  );
  const dangling = new Map<string, string>();
  for (const [path, entry] of all) {
    if (entry?.kind !== 'symlink') continue;
    const target = targetOf(path, entry.target);
    if (!all.has(target) && ![...all.keys()].some((other) => other.startsWith(`${target}/`))) dangling.set(path, target);
  }
  return dangling;
}

/** The facts of what is kept, and of `more` besides: paths by package. */
export function factsOf(selection: Selection, more: ReadonlyMap<string, ReadonlySet<string>> = new Map()): PlatformFacts {
  const parts = [...selection.packages].map(([name, { opened, kept }]) => {
    const also = more.get(name);
    const has = (path: string): boolean => kept.has(path.slice(1)) || also?.has(path.slice(1)) === true;
    const { facts } = opened;
    return {
      elf: facts.elf.filter(({ path }) => has(path)),
      programs: facts.programs.filter(has),
      scripts: Object.entries(facts.scripts ?? {}).filter(([path]) => has(path)),
      links: Object.entries(facts.links).filter(([path]) => has(path)),
      payload: facts.payload,
    };
  });
  const payload = parts[0]?.payload;
  if (payload === undefined) throw new TypeError('a selection has at least one package');
  return {
    payload,
    unpackedBytes: 0,
    elf: parts.flatMap(({ elf }) => elf),
    programs: parts.flatMap(({ programs }) => programs),
    scripts: Object.fromEntries(parts.flatMap(({ scripts }) => scripts)),
    links: Object.fromEntries([
      ...parts.flatMap(({ links }) => links),
      ...[...selection.links].map(([path, target]) => [`/${path}`, target] as const),
    ]),
  };
}
