import type { AssemblyAnswer } from '../library/library-change.ts';
import { lockFileOf } from './lock-file.ts';
import { ofChange, type Found, type GovernanceRule } from './rule.ts';

export const lockCanonical: GovernanceRule = ofChange({
  id: 'MOBY-C612',
  name: 'lock-canonical',
  severity: 'error',
  waivableBy: 'nobody',
  why: 'A lock is written by the program, sorted, in one form. Bytes that it wouldn’t write were put there by hand, and a difference between two locks is then no difference between two assemblies.',
  examples: { fails: 'a lock whose keys are not sorted', passes: 'what `moby-compose build` writes' },
  change: [
    {
      name: 'unreadable',
      when: 'a lock is no lock: no JSON, or not of its schema',
      *find({ library }): Iterable<Found> {
        for (const change of library.assemblies) {
          const { before, after } = change;
          if (after?.lock === undefined || after.lock.lock !== undefined || after.lock.text === before?.lock?.text) continue;
          const [first] = after.lock.findings;
          const place = first?.place === undefined ? {} : { place: first.place };
          yield { repositoryFile: lockFileOf(change), ...place, message: first?.message ?? 'it is no lock', help: helpFor(change.name) };
        }
      },
    },
    {
      name: 'other-bytes',
      when: 'a lock has other bytes than the program writes for what it says',
      *find({ library }): Iterable<Found> {
        for (const change of library.assemblies) {
          const { before, after } = change;
          if (!isOtherwise(after) || (isOtherwise(before) && before?.lock?.text === after?.lock?.text)) continue;
          yield {
            repositoryFile: lockFileOf(change),
            message: 'it has other bytes than the program writes for what it says: somebody has edited it',
            help: helpFor(change.name),
          };
        }
      },
    },
  ],
});

function isOtherwise(answer: AssemblyAnswer | undefined): boolean {
  return answer?.lock?.canonical !== undefined && answer.lock.canonical !== answer.lock.text;
}

function helpFor(assembly: string): string {
  return `take it away, and it is written anew: moby-compose build ${assembly}`;
}
