import { isCapability } from '@moby/model';
import { changedLines } from '../library/changed-lines.ts';
import type { LibrarySide } from '../library/library-side.ts';
import { ofChange, type Found, type GovernanceRule } from './rule.ts';

export const cycle: GovernanceRule = ofChange({
  id: 'MOBY-C603',
  name: 'cycle',
  severity: 'error',
  waivableBy: 'steward',
  why: 'Components that need each other can only be brought, raised and given up together. Cycles that are there already are tolerated. A capability counts where only one component offers it.',
  examples: { fails: '`a` requires `b`, and `b` comes to require `a`', passes: '`a` requires `b`' },
  change: [
    {
      name: 'new-cycle',
      when: 'a component comes to need itself, through what it requires',
      *find({ library, touched }): Iterable<Found> {
        const told = new Set<string>();
        for (const { name, component, file, after } of changedLines(library, touched)) {
          for (const next of hardNeeds(library.after, name, after.requires)) {
            const way = wayBack(library.after, next, name);
            if (way === undefined || wasCycle(library.before, name, next)) continue;
            const around = [...way].sort().join(' ');
            if (told.has(around)) continue;
            told.add(around);
            yield {
              repositoryFile: file,
              component,
              message: `it comes to need itself: ${[name, ...way].map((one) => `\`${one}\``).join(' requires ')}`,
              help: 'take the part that both need into a component of its own, or recommend instead of requiring',
            };
          }
        }
      },
    },
  ],
});

function wasCycle(before: LibrarySide, name: string, next: string): boolean {
  return needsOfAll(before, name).has(next) && wayBack(before, next, name) !== undefined;
}

/** From a component along what it requires to another, both ends included; the shortest. */
function wayBack(side: LibrarySide, from: string, to: string): readonly string[] | undefined {
  const cameFrom = new Map<string, string | undefined>([[from, undefined]]);
  for (const name of cameFrom.keys()) {
    if (name === to) return trace(cameFrom, name);
    for (const next of needsOfAll(side, name)) if (!cameFrom.has(next)) cameFrom.set(next, name);
  }
  return undefined;
}

function trace(cameFrom: ReadonlyMap<string, string | undefined>, end: string): readonly string[] {
  const way: string[] = [];
  for (let at: string | undefined = end; at !== undefined; at = cameFrom.get(at)) way.unshift(at);
  return way;
}

/** What any line of a component requires. */
function needsOfAll(side: LibrarySide, name: string): ReadonlySet<string> {
  const lines = side.components.get(name)?.lines ?? [];
  return new Set(lines.flatMap(({ says }) => hardNeeds(side, name, says?.requires ?? {})));
}

/** Names, and the one component that offers a capability where there is but one. What a component offers itself it doesn't need of others. */
function hardNeeds({ providers }: LibrarySide, name: string, requires: Readonly<Record<string, string>>): readonly string[] {
  return Object.keys(requires).flatMap((need) => {
    if (!isCapability(need)) return [need];
    const who = providers.get(need) ?? [];
    return who.length === 1 && who[0] !== name ? who : [];
  });
}
