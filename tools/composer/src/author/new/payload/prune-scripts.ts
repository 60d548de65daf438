import type { ComponentName } from '@moby/model';
import type { Omission } from './keep-optional.ts';
import type { LibraryOffers } from './library-offers.ts';
import type { Selection } from './selection.ts';

export interface PrunedScripts {
  /** Components that have the interpreters of what is kept. */
  readonly interpreters: readonly ComponentName[];
  readonly omitted: readonly Omission[];
}

/**
 * Takes out scripts whose interpreter neither the payload nor a component has. Those that are started by name, in a
 * folder of PATH or below /usr/lib, make the component with their interpreter a requirement; samples and the like don't.
 */
export async function pruneScripts(selection: Selection, offers: LibraryOffers): Promise<PrunedScripts> {
  const own = new Set(
    [...selection.packages.values()].flatMap(({ kept }) => [...kept].flatMap((path) => /^usr\/s?bin\/([^/]+)$/.exec(path)?.[1] ?? [])),
  );
  const interpreters = new Set<ComponentName>();
  const omitted = new Map<string, string[]>();
  for (const { opened, kept } of selection.packages.values()) {
    for (const path of kept) {
      const interpreter = opened.facts.scripts?.[`/${path}`];
      if (interpreter === undefined) continue;
      for (const word of interpreter.split(' ')) {
        const program = word.slice(word.lastIndexOf('/') + 1);
        const component = own.has(program) ? undefined : await offers.program(program);
        if (component === undefined && !own.has(program)) {
          kept.delete(path);
          omitted.set(program, [...(omitted.get(program) ?? []), path]);
          break;
        }
        if (component !== undefined && /^usr\/(?:s?bin|lib|libexec)\//.test(path)) interpreters.add(component);
      }
    }
  }
  return {
    interpreters: [...interpreters].sort(),
    omitted: [...omitted]
      .map(([program, paths]) => ({ paths, reason: `a script for ${program}` }))
      .sort((a, b) => (a.reason < b.reason ? -1 : 1)),
  };
}
