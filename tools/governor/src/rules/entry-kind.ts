import { ofChange, type GovernanceRule } from './rule.ts';
import { faultClauses } from './tree-faults.ts';

export const entryKind: GovernanceRule = ofChange({
  id: 'MOBY-G005',
  name: 'entry-kind',
  severity: 'error',
  waivableBy: 'security-team',
  why: 'A component is made of plain files. A link leads out of what was looked at, and a submodule brings what nobody has looked at.',
  examples: { fails: 'a symbolic link', passes: 'a file; a program in `files/` or `test/`' },
  change: faultClauses(
    'entry-kind',
    {
      symlink: 'an entry that changed is a symbolic link',
      submodule: 'an entry that changed is a submodule',
      executable: 'a file is executable outside of `files/` and `test/`',
      'other-mode': 'an entry has a mode that git never writes',
    },
    'make it a plain file (git update-index --chmod=-x, or the content itself in place of the link)',
  ),
});
