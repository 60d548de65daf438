import { ofChange, type GovernanceRule } from './rule.ts';
import { faultClauses } from './tree-faults.ts';

export const treeSane: GovernanceRule = ofChange({
  id: 'MOBY-G004',
  name: 'tree-sane',
  severity: 'error',
  waivableBy: 'nobody',
  why: 'What a reviewer sees, what git checks out and what is packed are one thing. A tree can hold names and orders that git itself never writes, and that every reader takes otherwise.',
  examples: { fails: 'two entries `package.json` in one folder', passes: 'what `git commit` writes' },
  change: faultClauses(
    'tree-sane',
    {
      duplicate: 'a folder of the head has a name twice',
      unsorted: 'a folder’s entries are not in git’s order',
      cut: 'a folder’s bytes end, or stop being entries, in the middle',
      'too-deep': 'folders lie in folders deeper than is read',
      'empty-folder': 'a folder is empty, which git never writes',
      'wrong-object': 'an entry is an object of another type than it says',
      empty: 'a name is empty',
      dots: 'a name is `.` or `..`',
      slash: 'a name has a slash or a backslash in it, in any spelling',
      'not-utf8': 'a name is no UTF-8',
      'not-nfc': 'a name is not in Unicode’s form NFC',
      'control-character': 'a name has a character in it that can’t be seen',
      'dot-git': 'a name is a spelling of `.git`',
      'git-configuration': 'a file below `components/` is one that git itself reads',
      'too-long': 'a name has more bytes than file systems hold',
    },
    'commit the files once more with git itself',
  ),
});
