import { isWindowsDevice } from '@moby/model';
import { ownName } from '../names/fold-name.ts';
import { isNewName } from '../names/names-taken.ts';
import { ofPackage, type Clause, type GovernanceRule } from './rule.ts';
import type { PackageSubject } from '../judge/subject.ts';

export const reserved: GovernanceRule = ofPackage({
  id: 'MOBY-N302',
  name: 'reserved',
  severity: 'error',
  waivableBy: 'steward',
  why: 'Some names would be taken for the project’s own word, can’t be a folder everywhere, or once meant something else to those who still ask for it.',
  examples: { fails: '`@moby/core`', passes: '`@moby/memcached`' },
  clauses: [
    taken('word', 'the name is among the reserved words of the policy', ({ name, policy }) =>
      policy.reservedNames.includes(ownName(name ?? '')),
    ),
    taken('device', 'the name is a device on Windows', ({ name }) => isWindowsDevice(ownName(name ?? ''))),
    taken('tombstone', 'the name was given up, and stays taken', ({ name, question }) => question.names.tombstones.includes(name ?? '')),
  ],
});

function taken(name: string, when: string, isTaken: (subject: PackageSubject) => boolean): Clause<PackageSubject> {
  return {
    name,
    when,
    find: (subject) => {
      // A tombstone stands for a name that was published once.
      if (subject.name === undefined || (name !== 'tombstone' && !isNewName(subject)) || !isTaken(subject)) return [];
      return [{ at: ['name'], message: `\`${subject.name}\` can't be taken: ${when}`, help: 'choose another name, or ask a steward' }];
    },
  };
}
