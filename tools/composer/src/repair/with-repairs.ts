import type { Edge } from '@moby/abi';
import type { Diagnostic, Platform, Registry } from '@moby/model';
import type { Verdict } from '../check/verdict.ts';
import { tryAssembly } from '../fit/fit-assembly.ts';
import type { Assembly } from '../parse/assembly.ts';
import type { Resolution } from '../resolve/resolution.ts';
import type { LockedVersions } from '../resolve/to-universe.ts';
import { openShelf } from './open-shelf.ts';
import { repairLines, repairs } from './repairs.ts';

export interface RefusedResolution {
  readonly assembly: Assembly;
  readonly resolution: Resolution;
  readonly verdict: Verdict;
  readonly registry: Registry;
  readonly locked: LockedVersions;
  readonly platform: Platform;
}

/** What a check has found, and behind its last error the changes after which there is none. */
export async function withRepairs(findings: readonly Diagnostic[], refused: RefusedResolution): Promise<readonly Diagnostic[]> {
  const { assembly, resolution, verdict, registry, locked, platform } = refused;
  const found = await repairs({
    assembly,
    resolution,
    errors: verdict.edges.filter(isError),
    shelf: openShelf(registry, platform),
    tryOut: (changed) => tryAssembly({ assembly: changed, registry, locked }),
  });
  const lines = repairLines(found);
  const last = findings.findLastIndex(({ severity }) => severity === 'error');
  return findings.map((finding, index) => (index === last ? { ...finding, details: [...(finding.details ?? []), ...lines] } : finding));
}

function isError({ verdict }: Edge): boolean {
  return verdict === 'error';
}
