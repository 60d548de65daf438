import { summarizeEdges } from '@moby/abi';
import { formatRootFact, type RootFact, withRange, withRootFacts, type Unsolvable, type WayOut } from '@moby/resolver';
import type { Universe } from '@moby/model';
import { type ChosenVersions, chosenVersions, touchedBy, type Touched } from '../repair/touched.ts';
import type { FitOutcome } from './fit-assembly.ts';

/** Ways out that are tried by resolving and checking. */
const maxWaysTried = 6;
/** Times that other ways are looked for, where those that the solver saw don't pass the check. */
const maxSearches = 8;

/** Ways out that hold, and what each touches where it is known what was chosen before. */
export interface ProvenWays {
  readonly answer: Unsolvable;
  readonly touches: (way: WayOut) => Touched | undefined;
}

interface WaysProblem {
  readonly universe: Universe;
  readonly solves: (universe: Universe) => Promise<FitOutcome>;
  /** What was chosen before the conflict. */
  readonly before: ChosenVersions | undefined;
  /** Whether somebody has written a fact: what every assembly has by itself can't be left out. */
  readonly isWritten: (fact: RootFact) => boolean;
}

/**
 * The answer with those ways out alone that also pass the check, and that keep all components which are wished for, if there are any: the solver tries them by what it knows, and a version that
 * nobody has looked into may be the next that doesn't fit. What is learned on the way leads the solver to others.
 */
export async function provenWaysOut(
  options: WaysProblem & {
    readonly answer: Unsolvable;
    /** The answer by all that is known now; undefined where the search gave up. */
    readonly solveAgain: () => Unsolvable | undefined;
  },
): Promise<ProvenWays> {
  let { answer } = options;
  const touched = new Map<string, Touched>();
  const touches = (way: WayOut): Touched | undefined => touched.get(keyOf(way));
  for (let search = 0; search < maxSearches; search += 1) {
    const { loosenings, relax, failed } = await tryWays(options, answer, touched);
    if (failed === 0) return { answer: { ...answer, loosenings, relax }, touches };
    const again = options.solveAgain();
    if (again === undefined || sameWays(again, answer)) return { answer: { ...answer, loosenings, relax }, touches };
    answer = again;
  }
  const { loosenings, relax } = await tryWays(options, answer, touched);
  return { answer: { ...answer, loosenings, relax }, touches };
}

async function tryWays(
  { universe, solves, before, isWritten }: WaysProblem,
  answer: Unsolvable,
  touched: Map<string, Touched>,
): Promise<Pick<Unsolvable, 'loosenings' | 'relax'> & { readonly failed: number }> {
  const holds = async (way: WayOut, changed: Universe): Promise<boolean> => {
    const outcome = await solves(changed);
    if (outcome.kind !== 'fits') return false;
    if ([...outcome.verdicts.values()].some(({ edges }) => summarizeEdges(edges).counts.error > 0)) return false;
    if (before !== undefined)
      touched.set(keyOf(way), touchesOf({ before, after: chosenVersions(outcome.resolution), way, core: answer.core }));
    return true;
  };
  const loosenings: Unsolvable['loosenings'][number][] = [];
  const relax: Unsolvable['relax'][number][] = [];
  const tried = answer.loosenings.filter(({ fact }) => isWritten(fact)).slice(0, maxWaysTried);
  for (const way of tried)
    if (await holds({ facts: [way.fact], range: way.range }, withRange(universe, way.fact, way.range))) loosenings.push(way);
  const written = answer.relax.filter((facts) => facts.every(isWritten));
  // To leave out what is wished for helps nobody who wishes for it: only where nothing else does.
  const [keeping, losing] = [written.filter((facts) => !losesWish(facts)), written.filter(losesWish)];
  let failed = tried.length - loosenings.length;
  let left = maxWaysTried - tried.length;
  for (const sets of [keeping, losing]) {
    if (sets === losing && loosenings.length + relax.length > 0) break;
    for (const facts of sets.slice(0, left)) {
      left -= 1;
      const without = new Set(facts.map(formatRootFact));
      if (
        await holds(
          { facts },
          withRootFacts(universe, (fact) => !without.has(formatRootFact(fact))),
        )
      )
        relax.push(facts);
      else failed += 1;
    }
  }
  return { loosenings, relax, failed };
}

function losesWish(facts: readonly RootFact[]): boolean {
  return facts.some(({ kind }) => kind === 'root-requires');
}

/** What the assembly itself speaks of in the conflict is no bystander. */
function touchesOf(change: {
  readonly before: ChosenVersions;
  readonly after: ChosenVersions;
  readonly way: WayOut;
  readonly core: readonly RootFact[];
}): Touched {
  const { before, after, way, core } = change;
  const scopes = new Set(way.facts.map(scopeOf));
  const [home = ''] = scopes.size === 1 ? scopes : [''];
  return touchedBy({ before, after, names: [...way.facts, ...core].map(({ need }) => need), home });
}

function scopeOf(fact: RootFact): string {
  return 'scope' in fact && fact.scope !== '*' ? fact.scope : '';
}

function keyOf({ facts, range }: WayOut): string {
  return [range ?? '', ...facts.map(formatRootFact)].join('\0');
}

function sameWays(a: Unsolvable, b: Unsolvable): boolean {
  return JSON.stringify([a.loosenings, a.relax]) === JSON.stringify([b.loosenings, b.relax]);
}

/** The universe in which nobody says which versions are wanted of what the conflict is about. */
export function withoutVersions(universe: Universe, { core }: Unsolvable): Universe {
  const inCore = new Set(core.map(formatRootFact));
  const kept = withRootFacts(universe, (fact) => fact.kind === 'root-requires' || !inCore.has(formatRootFact(fact)));
  return core.reduce((changed, fact) => (fact.kind === 'root-requires' ? withRange(changed, fact, '*') : changed), kept);
}
