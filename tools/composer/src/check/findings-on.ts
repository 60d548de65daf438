import type { Diagnostic, Registry } from '@moby/model';
import type { Assembly } from '../parse/assembly.ts';
import type { Resolution } from '../resolve/resolution.ts';
import { judgeVerdict } from './judge-verdict.ts';
import { missingParts } from './missing-parts.ts';
import { noticesOn } from './notices-on.ts';
import type { Verdict } from './verdict.ts';

export interface ChosenParts {
  readonly assembly: Assembly;
  readonly resolution: Resolution;
  /** Of one platform. */
  readonly verdict: Verdict;
  readonly registry: Registry;
}

/** What a person has to be told of the parts that were chosen: what the assembly lacks, what registries say against them, what the facts say. */
export async function findingsOn({ assembly, resolution, verdict, registry }: ChosenParts): Promise<readonly Diagnostic[]> {
  return [
    ...missingParts(assembly, resolution).map(({ finding }) => finding),
    ...(await noticesOn(resolution, registry)),
    ...judgeVerdict(verdict),
  ];
}
