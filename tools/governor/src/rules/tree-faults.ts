import type { TreeFault } from '../collect/trees/tree-fault.ts';
import type { ChangeSubject } from '../review/change-subject.ts';
import type { Clause, Found } from './rule.ts';

/** One clause for each kind of fault that reading the head's trees has given (`diffTrees`): phrases by the clause's name. */
export function faultClauses(
  rule: TreeFault['rule'],
  phrases: Readonly<Record<string, string>>,
  help: string,
): readonly Clause<ChangeSubject>[] {
  return Object.entries(phrases).map(([name, when]) => ({
    name,
    when,
    *find({ diff }): Iterable<Found> {
      for (const fault of diff.faults)
        if (fault.rule === rule && fault.clause === name) yield { repositoryFile: fault.path, message: fault.message, help };
    },
  }));
}
