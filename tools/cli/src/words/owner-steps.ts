import type { NewOwner } from '@moby/composer';
import type { Line } from '../reporter/line.ts';

export interface WrittenOwner {
  /** All that was written, below `place`. */
  readonly files: readonly string[];
  readonly place: string;
  readonly owner: NewOwner;
  /** Somebody was named on the command line. */
  readonly isTyped: boolean;
}

/** What a hand has to write into OWNERS.yaml before others can take a new component, and why. */
export function ownerSteps({ files, place, isTyped, owner: { name, github, id } }: WrittenOwner): readonly Line[] {
  const written = files.filter((file) => /^[^/]+\/OWNERS\.yaml$/.test(file)).map((file) => `${place}/${file}`);
  const missing = [
    ...(name === undefined ? ['`name`'] : []),
    ...(github === undefined ? ['`github: LOGIN`'] : []),
    ...(id === undefined ? ['`id: NUMBER`'] : []),
  ];
  if (written.length === 0 && isTyped)
    return [[], ['OWNERS.yaml was there already, and stays as it is: who answers for it is changed by hand']];
  if (written.length === 0 || id !== undefined) return [];
  return [
    [],
    [`before a pull request, add ${missing.join(', ')} of who answers for it, in`],
    ...written.map((file): Line => [`  ${file}`]),
    ['a library knows people by their number at the forge, which stays when they rename themselves (MOBY-O402);'],
    ['at GitHub `gh api users/LOGIN --jq .id` prints it, and --owner-github and --owner-id write it'],
  ];
}
