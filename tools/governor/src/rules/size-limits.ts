import { formatBytes } from '@moby/model';
import type { LimitReached } from '../collect/trees/tree-limits.ts';
import type { ChangeSubject } from '../review/change-subject.ts';
import { ofChange, type Clause, type Found, type GovernanceRule } from './rule.ts';

const clause = (limit: LimitReached['limit'], when: string, words: (most: number) => string): Clause<ChangeSubject> => ({
  name: limit,
  when,
  *find({ diff: { reached } }): Iterable<Found> {
    if (reached?.limit !== limit) return;
    yield {
      ...(reached.path === undefined ? {} : { repositoryFile: reached.path }),
      message: words(reached.most),
      help: 'bring it in smaller pieces, or ask a steward to look at all of it: nothing else was judged',
    };
  },
});

export const sizeLimits: GovernanceRule = ofChange({
  id: 'MOBY-G003',
  name: 'size-limits',
  severity: 'review',
  waivableBy: 'nobody',
  why: 'What nobody can read, nobody has looked at. Beyond these limits, which are the policy’s where it names them (`changeLimits`), the comparison ends and a person decides.',
  examples: { fails: 'a reformat of 900 files', passes: 'three files' },
  change: [
    clause('paths', 'more paths differ than the policy’s limit', (most) => `more than ${most} paths differ`),
    clause('components', 'more components are touched than the policy’s limit', (most) => `more than ${most} components are touched`),
    clause('blob-bytes', 'a file is larger than the policy’s limit', (most) => `the file is larger than ${formatBytes(most)}`),
    clause(
      'added-bytes',
      'files that are new or other have more bytes than the policy’s limit',
      (most) => `more than ${formatBytes(most)} are new`,
    ),
    clause('folders', 'more folders have to be opened than are read', (most) => `more than ${most} folders differ`),
    clause(
      'folder-bytes',
      'folders have more bytes of entries than are read',
      (most) => `the folders that differ have more than ${formatBytes(most)} of entries`,
    ),
    clause('faults', 'the head’s trees have more faults than are listed', (most) => `the head’s trees have more than ${most} faults`),
  ],
});
