import type { RootWish } from '../parse/assembly.ts';
import { findCandidates, type Candidate } from './candidates.ts';
import { type Fault, keysOf, type RepairProblem, type Tried } from './problem.ts';
import { chosenVersions, touchedBy, touchedText, type Touched, weightOf } from './touched.ts';

/** A change of the assembly after which what was wrong isn't, and nothing else is: it was resolved and checked. */
export interface Repair {
  /** The component or the word of the assembly that it changes. */
  readonly name: string;
  /** As it is typed: `glibc@^2.41`. */
  readonly wish: string;
  /** What stands in the assembly now, where the wish takes its place: `glibc@~2.36`. */
  readonly instead?: string;
  /** Where that stands: `assembly.yaml:9`. */
  readonly place?: string;
  /** The container that the wish is for, where it is not for all. */
  readonly root?: string;
  readonly touches: Touched;
  /** Nothing is wrong any more. */
  readonly solves: boolean;
}

/** Assemblies that are resolved and checked to find ways out of one fault, and of all faults. */
const [maxTries, maxTriesInAll] = [12, 36];
/** Ways out that are told. */
const maxRepairs = 3;

/**
 * For each fault the smallest changes that mend it: another version of either end of an edge that fails, nearest first, a component
 * that provides what is missing, or another word of the assembly. Each was tried; those that touch least come first. The same
 * problem has the same answer, after a bounded number of tries; one assembly is tried once, whichever fault it is for.
 */
export async function repairs(problem: RepairProblem): Promise<readonly (readonly Repair[])[]> {
  const tried = new Map<string, Tried | undefined>();
  const wrong = new Set(problem.faults.flatMap(keysOf));
  const found: (readonly Repair[])[] = [];
  for (const fault of problem.faults) found.push(await repairsOf({ problem, fault, wrong, tried }));
  return found;
}

interface FaultRepair {
  readonly problem: RepairProblem;
  readonly fault: Fault;
  /** All that is wrong now. */
  readonly wrong: ReadonlySet<string>;
  /** What became of changes, by `root wish`. */
  readonly tried: Map<string, Tried | undefined>;
}

async function repairsOf({ problem, fault, wrong, tried }: FaultRepair): Promise<readonly Repair[]> {
  const found: { readonly repair: Repair; readonly order: number }[] = [];
  const own = keysOf(fault);
  const candidates = (await findCandidates(problem, fault)).slice(0, maxTries);
  for (const [order, candidate] of candidates.entries()) {
    if (found.some(({ repair }) => isCovered(repair, candidate))) continue;
    const key = `${candidate.root ?? ''}\0${candidate.wish}`;
    if (!tried.has(key) && tried.size < maxTriesInAll) tried.set(key, await problem.tryOut(candidate.assembly));
    const after = tried.get(key);
    if (after === undefined || own.some((one) => after.wrong.has(one)) || [...after.wrong].some((one) => !wrong.has(one))) continue;
    found.push({ repair: toRepair(problem, candidate, after), order });
  }
  return found
    .sort((a, b) => weightOf(a.repair.touches) - weightOf(b.repair.touches) || a.order - b.order)
    .slice(0, maxRepairs)
    .map(({ repair }) => repair);
}

/** A nearer version of the same component in the same place has been found. */
function isCovered(repair: Repair, { name, root }: Candidate): boolean {
  return repair.name === name && repair.root === root;
}

function toRepair({ resolution: before }: RepairProblem, candidate: Candidate, after: Tried): Repair {
  const { name, wish, root, replaced } = candidate;
  return {
    name,
    wish,
    ...(replaced === undefined ? {} : { instead: wishText(replaced), ...placeText(replaced) }),
    ...(root === undefined ? {} : { root }),
    touches: touchedBy({ before: chosenVersions(before), after: chosenVersions(after.resolution), names: [name], home: root ?? '' }),
    solves: after.wrong.size === 0,
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
  return [
    ...lines(
      found.filter(({ solves }) => solves),
      'solves it',
    ),
    ...lines(
      found.filter(({ solves }) => !solves),
      'mends it, and leaves the rest',
    ),
  ];
}

function lines(found: readonly Repair[], what: string): readonly string[] {
  if (found.length === 0) return [];
  const heading =
    found.length === 1 ? `this ${what}; it was tried` : `${found.length === 2 ? 'either' : 'any'} of these ${what}; each was tried`;
  return [`${heading}: ${found.map(repairText).join(' · ')}`];
}

function repairText({ wish, instead, place, root, touches }: Repair): string {
  const where = root === undefined ? '' : ` in ${root}`;
  const over = instead === undefined ? '' : ` instead of ${instead}${place === undefined ? '' : ` at ${place}`}`;
  return `${wish}${where}${over} (${touchedText(touches)})`;
}
