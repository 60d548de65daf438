import type { Commit } from '../collect/git/open-repository.ts';
import type { ChangeSubject } from '../review/change-subject.ts';
import { namesOfCommits } from './names-of-commits.ts';
import { ofChange, type Found, type GovernanceRule } from './rule.ts';

/** Whoever merges writes nothing of their own, and what is merged has its own authors. */
const written = ({ commits }: ChangeSubject): readonly Commit[] => commits.commits.filter(({ parents }) => parents.length < 2);

export const dco: GovernanceRule = ofChange({
  id: 'MOBY-R901',
  name: 'dco',
  severity: 'error',
  waivableBy: 'nobody',
  why: 'By signing off, an author says that they may give their work away under the library’s licence (developercertificate.org). Nobody can say that for somebody else. A bot’s commits are signed off by whoever runs it, under the bot’s name.',
  examples: { fails: 'another e-mail than the author’s', passes: '`Signed-off-by: Ann <ann@example.com>`, and Ann is the author' },
  change: [
    {
      name: 'missing',
      when: 'a commit that is no merge has no `Signed-off-by`',
      *find(subject): Iterable<Found> {
        const lacking = written(subject).filter(({ signedOffBy }) => signedOffBy.length === 0);
        if (lacking.length > 0)
          yield {
            message: `${namesOfCommits(lacking)} without \`Signed-off-by\``,
            help: 'sign off all of them: `git rebase --signoff` onto the base, and push again',
          };
      },
    },
    {
      name: 'other-person',
      when: 'a commit that is no merge is signed off, and not by its author: name and address, whatever the case of their letters',
      *find(subject): Iterable<Found> {
        for (const commit of written(subject)) {
          const { author, signedOffBy } = commit;
          if (signedOffBy.length === 0 || signedOffBy.some((person) => isSame(person, author))) continue;
          const [first] = signedOffBy;
          yield {
            message: `${namesOfCommits([commit])} by \`${shown(author)}\`, and signed off by \`${first === undefined ? '' : shown(first)}\``,
            help:
              author.email === ''
                ? 'its author has no address: write the commit anew with `git commit --amend --reset-author -s`'
                : `its author adds \`Signed-off-by: ${shown(author)}\``,
          };
        }
      },
    },
    {
      name: 'unknown-commits',
      when: 'not all commits of the pull request are known',
      *find({ commits: { cut } }): Iterable<Found> {
        if (cut !== undefined) yield { severity: 'review', message: cutWords(cut), help: cutHelp(cut) };
      },
    },
  ],
});

export function cutWords(cut: 'shallow' | 'limit'): string {
  return cut === 'shallow'
    ? 'the clone leaves out commits that the pull request may bring'
    : 'the pull request brings more commits than are read';
}

export function cutHelp(cut: 'shallow' | 'limit'): string {
  return cut === 'shallow' ? 'fetch the whole history, as `git fetch --unshallow` does' : 'bring it in smaller pieces';
}

interface Named {
  readonly name: string;
  readonly email: string;
}

function isSame(a: Named, b: Named): boolean {
  return b.email !== '' && folded(a.email) === folded(b.email) && folded(a.name) === folded(b.name);
}

function folded(text: string): string {
  return text.normalize('NFC').toLowerCase();
}

function shown({ name, email }: Named): string {
  return `${name} <${email}>`;
}
