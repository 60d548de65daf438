import { withoutWaivers, type Policy, type Waiver } from '@moby/governor';
import type { NewerLine } from './find-updates.ts';

/** The branch that the removal of waivers goes to: they stand in one file, so they go together. */
export const waiversBranch = 'sweep/expired-waivers';

/** The branch that a line's update goes to; components that may only move together share one. */
export function branchOf(line: string, { batchGroups }: Pick<Policy, 'batchGroups'>): string {
  const [component = line] = line.split('/');
  const group = batchGroups.find(({ components }) => components.includes(component));
  return group === undefined ? `sweep/update-${line.replace('/', '-')}` : `sweep/group-${group.name}`;
}

/** Updates by the branch that they go to, in the order of the lines. */
export function groupUpdates(lines: readonly NewerLine[], policy: Policy): ReadonlyMap<string, readonly NewerLine[]> {
  const groups = new Map<string, NewerLine[]>();
  for (const line of lines) {
    const branch = branchOf(line.component, policy);
    groups.set(branch, [...(groups.get(branch) ?? []), line]);
  }
  return groups;
}

/** What a commit says of an update; `version` is that afterwards. */
export function updateBody(line: NewerLine, version: string): readonly string[] {
  const moves = line.pins.map(({ package: name, from, to, version: next, platform }) => {
    const renamed = name === to ? '' : `${to} `;
    return `- ${name} ${from} to ${renamed}${next}, for ${platform}`;
  });
  const gone = line.vanished.map((pin) => `- the archive has dropped ${pin}`);
  return [`${line.component}: ${line.version} to ${version}`, ...moves, ...gone];
}

export function waiverWords({ rule, package: name, version, until }: Waiver): string {
  return `${rule} for ${name}${version === undefined ? '' : ` ${version}`}${until === undefined ? '' : `, until ${until}`}`;
}

/** policy.yaml without the waivers at these indexes. */
export async function policyWithout(text: string, expired: readonly { readonly index: number }[]): Promise<string> {
  return withoutWaivers(text, new Set(expired.map(({ index }) => index)));
}
