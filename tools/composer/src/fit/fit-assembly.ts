import { solve, solveStably, stabilize, type Answer, type Resolved, type Unsolvable } from '@moby/resolver';
import type { Diagnostic, Judged, Platform, Registry, Universe } from '@moby/model';
import { checkResolution, openResolutionCheck } from '../check/check-resolution.ts';
import type { Verdict } from '../check/verdict.ts';
import type { Assembly } from '../parse/assembly.ts';
import { openForSolver, placeOf, type OpenedAssembly } from '../resolve/resolve-assembly.ts';
import type { ChosenVersions } from '../repair/touched.ts';
import type { Resolution } from '../resolve/resolution.ts';
import type { LockedVersions } from '../resolve/to-universe.ts';
import { type FoundMisfit, keyOf, misfitsOf } from './misfits-of.ts';
import { describeImpossible } from './describe-impossible.ts';
import { provenWaysOut, withoutVersions } from './ways-out.ts';

/** What is chosen, and what the facts say of it: errors that no other version mends are still in the verdict. */
export interface Fitting {
  readonly resolution: Resolution;
  /** For the platform that was asked for. */
  readonly verdict: Verdict;
}

/** The same with what the facts say for each of the assembly's platforms. */
export interface FittingOnAll extends Fitting {
  readonly verdicts: ReadonlyMap<Platform, Verdict>;
}

export interface FitOptions {
  readonly assembly: Assembly;
  readonly registry: Registry;
  readonly locked: LockedVersions;
  readonly platform: Platform;
  /** Told which of the two goes on. */
  readonly onStep: (step: 'resolve' | 'check') => void;
}

/** Times that an assembly is resolved anew; each takes at least one pair of versions out. */
const maxRounds = 100;

/**
 * Resolves and checks in turn. Each error between two chosen versions becomes a conflict of exactly these two, until what
 * is chosen has none or nothing is left to choose; so a combination that fits is found where there is one, and no manifest
 * has to say what the bytes say. All of the assembly's platforms count, as one lock is for all of them. The finding of an
 * assembly for which there is nothing quotes the rules' sentences.
 */
export async function fitAssembly(options: FitOptions): Promise<Judged<FittingOnAll>> {
  options.onStep('resolve');
  const opened = await openForSolver(options);
  if (!opened.ok) return opened;
  const search = new FitSearch(options, opened.value);
  const found = await search.runStably(opened.value.universe, maxRounds);
  switch (found.kind) {
    case 'fits': {
      const { resolution, verdicts } = found;
      const verdict = verdicts.get(options.platform);
      if (verdict === undefined) throw new TypeError(`${options.platform} is none of the assembly's platforms`);
      return { ok: true, value: { resolution, verdict, verdicts }, findings: [] };
    }
    case 'impossible':
      return { ok: false, findings: await search.explain(found.answer, opened.value.universe) };
    case 'rounds':
      return { ok: false, findings: [tooManyRounds(options.assembly, search.misfits)] };
  }
}

/** Of a try. */
const maxTriedRounds = 10;

/** What is chosen for an assembly, and what each platform's check says of it; undefined where there is nothing. Explains nothing. */
export async function tryAssembly(
  options: Omit<FitOptions, 'onStep' | 'platform'>,
): Promise<{ readonly resolution: Resolution; readonly verdicts: readonly Verdict[] } | undefined> {
  const { assembly } = options;
  const opened = await openForSolver(options);
  const [platform] = assembly.platforms;
  if (!opened.ok || platform === undefined) return undefined;
  const search = new FitSearch({ ...options, platform, onStep: () => undefined }, opened.value);
  const found = await search.runStably(opened.value.universe, maxTriedRounds);
  return found.kind === 'fits' ? { resolution: found.resolution, verdicts: [...found.verdicts.values()] } : undefined;
}

/** What would be chosen if nobody looked at the facts, and what they say of it; undefined where the ranges alone leave nothing. */
export async function chooseBlindly(options: Omit<FitOptions, 'onStep'>): Promise<Fitting | undefined> {
  const { assembly, platform } = options;
  const opened = await openForSolver(options);
  const answer = opened.ok ? solveStably(opened.value.universe) : undefined;
  if (!opened.ok || answer?.status !== 'solved') return undefined;
  const resolution = await opened.value.read(answer);
  return { resolution, verdict: checkResolution({ assembly, resolution, platform }) };
}

/** What a search for versions that fit came to. */
export type FitOutcome = Fits | { readonly kind: 'impossible'; readonly answer: Exclude<Answer, Resolved> } | { readonly kind: 'rounds' };

interface Fits {
  readonly kind: 'fits';
  readonly answer: Resolved;
  readonly resolution: Resolution;
  readonly verdicts: ReadonlyMap<Platform, Verdict>;
}

/** Remembers what doesn't fit: it does so whatever else is wished. */
class FitSearch {
  readonly #options: FitOptions;
  readonly #opened: OpenedAssembly;
  readonly #found = new Map<string, FoundMisfit>();
  readonly #checks: ReadonlyMap<Platform, (resolution: Resolution) => Verdict>;

  constructor(options: FitOptions, opened: OpenedAssembly) {
    const { assembly } = options;
    this.#options = options;
    this.#opened = opened;
    this.#checks = new Map(assembly.platforms.map((platform) => [platform, openResolutionCheck({ assembly, platform })]));
  }

  get misfits(): readonly FoundMisfit[] {
    return [...this.#found.values()];
  }

  async run(universe: Universe, rounds: number): Promise<FitOutcome> {
    for (let round = 0; round < rounds; round += 1) {
      this.#options.onStep('resolve');
      const answer = this.solve(universe);
      if (answer.status !== 'solved') return { kind: 'impossible', answer };
      const outcome = await this.#judge(answer);
      if (outcome !== undefined) return outcome;
    }
    return { kind: 'rounds' };
  }

  /** As `run`, for an answer that is going to be the next lock: it stays as it is when it is locked. */
  async runStably(universe: Universe, rounds: number): Promise<FitOutcome> {
    for (let round = 0; round < rounds; round += 1) {
      const found = await this.run(universe, rounds);
      if (found.kind !== 'fits') return found;
      const stable = stabilize(this.#withMisfits(universe), found.answer);
      if (stable.status !== 'solved') return { kind: 'impossible', answer: stable };
      if (stable === found.answer) return found;
      const outcome = await this.#judge(stable);
      if (outcome !== undefined) return outcome;
    }
    return { kind: 'rounds' };
  }

  solve(universe: Universe): Answer {
    return solve(this.#withMisfits(universe));
  }

  #withMisfits(universe: Universe): Universe {
    return { ...universe, misfits: this.misfits.map(({ misfit }) => misfit) };
  }

  /** Undefined where it was found not to fit, and that was learned. */
  async #judge(answer: Resolved): Promise<Fits | undefined> {
    const resolution = await this.#opened.read(answer);
    this.#options.onStep('check');
    const verdicts = new Map([...this.#checks].map(([platform, check]) => [platform, check(resolution)]));
    const before = this.#found.size;
    for (const verdict of verdicts.values()) this.#learn(misfitsOf(resolution, verdict));
    return this.#found.size === before ? { kind: 'fits', answer, resolution, verdicts } : undefined;
  }

  async explain(answer: Exclude<Answer, Resolved>, universe: Universe): Promise<readonly Diagnostic[]> {
    const known = { assembly: this.#options.assembly, misfits: this.misfits, whyYanked: this.#opened.whyYanked };
    if (answer.status !== 'unsolvable') return describeImpossible({ ...known, answer });
    const proven = await provenWaysOut({
      universe,
      answer,
      before: this.#chosenBefore(answer, universe),
      isWritten: (fact) => placeOf(known.assembly, fact) !== undefined,
      solves: (other) => this.runStably(other, maxRounds),
      solveAgain: (): Unsolvable | undefined => {
        const again = this.solve(universe);
        return again.status === 'unsolvable' ? again : undefined;
      },
    });
    return describeImpossible({ ...known, answer: proven.answer, touches: proven.touches });
  }

  /** What ways out are compared with: the lock, or what would be chosen if nobody asked for versions. */
  #chosenBefore(answer: Unsolvable, universe: Universe): ChosenVersions | undefined {
    const { locked } = this.#options;
    if (Object.keys(locked).length > 0) return new Map(Object.entries(locked));
    const free = solveStably(this.#withMisfits(withoutVersions(universe, answer)));
    return free.status === 'solved' ? new Map(Object.entries(free.versions)) : undefined;
  }

  #learn(found: readonly FoundMisfit[]): void {
    for (const one of found) if (!this.#found.has(keyOf(one.misfit))) this.#found.set(keyOf(one.misfit), one);
  }
}

function tooManyRounds(assembly: Assembly, misfits: readonly FoundMisfit[]): Diagnostic {
  const last = misfits.at(-1)?.misfit;
  return {
    severity: 'error',
    code: 'no-solution',
    message: `${assembly.name} was resolved ${maxRounds} times, and each time two of the chosen versions didn't fit`,
    details: last === undefined ? [] : [`${last.who.key} ${last.who.version} and ${last.other.key} ${last.other.version}: ${last.reason}`],
    hints: ['wish for versions that you know to fit, under `constraints:`'],
  };
}
