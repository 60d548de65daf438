import type { AssemblyAnswer, AssemblyLock } from '../library/library-change.ts';
import type { ChangeSubject } from '../review/change-subject.ts';
import type { ReviewFacts } from '../review/review-facts.ts';
import { lockFileOf } from './lock-file.ts';
import { ofChange, type Clause, type Found, type GovernanceRule } from './rule.ts';

interface Locked {
  readonly id: string;
  /** What the lock says its tree is. */
  readonly tree: string;
  /** What the library holds under its version; missing where it holds none. */
  readonly held: string | undefined;
  /** What the registry says of the version; missing where nobody has asked, or it has none. */
  readonly state: string | undefined;
}

const clause = (name: string, when: string, judge: (locked: Locked) => string | undefined): Clause<ChangeSubject> => ({
  name,
  when,
  *find({ library, facts }): Iterable<Found> {
    for (const change of library.assemblies) {
      const before = new Map(wordsOf(change.before, facts).map((locked) => [locked.id, locked]));
      for (const locked of wordsOf(change.after, facts)) {
        const was = before.get(locked.id);
        // What the change has taken away, or was so before: the one is for MOBY-C611, the other nothing that the change has done.
        if (was !== undefined && (locked.held === undefined || judge(was) !== undefined) && !change.touched) continue;
        const message = judge(locked);
        if (message === undefined) continue;
        yield { repositoryFile: lockFileOf(change), message, help: `write it anew: moby-compose build ${change.name}` };
      }
    }
  },
});

export const lockPublished: GovernanceRule = ofChange({
  id: 'MOBY-C613',
  name: 'lock-published',
  severity: 'error',
  waivableBy: 'nobody',
  why: 'A lock names versions and what is in them. A version that nobody has can’t be built from, and one whose contents are others is not the one that was reviewed. What a change brings counts as there; what else there is the library and, where somebody has asked it, the registry know.',
  examples: { fails: 'the lock names `redis@9.9.9+r1`', passes: 'every version is in the library, with the tree that the lock names' },
  change: [
    clause('no-such-version', 'a lock names a version that neither the library nor the registry has', ({ id, held, state }) =>
      held === undefined && (state === undefined || state === 'deleted')
        ? `the lock names ${id}, which is neither in the library nor published`
        : undefined,
    ),
    clause('other-tree', 'a lock names a version with other contents than the library has', ({ id, tree, held }) =>
      held === undefined || held === tree ? undefined : `the lock says that ${id} is ${tree}, and in the library it is ${held}`,
    ),
    clause('withdrawn', 'a lock names a version that was yanked, and that the library no longer has', ({ id, held, state }) =>
      held === undefined && state === 'yanked' ? `the lock names ${id}, which is yanked` : undefined,
    ),
  ],
});

function wordsOf(answer: AssemblyAnswer | undefined, facts: ReviewFacts): readonly Locked[] {
  const lock: AssemblyLock | undefined = answer?.lock;
  return Object.entries(lock?.lock?.components ?? {}).map(([id, { tree }]) => {
    return { id, tree, held: lock?.held.get(id), state: stateOf(id, facts) };
  });
}

/** The registry's names have a scope, which a lock doesn't say. */
function stateOf(id: string, { published }: ReviewFacts): string | undefined {
  const at = id.lastIndexOf('@');
  const [name, version] = [id.slice(0, at), id.slice(at + 1)];
  const versions = Object.entries(published ?? {}).flatMap(([npmName, own]) =>
    npmName.slice(npmName.indexOf('/') + 1) === name ? own : [],
  );
  return versions.find((one) => one.version === version)?.state;
}
