import type { AssemblyAnswer, AssemblyChange } from '../library/library-change.ts';
import type { ChangeSubject } from '../review/change-subject.ts';
import { lockFileOf } from './lock-file.ts';
import { ofChange, type Clause, type Found, type GovernanceRule } from './rule.ts';

/** The phrases of a clause about one side; none where the lock is in order. */
type Judge = (answer: AssemblyAnswer) => string | undefined;

const clause = (name: string, when: string, judge: Judge): Clause<ChangeSubject> => ({
  name,
  when,
  *find({ library }): Iterable<Found> {
    for (const change of library.assemblies) {
      const message = change.after === undefined ? undefined : judge(change.after);
      if (message === undefined || wasSo(change, judge)) continue;
      yield { repositoryFile: lockFileOf(change), message, help: `write it anew: moby-compose build ${change.name}` };
    }
  },
});

/** A lock that was so before, and that nobody has touched, is nothing that the change has done. */
function wasSo({ before, touched }: AssemblyChange, judge: Judge): boolean {
  return !touched && before !== undefined && judge(before) !== undefined;
}

export const lockCurrent: GovernanceRule = ofChange({
  id: 'MOBY-C611',
  name: 'lock-current',
  severity: 'error',
  waivableBy: 'nobody',
  why: 'A lock says what an assembly is made of. Where it isn’t what resolving gives, what is reviewed and what is built are two things. A change that raises a component brings the locks of the assemblies that have it.',
  examples: { fails: 'an assembly is edited, its lock isn’t', passes: 'both come together' },
  change: [
    clause('missing', 'an assembly has no lock', ({ kind, lock }) =>
      kind === 'chosen' && lock === undefined ? 'the assembly has no lock' : undefined,
    ),
    clause('inputs', 'the lock was written of another assembly.yaml', ({ lock }) =>
      lock?.lock === undefined || lock.isOfInputs ? undefined : 'the lock was written of another assembly.yaml',
    ),
    clause('stale', 'resolving gives something else than the lock has', ({ lock }) =>
      lock?.lock === undefined || !lock.isOfInputs || lock.differences.length === 0
        ? undefined
        : `resolving gives something else than the lock has: ${listed(lock.differences)}`,
    ),
  ],
});

const maxListed = 4;

function listed(texts: readonly string[]): string {
  const more = texts.length > maxListed ? `, and ${texts.length - maxListed} more` : '';
  return texts.slice(0, maxListed).join(', ') + more;
}
