import { summarizeEdges } from '@moby/abi';
import { formatRootFact, withRange, withRootFacts, type Unsolvable } from '@moby/resolver';
import type { Universe } from '@moby/model';
import type { FitOutcome } from './fit-assembly.ts';

/** Ways out that are tried by resolving and checking. */
const maxWaysTried = 6;
/** Times that other ways are looked for, where those that the solver saw don't pass the check. */
const maxSearches = 8;

/**
 * The answer with those ways out alone that also pass the check: the solver tries them by what it knows, and a version that
 * nobody has looked into may be the next that doesn't fit. What is learned on the way leads the solver to others.
 */
export async function provenWaysOut(options: {
  readonly universe: Universe;
  readonly answer: Unsolvable;
  readonly solves: (universe: Universe) => Promise<FitOutcome>;
  /** The answer by all that is known now; undefined where the search gave up. */
  readonly solveAgain: () => Unsolvable | undefined;
}): Promise<Unsolvable> {
  let { answer } = options;
  for (let search = 0; search < maxSearches; search += 1) {
    const { loosenings, relax, failed } = await tryWays(options, answer);
    if (failed === 0) return answer;
    const again = options.solveAgain();
    if (again === undefined || sameWays(again, answer)) return { ...answer, loosenings, relax };
    answer = again;
  }
  const { loosenings, relax } = await tryWays(options, answer);
  return { ...answer, loosenings, relax };
}

async function tryWays(
  { universe, solves }: { readonly universe: Universe; readonly solves: (universe: Universe) => Promise<FitOutcome> },
  answer: Unsolvable,
): Promise<Pick<Unsolvable, 'loosenings' | 'relax'> & { readonly failed: number }> {
  const holds = async (changed: Universe): Promise<boolean> => {
    const outcome = await solves(changed);
    return outcome.kind === 'fits' && [...outcome.verdicts.values()].every(({ edges }) => summarizeEdges(edges).counts.error === 0);
  };
  const loosenings: Unsolvable['loosenings'][number][] = [];
  const relax: Unsolvable['relax'][number][] = [];
  const tried = answer.loosenings.slice(0, maxWaysTried);
  for (const way of tried) if (await holds(withRange(universe, way.fact, way.range))) loosenings.push(way);
  const sets = answer.relax.slice(0, maxWaysTried - tried.length);
  for (const facts of sets) {
    const left = new Set(facts.map(formatRootFact));
    if (await holds(withRootFacts(universe, (fact) => !left.has(formatRootFact(fact))))) relax.push(facts);
  }
  return { loosenings, relax, failed: tried.length + sets.length - loosenings.length - relax.length };
}

function sameWays(a: Unsolvable, b: Unsolvable): boolean {
  return JSON.stringify([a.loosenings, a.relax]) === JSON.stringify([b.loosenings, b.relax]);
}
