import { type Edge, type EdgeEnd, isPairRule } from '@moby/abi';
import type { Misfit, MisfitEnd } from '@moby/model';
import type { Verdict } from '../check/verdict.ts';
import { machineRoot } from '../lock/make-lock.ts';
import type { Resolution } from '../resolve/resolution.ts';

/** Two chosen versions that don't fit, and the edges that say so. */
export interface FoundMisfit {
  readonly misfit: Misfit;
  /** Of one platform; never empty. */
  readonly edges: readonly Edge[];
}

/** What a check has found between two chosen components, in its order. What nobody knows is no misfit. */
export function misfitsOf(resolution: Resolution, verdict: Verdict): readonly FoundMisfit[] {
  const found = new Map<string, FoundMisfit>();
  for (const edge of verdict.edges) {
    if (edge.verdict !== 'error' || edge.by === undefined || !isPairRule(edge.rule)) continue;
    const [who, other] = [placeOf(resolution, edge, edge.from), placeOf(resolution, edge, edge.by)];
    if (who === undefined || other === undefined || who.key === other.key) continue;
    const key = keyOf({ who, other });
    const known = found.get(key);
    const misfit = known?.misfit ?? { who, other, reason: edge.sentence };
    found.set(key, { misfit, edges: [...(known?.edges ?? []), edge] });
  }
  return [...found.values()];
}

/** The same whichever of the two asked. */
export function keyOf({ who, other }: Pick<Misfit, 'who' | 'other'>): string {
  return [who, other]
    .map(({ key, version }) => `${key} ${version}`)
    .sort()
    .join('\n');
}

/** Where an end stands: in its own root, or in another one that a rule about the whole machine looked into. */
function placeOf(resolution: Resolution, edge: Edge, { component, version, root }: EdgeEnd): MisfitEnd | undefined {
  const scope = scopeOf(root ?? edge.root);
  const places = resolution.roots.filter(({ components }) => components.some((one) => one.name === component && one.version === version));
  const place = places.find((candidate) => candidate.scope === scope) ?? places[0];
  return place === undefined ? undefined : { key: place.scope === '' ? component : `${place.scope}/${component}`, version };
}

function scopeOf(root: string): string {
  return root === machineRoot ? '' : root;
}
