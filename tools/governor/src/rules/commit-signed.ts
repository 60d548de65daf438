import type { ChangeSubject } from '../review/change-subject.ts';
import type { SignatureCheck } from '../signatures/signature-check.ts';
import { allowedSignersFile } from '../signatures/signers.ts';
import { cutHelp, cutWords } from './dco.ts';
import { namesOfCommits } from './names-of-commits.ts';
import { ofChange, type Clause, type Found, type GovernanceRule } from './rule.ts';

/** A component that promises to be maintained has only signed commits from now on; older ones are nobody's concern. */
function severityOf({ components }: ChangeSubject): Pick<Found, 'severity'> {
  const isMaintained = components.some(({ before }) => before?.owners?.ok === true && before.owners.value.lifecycle === 'maintained');
  return isMaintained ? { severity: 'error' } : {};
}

type Refused = Extract<SignatureCheck, { readonly why: string }>;

/** One finding a commit, in the words of whoever verified it. */
const clause = (
  name: string,
  when: string,
  matches: (check: Refused, subject: ChangeSubject) => string | undefined,
): Clause<ChangeSubject> => ({
  name,
  when,
  *find(subject): Iterable<Found> {
    const { areAsked, checks } = subject.signatures;
    if (!areAsked) return;
    for (const commit of subject.commits.commits) {
      const check = checks.get(commit.oid);
      const help = check !== undefined && 'why' in check ? matches(check, subject) : undefined;
      if (check !== undefined && 'why' in check && help !== undefined)
        yield { ...severityOf(subject), message: `${namesOfCommits([commit])} signed in vain: ${check.why}`, help };
    }
  },
});

const signAgain = 'sign with a key that the base allows: `git rebase --exec "git commit --amend --no-edit -S"` onto the base';
const isOwnKey = (check: Refused, { signatures }: ChangeSubject): boolean =>
  check.kind === 'unknown-key' && signatures.allowedAfter.has(check.key);

export const commitSigned: GovernanceRule = ofChange({
  id: 'MOBY-X801',
  name: 'commit-signed',
  severity: 'warning',
  waivableBy: 'steward',
  why: `Anybody can write anybody’s name into a commit; a signature shows whose it is. Where a library says whose keys count (\`${allowedSignersFile}\`, \`docs/governance/keys/\`), the list that counts is the base’s, so nobody brings a key along with what it signs. Merges and bots are no exception: what a merge does can be anything, and a bot has a key. For a component that is \`maintained\`, this is an error.`,
  examples: {
    fails: 'an unsigned commit; a key that this pull request adds',
    passes: 'a key that the base allows for the committer’s address',
  },
  change: [
    {
      name: 'unsigned',
      when: 'the base says who may sign, and a commit has no signature, or more than one',
      *find(subject): Iterable<Found> {
        const { areAsked, checks } = subject.signatures;
        const unsigned = subject.commits.commits.filter(({ oid }) => checks.get(oid)?.kind === 'none');
        if (areAsked && unsigned.length > 0)
          yield { ...severityOf(subject), message: `${namesOfCommits(unsigned)} not signed`, help: signAgain };
      },
    },
    clause('unknown-key', 'a commit is signed by a key that the base doesn’t allow', (check, subject) =>
      check.kind === 'unknown-key' && !isOwnKey(check, subject) ? signAgain : undefined,
    ),
    clause('own-key', 'a commit is signed by a key that this pull request would allow', (check, subject) =>
      isOwnKey(check, subject)
        ? 'this pull request adds the key: it counts once that is merged, so bring the key alone and first'
        : undefined,
    ),
    clause('other-signer', 'a commit is signed by a key that isn’t allowed for its committer’s address', ({ kind }) =>
      kind === 'other-signer' ? 'commit under the address that the key is allowed for, or have the key allowed for this one' : undefined,
    ),
    clause('outdated', 'a commit is signed by a key at a time at which it wasn’t allowed, or isn’t any more', ({ kind }) =>
      kind === 'outdated' ? signAgain : undefined,
    ),
    clause('bad', 'a commit’s signature is broken, of a kind that isn’t taken, or not about this commit', ({ kind }) =>
      kind === 'bad' || kind === 'unreadable' || kind === 'unsupported' ? signAgain : undefined,
    ),
    {
      name: 'unknown-signatures',
      when: 'the base says who may sign, and not all commits of the pull request are known',
      *find({ commits: { cut }, signatures: { areAsked } }): Iterable<Found> {
        if (areAsked && cut !== undefined) yield { severity: 'review', message: cutWords(cut), help: cutHelp(cut) };
      },
    },
  ],
});
