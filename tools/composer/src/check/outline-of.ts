import type { Diagnostic, Place, Platform } from '@moby/model';
import type { CheckOutline } from '../again/check-again.ts';
import { privilegedContainers } from '../build/plan-guest.ts';
import { countsOf, type Checked } from '../check-assembly.ts';

/** What is told of a check, out of all that it knows. */
export function outlineOf(checked: Checked, platform: Platform, findings: readonly Diagnostic[]): CheckOutline {
  const { assembly, resolution, verdict, lockState } = checked;
  const wishes: Record<string, Place> = {};
  for (const { from, by, place } of resolution.edges) if (from === '' && place !== undefined) wishes[by] ??= place;
  return {
    assembly: { name: assembly.name, version: assembly.version, file: assembly.file },
    platform,
    verdict,
    privileged: privilegedContainers(assembly, resolution),
    wishes,
    folders: Object.fromEntries([...resolution.components].map(([key, { folder }]) => [key, folder])),
    findings,
    steps: [
      { step: 'resolve', count: resolution.components.size, note: lockState === 'same' ? 'as locked' : '' },
      { step: 'check', count: verdict.edges.length, note: countsOf(verdict) },
    ],
  };
}
