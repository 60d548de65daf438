import { foldName, ownName } from '../names/fold-name.ts';
import { isNewName, otherNames } from '../names/names-taken.ts';
import { ofPackage, type Found, type GovernanceRule } from './rule.ts';

export const collide: GovernanceRule = ofPackage({
  id: 'MOBY-N303',
  name: 'collide',
  severity: 'error',
  waivableBy: 'nobody',
  why: 'Two names that look alike are one name to the eye, and the newer of them is a trap.',
  examples: { fails: '`@moby/d-bus` beside `@moby/dbus`', passes: '`@moby/udev` beside `@moby/dbus`' },
  clauses: [
    {
      name: 'folded',
      when: 'a new name equals another after case, `-`, `_` and `.` are left out, and digits and letters that look alike are taken for one another (0 and o, 1 and l and i, 5 and s, 8 and b, and letters of other scripts)',
      *find(subject): Iterable<Found> {
        const { name } = subject;
        if (name === undefined || !isNewName(subject)) return;
        const folded = foldName(ownName(name));
        const other = otherNames(subject).find((one) => foldName(ownName(one)) === folded);
        if (other !== undefined)
          yield { at: ['name'], message: `\`${name}\` looks like \`${other}\`, which is there already`, help: 'choose another name' };
      },
    },
  ],
});
