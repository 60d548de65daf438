import { isWithinEdits } from '../names/edit-distance.ts';
import { foldName, ownName } from '../names/fold-name.ts';
import { isNewName, otherNames } from '../names/names-taken.ts';
import { ofPackage, type Clause, type Found, type GovernanceRule } from './rule.ts';
import type { PackageSubject } from '../judge/subject.ts';

/** From this length on, two edits are easily overlooked. */
const longNameLength = 9;

export const typosquat: GovernanceRule = ofPackage({
  id: 'MOBY-N304',
  name: 'typosquat',
  severity: 'review',
  waivableBy: 'steward',
  why: 'A name one slip of the fingers away from a known one is got by mistake. Most of them are honest (`glib` and `glibc`), so a person looks.',
  examples: { fails: '`@moby/systmd`', passes: '`@moby/systemd-udev`' },
  clauses: [
    near('component', otherNames),
    near('popular', ({ policy }) => policy.popularNames),
    {
      name: 'words',
      when: 'a new name has the words of another component or of a popular name in another order',
      *find(subject): Iterable<Found> {
        const { name, policy } = subject;
        if (name === undefined || !isNewName(subject)) return;
        const words = sortedWords(name);
        const other = [...otherNames(subject), ...policy.popularNames].find(
          (one) => sortedWords(one) === words && ownName(one) !== ownName(name),
        );
        if (other !== undefined) yield { at: ['name'], message: `\`${name}\` has the words of \`${other}\` in another order` };
      },
    },
  ],
});

function near(what: 'component' | 'popular', namesOf: (subject: PackageSubject) => readonly string[]): Clause<PackageSubject> {
  return {
    name: what,
    when: `one edit (two from ${longNameLength} letters on) leads from a new name to ${what === 'component' ? 'that of another component' : 'a popular name of the policy'}: a letter left out, doubled, added or changed, two neighbours swapped`,
    *find(subject): Iterable<Found> {
      if (subject.name === undefined || !isNewName(subject)) return;
      const name = ownName(subject.name);
      const other = namesOf(subject).find((one) => isNear(name, ownName(one)));
      if (other !== undefined)
        yield { at: ['name'], message: `\`${subject.name}\` is nearly \`${other}\``, help: 'a steward decides whether both may be there' };
    },
  };
}

/** Equal to the eye is another rule's. */
function isNear(name: string, other: string): boolean {
  const limit = Math.min(name.length, other.length) < longNameLength ? 1 : 2;
  return name !== other && foldName(name) !== foldName(other) && isWithinEdits(name, other, limit);
}

function sortedWords(name: string): string {
  return ownName(name).split('-').sort().join('-');
}
