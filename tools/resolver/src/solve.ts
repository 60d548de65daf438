import type { Universe } from '@moby/model';
import { at } from './at.ts';
import { byCodeUnits, Catalogue } from './catalogue.ts';
import { Encoding } from './encoding.ts';
import { keepLocked } from './keep-locked.ts';
import { PreferenceWalk, type Choice } from './preference-walk.ts';
import type { Answer, Edge, GaveUp, Resolved } from './result.ts';
import { search, StepBudget } from './search.ts';
import { whyUnsolvable, type Impossible } from './why-unsolvable.ts';

/** Decisions and conflicts after which a search gives up, unless told otherwise. */
export const defaultMaxSteps = 1_000_000;
/** Conflicts after which a search gives up: half a minute at worst. Real problems have at most a few hundred. */
const maxConflicts = 10_000;

export interface SolveOptions {
  readonly maxSteps?: number;
  /** For tests that show what the search's backtracking is good for: `false` gives up at the first conflict. */
  readonly backtracking?: boolean;
}

/**
 * The preferred solution of a universe, or why there is none (docs/reference/universe.md). Complete: without a limit on
 * steps it always ends in one of the two. The universe is one that `parseUniverse` accepts.
 */
export function solve(universe: Universe, options: SolveOptions = {}): Answer {
  const found = findPreferred(universe, options);
  return 'kind' in found ? whyUnsolvable(found) : found;
}

/** Repetitions of `stabilize`; each but the last leaves out a component. */
const maxRepetitions = 1_000;

/**
 * As `solve`, for an answer that is going to be the next lock: one that stays as it is when it is locked. An old lock can
 * hold up a provider beside one that does the same; once both are locked, the one that is needed anyway is enough.
 */
export function solveStably(universe: Universe, options: SolveOptions = {}): Answer {
  return stabilize(universe, solve(universe, options), options);
}

/** The answer that `solveStably` gives, from the one that `solve` gave. */
export function stabilize(universe: Universe, first: Answer, options: SolveOptions = {}): Answer {
  let answer = first;
  for (let repetition = 0; answer.status === 'solved' && repetition < maxRepetitions; repetition += 1) {
    const again = solve({ ...universe, root: { ...universe.root, locked: answer.versions } }, options);
    if (again.status !== 'solved') return again;
    if (Object.keys(again.versions).length === Object.keys(answer.versions).length) return answer;
    answer = { ...again, released: answer.released };
  }
  return answer;
}

/** As `solve`, but only states that there is no solution. */
export function findPreferred(universe: Universe, options: SolveOptions = {}): Resolved | GaveUp | Impossible {
  const budget = new StepBudget({
    maxSteps: options.maxSteps ?? defaultMaxSteps,
    maxConflicts,
    backtracking: options.backtracking ?? true,
  });
  const encoding = new Encoding(new Catalogue(universe));
  const isLocked = Object.keys(universe.root.locked ?? {}).length > 0;
  const first = new PreferenceWalk(encoding, { preferLocked: isLocked });
  const found = search(encoding.engine, first, budget);
  if (found.kind === 'impossible') {
    return { kind: 'impossible', catalogue: encoding.catalogue, causes: encoding.engine.causesOf(found.proof) };
  }
  if (found.kind !== 'solution') return gaveUp(encoding, budget);
  if (!isLocked) return resolved(encoding, first, []);
  const kept = keepLocked(encoding, first, budget);
  if (kept.kind === 'limit') return gaveUp(encoding, budget);
  const walk = new PreferenceWalk(encoding, { preferLocked: false });
  return search(encoding.engine, walk, budget).kind === 'solution' ? resolved(encoding, walk, kept.released) : gaveUp(encoding, budget);
}

function resolved(encoding: Encoding, walk: PreferenceWalk, released: readonly string[]): Resolved {
  const versions = walk.settled.map(({ instance, value }) => [instance.key, at(instance.package.versions, value - 1)] as const);
  return {
    status: 'solved',
    versions: Object.fromEntries(versions.toSorted(([a], [b]) => byCodeUnits(a, b))),
    dropped: walk.dropped.map(({ from, row }) => ({ from: from.key, need: row.atom.need, range: row.atom.range, in: row.atom.in })),
    edges: walk.choices.map((choice) => edgeOf(encoding, choice)),
    released,
  };
}

function edgeOf(encoding: Encoding, { from, scope, atom, by, recommended }: Choice): Edge {
  return {
    from: from === undefined ? { kind: 'root', scope: at(encoding.scopes, scope) } : { kind: 'component', key: from.key },
    need: atom.need,
    range: atom.range,
    in: atom.in,
    by: by.key,
    ...(recommended ? { recommended } : {}),
  };
}

function gaveUp(encoding: Encoding, budget: StepBudget): GaveUp {
  return { status: 'gave-up', steps: budget.used, busiest: encoding.busiest() };
}
