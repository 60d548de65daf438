import type { Touched } from '../collect/lines/touched-components.ts';
import type { LibraryChange } from './library-change.ts';
import type { LineWords } from './library-side.ts';
import { whoMeets, type Meeting } from './who-meets.ts';

/** A requirement of a component that nobody touched, which somebody met before the merge and nobody does after it. */
export interface BrokenNeed {
  readonly who: Meeting;
  readonly need: string;
  readonly range: string;
  /** Who met it, and is touched. */
  readonly by: Meeting;
  /** The line that met it is gone; else it says something else now. */
  readonly isGone: boolean;
  /** Assemblies that `who` stands in, sorted. */
  readonly assemblies: readonly string[];
}

/** In the order of names, lines and needs. */
export function brokenNeeds(library: LibraryChange, { components }: Touched): readonly BrokenNeed[] {
  const { before, after } = library;
  const touched = new Set(components.map(({ name }) => name));
  const known = new Map<string, Meeting | undefined>();
  const lost = (need: string, range: string): Meeting | undefined => {
    const key = `${need}\n${range}`;
    if (!known.has(key)) known.set(key, lostBy(need, range));
    return known.get(key);
  };
  const lostBy = (need: string, range: string): Meeting | undefined => {
    const met = whoMeets(before, need, range);
    const by = met.find(({ name }) => touched.has(name));
    if (by === undefined || whoMeets(after, need, range).length > 0) return undefined;
    // What a line that can't be read offers is not known: rules about its manifest know better.
    return after.components.get(by.name)?.lines.some(({ line, says }) => line === by.line && says === undefined) === true ? undefined : by;
  };
  const found: BrokenNeed[] = [];
  const offered = offeredBy(library, touched);
  for (const [name, { lines }] of after.components) {
    if (touched.has(name)) continue;
    for (const { line, says } of lines) {
      for (const [need, range] of Object.entries(says?.requires ?? {})) {
        if (says === undefined || !offered.has(need)) continue;
        const by = lost(need, range);
        if (by === undefined) continue;
        const isGone = after.components.get(by.name)?.lines.some((one) => one.line === by.line) !== true;
        const who = { name, line, version: says.version };
        found.push({ who, need, range, by, isGone, assemblies: assembliesWith(library, who) });
      }
    }
  }
  return found;
}

/** Names and capabilities that touched components stood for: nobody else's needs can come to be unmet. */
function offeredBy({ before }: LibraryChange, touched: ReadonlySet<string>): ReadonlySet<string> {
  const says = [...touched]
    .flatMap((name) => before.components.get(name)?.lines ?? [])
    .flatMap((line): readonly LineWords[] => (line.says === undefined ? [] : [line.says]));
  return new Set([...touched, ...says.flatMap(({ provides }) => Object.keys(provides))]);
}

/** Assemblies of which the version stood in some root before the merge, sorted. */
export function assembliesWith({ assemblies }: LibraryChange, { name, version }: Pick<Meeting, 'name' | 'version'>): readonly string[] {
  return assemblies.flatMap((assembly) => (assembly.before?.chosen?.components.has(`${name}@${version}`) === true ? [assembly.name] : []));
}

/** `containerd-shim-runc 1.7 in moby-origin`. */
export function neededBy({ who, assemblies }: BrokenNeed): string {
  return `${who.name} ${who.line}${assemblies.length === 0 ? '' : ` in ${assemblies.join(', ')}`}`;
}
