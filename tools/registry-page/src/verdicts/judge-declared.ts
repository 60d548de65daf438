import { cniVersion, configVersion, type ContractEnd, dockerApiWindow, engineContainerdRange } from '@moby/abi';
import type { Range, Requirement } from '@moby/model';
import { doesOffer } from '../neighbourhood.ts';
import { factsOf, type HeldLine } from './held-line.ts';
import { type Judged, judgedOf, nameOf, type Pair, turned } from './judged.ts';

/** What the manifests of the two say of each other. */
export function judgeDeclared(pair: Pair): readonly Judged[] {
  const ends = [pair.own, pair.other].map((line) => endOf(line, pair));
  const contracts = [dockerApiWindow, cniVersion, configVersion, engineContainerdRange].flatMap((rule) => rule.check({ ends }));
  return [
    ...turned(pair).flatMap(judgeNeeds),
    ...contracts.filter(({ from, by }) => by !== undefined && by.component !== from.component).map(judgedOf),
  ];
}

/** Judged by a rule that knows more than whether ranges meet. */
const judgedByRule = ['api:docker', 'containerd'];

function judgeNeeds(pair: Pair): readonly Judged[] {
  const { manifest } = pair.own.component;
  const isAsked = ([, { platforms }]: readonly [string, Requirement]): boolean => platforms?.includes(pair.platform) !== false;
  return [
    ...Object.entries(manifest.requires)
      .filter(isAsked)
      .flatMap(([need, { range }]) => judgeNeed(pair, { need, range, verb: 'requires' })),
    ...Object.entries(manifest.recommends)
      .filter(isAsked)
      .flatMap(([need, { range }]) => judgeNeed(pair, { need, range, verb: 'recommends' })),
    ...Object.entries(manifest.conflicts).flatMap(([need, range]): readonly Judged[] =>
      doesOffer(lineOf(pair.other), need, range)
        ? [
            {
              verdict: 'error',
              evidence: 'declared',
              sentence: `${nameOf(pair.own)} conflicts with ${need} ${range}, as ${nameOf(pair.other)} has it`,
            },
          ]
        : [],
    ),
  ];
}

function judgeNeed(
  pair: Pair,
  asked: { readonly need: string; readonly range: Range; readonly verb: 'requires' | 'recommends' },
): readonly Judged[] {
  const { own, other, platform } = pair;
  const { need, range, verb } = asked;
  const isRead = factsOf(own, platform) !== undefined && factsOf(other, platform) !== undefined;
  if (need.startsWith('soname:') && isRead) return [];
  if (verb === 'recommends' && judgedByRule.includes(need)) return [];
  if (verb === 'requires' && need === 'api:docker') return [];
  const { name, version, provides } = other.component.manifest;
  const isMeant = need === name || pair.linesOf(other).some((line) => Object.hasOwn(line.component.manifest.provides, need));
  if (!isMeant) return [];
  const fits = doesOffer(lineOf(other), need, range);
  const asks = `${nameOf(own)} ${verb} ${range === '*' ? need : `${need} ${range}`}`;
  const offered = need === name ? undefined : provides[need];
  const there = need === name ? `${version} is not in that range` : `${nameOf(other)} offers ${offered ?? 'none'}`;
  return [
    {
      verdict: fits ? 'ok' : verb === 'requires' ? 'error' : 'warn',
      evidence: 'declared',
      sentence: fits
        ? `${asks}${need === name ? `, and ${version} is in that range` : `, which ${nameOf(other)} offers`}`
        : `${asks}, and ${there}`,
    },
  ];
}

function lineOf({ line, component }: HeldLine): Parameters<typeof doesOffer>[0] {
  return { line, version: component.manifest.version, manifest: component.manifest };
}

function endOf(line: HeldLine, { platform }: Pair): ContractEnd {
  const { name, version, provides, requires, recommends, service } = line.component.manifest;
  const own = factsOf(line, platform);
  return {
    component: name,
    version,
    root: 'both',
    provides,
    requires: rangesOf(requires),
    recommends: rangesOf(recommends),
    env: service?.env ?? {},
    configs: own === undefined ? undefined : (own.configs ?? {}),
    programs: own?.programs,
  };
}

function rangesOf(requirements: Readonly<Record<string, Requirement>>): Readonly<Record<string, Range>> {
  return Object.fromEntries(Object.entries(requirements).map(([need, { range }]) => [need, range]));
}
