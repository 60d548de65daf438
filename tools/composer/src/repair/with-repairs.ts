import { summarizeEdges } from '@moby/abi';
import type { Diagnostic, Platform, Registry } from '@moby/model';
import { toDiagnostic } from '../check/judge-verdict.ts';
import type { MissingPart } from '../check/missing-part.ts';
import { missingParts } from '../check/missing-parts.ts';
import type { Verdict } from '../check/verdict.ts';
import { tryAssembly } from '../fit/fit-assembly.ts';
import type { Assembly } from '../parse/assembly.ts';
import type { Resolution } from '../resolve/resolution.ts';
import type { LockedVersions } from '../resolve/to-universe.ts';
import { openShelf } from './open-shelf.ts';
import { type Fault, keysOf, type Tried } from './problem.ts';
import { repairLines, repairs } from './repairs.ts';

export interface RefusedResolution {
  readonly assembly: Assembly;
  readonly resolution: Resolution;
  readonly verdict: Verdict;
  readonly registry: Registry;
  readonly locked: LockedVersions;
  readonly platform: Platform;
}

/** What a check has found, and behind each error the changes that mend it. */
export async function withRepairs(refused: RefusedResolution): Promise<readonly Diagnostic[]> {
  const { assembly, resolution, verdict, registry, locked, platform } = refused;
  const parts = missingParts(assembly, resolution);
  const groups = summarizeEdges(verdict.edges).groups;
  const broken = groups.filter((group) => group.verdict === 'error');
  const faults: readonly Fault[] = [...parts.map((part) => ({ part })), ...broken.map(({ edges }) => ({ edges }))];
  const found = await repairs({
    assembly,
    resolution,
    faults,
    shelf: openShelf(registry, platform),
    tryOut: (changed) => tryOut({ assembly: changed, registry, locked }),
  });
  const findings = [...parts.map(({ finding }) => finding), ...broken.map(toDiagnostic)];
  const told = findings.map((finding, index) => ({
    ...finding,
    details: [...(finding.details ?? []), ...repairLines(found[index] ?? [])],
  }));
  return [...told, ...groups.filter((group) => group.verdict !== 'error').map(toDiagnostic)];
}

async function tryOut(changed: Pick<RefusedResolution, 'assembly' | 'registry' | 'locked'>): Promise<Tried | undefined> {
  const fitted = await tryAssembly(changed);
  if (fitted === undefined) return undefined;
  const { resolution, verdicts } = fitted;
  const parts: readonly MissingPart[] = missingParts(changed.assembly, resolution);
  const edges = verdicts.flatMap((verdict) => verdict.edges.filter((edge) => edge.verdict === 'error'));
  const faults: readonly Fault[] = [...parts.map((part) => ({ part })), { edges }];
  return { resolution, wrong: new Set(faults.flatMap(keysOf)) };
}
