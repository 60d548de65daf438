import type { MergeConflict } from '../collect/merge/merge-changes.ts';
import type { ChangeSubject } from '../review/change-subject.ts';
import { ofChange, type Clause, type Found, type GovernanceRule } from './rule.ts';

const clause = (name: MergeConflict['clause'], when: string): Clause<ChangeSubject> => ({
  name,
  when,
  *find({ merge }): Iterable<Found> {
    for (const conflict of merge.conflicts)
      if (conflict.clause === name)
        yield { repositoryFile: conflict.path, message: conflict.message, help: 'rebase the change on the base as it is now' };
  },
});

export const mergeConflict: GovernanceRule = ofChange({
  id: 'MOBY-G007',
  name: 'merge-conflict',
  severity: 'error',
  waivableBy: 'nobody',
  why: 'What is judged is what the library will be after the merge. Where both sides made something else of a file, nobody knows what that is.',
  examples: { fails: 'both edit `components/dbus/1/package.json`', passes: 'they edit different files, or both in the same way' },
  change: [
    clause('both-changed', 'both sides changed a file, each to something else'),
    clause('file-and-folder', 'one side has a file where the other has a folder'),
  ],
});
