import { readOwners, type Lifecycle, type Owners } from '@moby/governor';
import { maxOwnersBytes } from '@moby/governor';
import type { TreeReader } from '@moby/governor/collect';

/** A component that nobody answers for, as far as a repository knows. */
export interface Orphan {
  readonly component: string;
  /** `retire`: it has been `orphaned` for as long as the life cycle asks for. */
  readonly kind: 'nobody' | 'unreadable' | 'orphaned' | 'retire';
  readonly why: string;
  /** Days in the state, where history tells. */
  readonly days?: number;
  readonly next: string;
}

/** In the order of the names. `today`: as `2027-01-31`. */
export async function findOrphans(
  tree: TreeReader,
  { components, lifecycle, today }: { readonly components: readonly string[]; readonly lifecycle: Lifecycle; readonly today: string },
): Promise<readonly Orphan[]> {
  const orphans: Orphan[] = [];
  for (const component of components) {
    const file = `components/${component}/OWNERS.yaml`;
    const bytes = await tree.file(file, maxOwnersBytes);
    if (bytes === undefined) {
      orphans.push({ component, kind: 'nobody', why: 'it has no OWNERS.yaml', next: `write ${file}, or make it orphaned` });
      continue;
    }
    const read = await readOwners(Buffer.from(bytes).toString('utf8'), file);
    const orphan = read.ok ? orphanedOf(component, read.value, { lifecycle, today }) : undefined;
    if (orphan !== undefined) orphans.push(orphan);
    if (read.ok) continue;
    const [first] = read.findings;
    orphans.push({ component, kind: 'unreadable', why: first?.message ?? 'OWNERS.yaml is not in order', next: `mend ${file}` });
  }
  return orphans;
}

function orphanedOf(
  component: string,
  owners: Owners,
  { lifecycle, today }: { readonly lifecycle: Lifecycle; readonly today: string },
): Orphan | undefined {
  if (owners.lifecycle !== 'orphaned') return undefined;
  const since = owners.history?.findLast(({ to }) => to === 'orphaned')?.date;
  const days = since === undefined ? undefined : Math.floor((Date.parse(today) - Date.parse(since)) / 86_400_000);
  const needed = lifecycle.transitions
    .filter(({ from, to }) => to === 'retired' && from.includes('orphaned'))
    .flatMap(({ days: asked = [] }) => asked.flatMap(({ since: from, atLeast }) => (from === 'state' ? (atLeast ?? []) : [])));
  const least = needed.length === 0 ? undefined : Math.min(...needed);
  const isOver = days !== undefined && least !== undefined && days >= least;
  const told = days === undefined ? 'since a day that its history does not tell' : `for ${days} days`;
  return {
    component,
    kind: isOver ? 'retire' : 'orphaned',
    why: `it is orphaned ${told}${isOver ? `, of ${least} that the life cycle asks for` : ''}`,
    ...(days === undefined ? {} : { days }),
    next: isOver
      ? `npx moby-compose component state ${component} retired --change NUMBER --actor ID`
      : `whoever adopts it: npx moby-compose component state ${component} experimental --change NUMBER --actor ID`,
  };
}
