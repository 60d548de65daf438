import {
  explain,
  explainWaysOut,
  type Answer,
  type Derivation,
  type Fact,
  type Resolved,
  type RootFact,
  type Unsolvable,
  type WayOut,
  type WhyYanked,
} from '@moby/resolver';
import type { Diagnostic } from '@moby/model';
import { judgeVerdict } from '../check/judge-verdict.ts';
import type { Assembly } from '../parse/assembly.ts';
import { placeOf } from '../resolve/resolve-assembly.ts';
import { touchedText, weightOf } from '../repair/touched.ts';
import type { FoundMisfit } from './misfits-of.ts';
import type { ProvenWays } from './ways-out.ts';

/**
 * Why there is nothing to choose. Where the assembly's own wishes name the two that don't fit, it is the rule that speaks,
 * with what either file says; where a chain of requirements leads to them, the proof, which quotes the rule. Both end with
 * the ways out.
 */
export function describeImpossible(options: {
  readonly assembly: Assembly;
  readonly answer: Exclude<Answer, Resolved>;
  readonly misfits: readonly FoundMisfit[];
  readonly whyYanked: WhyYanked;
  readonly touches?: ProvenWays['touches'];
}): readonly Diagnostic[] {
  const { assembly, answer, misfits, whyYanked, touches } = options;
  if (answer.status === 'gave-up')
    return [noSolution(assembly, [`the search gave up after ${answer.steps} steps; most often it failed at ${answer.busiest.join(', ')}`])];
  const costOf = (way: WayOut): { readonly weight: number; readonly text: string } | undefined => {
    const touched = touches?.(way);
    return touched === undefined ? undefined : { weight: weightOf(touched), text: touchedText(touched) };
  };
  const words = { rootName: assembly.name, placeOf: (fact: RootFact) => placeOf(assembly, fact), whyYanked, costOf };
  const wished = wishedMisfits(answer, misfits);
  if (wished.length === 0) return [noSolution(assembly, explain(answer, words).split('\n'))];
  const findings = judgeVerdict({ edges: wished.flatMap(({ edges }) => edges), modules: [] });
  const wishes = answer.core.map((fact) => `${assembly.name} ${verbs[fact.kind]} ${wishOf(fact)}${inPlace(placeOf(assembly, fact))}`);
  const last = findings.length - 1;
  const ways = explainWaysOut(answer, words);
  return findings.map((finding, index) =>
    index < last ? finding : { ...finding, details: [...(finding.details ?? []), ...wishes, ...(ways.length === 0 ? [] : ['', ...ways])] },
  );
}

function noSolution(assembly: Assembly, details: readonly string[]): Diagnostic {
  return { severity: 'error', code: 'no-solution', message: `${assembly.name} can't be resolved`, details };
}

/** The misfits of a proof that speaks of two components alone: what the assembly says of them, and that one asks for the other. */
function wishedMisfits({ derivation }: Unsolvable, misfits: readonly FoundMisfit[]): readonly FoundMisfit[] {
  const facts = factsOf(derivation);
  const pairs = facts.filter((fact) => fact.kind === 'misfit');
  const names = new Set(pairs.flatMap(({ who, other }) => [who.key, other.key]));
  if (names.size !== 2 || !facts.every((fact) => fact.kind === 'misfit' || 'root' in fact || isBetween(fact, names))) return [];
  return misfits.filter(({ misfit: { who, other } }) =>
    pairs.some((pair) =>
      [
        [pair.who, pair.other],
        [pair.other, pair.who],
      ].some(
        ([a, b]) => a?.key === who.key && b?.key === other.key && a.versions.includes(who.version) && b.versions.includes(other.version),
      ),
    ),
  );
}

function isBetween(fact: Fact, names: ReadonlySet<string>): boolean {
  return fact.kind === 'requires' && [fact.who, ...fact.offeredBy].every(({ key }) => names.has(key));
}

function factsOf(derivation: Derivation): readonly Fact[] {
  const facts = new Set<Fact>();
  const seen = new Set<Derivation>();
  const open = [derivation];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    if (node.kind === 'fact') facts.add(node.fact);
    else open.push(...node.causes);
  }
  return [...facts];
}

const verbs: Readonly<Record<RootFact['kind'], string>> = {
  'root-requires': 'requires',
  'root-constrains': 'constrains',
  'root-conflicts': 'forbids',
  'root-overrides': 'overrides',
};

function wishOf({ need, range }: RootFact): string {
  return range === '*' ? need : `${need}@${range}`;
}

function inPlace(place: string | undefined): string {
  return place === undefined ? '' : ` (${place})`;
}
