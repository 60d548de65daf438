import type { RootWish } from '../parse/assembly.ts';
import type { Resolution } from '../resolve/resolution.ts';
import { findCandidates, type Candidate } from './candidates.ts';
import type { RepairProblem } from './problem.ts';
import { touchedBy, type Touched } from './touched.ts';

/** A change of the assembly after which everything fits: it was resolved and checked. */
export interface Repair {
  /** As it is typed: `glibc@^2.41`. */
  readonly wish: string;
  /** What stands in the assembly now, where the wish takes its place: `glibc@~2.36`. */
  readonly instead?: string;
  /** Where that stands: `assembly.yaml:9`. */
  readonly place?: string;
  /** The container that the wish is for, where it is not for all. */
  readonly root?: string;
  readonly touches: Touched;
}

/** Assemblies that are resolved and checked to find ways out. */
const maxTries = 12;
/** Ways out that are told. */
const maxRepairs = 3;

/**
 * The smallest changes after which an assembly passes: another version of either end of an edge that fails, nearest first, or a
 * component that provides what is missing. Each was tried; those that touch least come first. The same problem has the same
 * answer, after at most `maxTries` tries.
 */
export async function repairs(problem: RepairProblem): Promise<readonly Repair[]> {
  const found: { readonly repair: Repair; readonly order: number }[] = [];
  const candidates = (await findCandidates(problem)).slice(0, maxTries);
  for (const [order, candidate] of candidates.entries()) {
    if (found.some(({ repair }) => isCovered(repair, candidate))) continue;
    const resolution = await problem.tryOut(candidate.assembly);
    if (resolution === undefined) continue;
    found.push({ repair: toRepair(problem, candidate, resolution), order });
  }
  return found
    .sort((a, b) => weigh(a.repair) - weigh(b.repair) || a.order - b.order)
    .slice(0, maxRepairs)
    .map(({ repair }) => repair);
}

/** A nearer version of the same component in the same place has been found. */
function isCovered(repair: Repair, { name, root }: Candidate): boolean {
  return repair.wish.split('@')[0] === name && repair.root === root;
}

/** A container counts for more than all components in it. */
function weigh({ touches }: Repair): number {
  return touches.containers.length * 1000 + touches.components.length;
}

function toRepair({ resolution: before }: RepairProblem, candidate: Candidate, after: Resolution): Repair {
  const { name, wish, root, replaced } = candidate;
  return {
    wish,
    ...(replaced === undefined ? {} : { instead: wishText(replaced), ...placeText(replaced) }),
    ...(root === undefined ? {} : { root }),
    touches: touchedBy({ before, after, name, home: root ?? '' }),
  };
}

function wishText({ name, range }: RootWish): string {
  return range === '*' ? name : `${name}@${range}`;
}

function placeText({ place }: RootWish): { readonly place?: string } {
  return place === undefined ? {} : { place: `${place.file.slice(place.file.lastIndexOf('/') + 1)}:${place.line}` };
}

/** `either of these solves it; each was tried: glibc@^2.41 (touches 9 containers) · redis@~7.0 (touches nothing else)`. */
export function repairLines(found: readonly Repair[]): readonly string[] {
  if (found.length === 0) return [];
  const heading =
    found.length === 1 ? 'this solves it; it was tried' : `${found.length === 2 ? 'either' : 'any'} of these solves it; each was tried`;
  return [`${heading}: ${found.map(repairText).join(' · ')}`];
}

function repairText({ wish, instead, place, root, touches }: Repair): string {
  const where = root === undefined ? '' : ` in ${root}`;
  const over = instead === undefined ? '' : ` instead of ${instead}${place === undefined ? '' : ` at ${place}`}`;
  return `${wish}${where}${over} (touches ${touchedText(touches)})`;
}

function touchedText({ containers, components }: Touched): string {
  const others = containers.length === 1 ? (containers[0] ?? '') : `${containers.length} containers`;
  if (containers.length > 0) return others;
  return components.length === 0
    ? 'nothing else'
    : components.length <= 2
      ? components.join(' and ')
      : `${components.length} other components`;
}
