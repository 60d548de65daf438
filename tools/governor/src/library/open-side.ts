import type { LibraryComponent, LibrarySide } from './library-side.ts';

/** One side of a library, of its components by the names of their folders. */
export function openSide(components: ReadonlyMap<string, LibraryComponent>): LibrarySide {
  const sorted = new Map([...components].sort(([a], [b]) => (a < b ? -1 : 1)));
  const providers = new Map<string, string[]>();
  for (const [name, { lines }] of sorted) {
    for (const capability of new Set(lines.flatMap(({ says }) => Object.keys(says?.provides ?? {})))) {
      const known = providers.get(capability);
      if (known === undefined) providers.set(capability, [name]);
      else known.push(name);
    }
  }
  return { components: sorted, providers };
}
