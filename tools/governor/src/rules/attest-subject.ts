import { ofPackage, type Found, type GovernanceRule } from './rule.ts';

export const attestSubject: GovernanceRule = ofPackage({
  id: 'MOBY-X803',
  name: 'attest-subject',
  severity: 'error',
  waivableBy: 'nobody',
  why: 'A signed statement says that a maintainer stands for exactly these bytes, whichever registry or mirror they come from. One that doesn’t hold is never served as if it did.',
  examples: { fails: 'a statement about another tarball; one by a stranger’s key', passes: 'one by a key that OWNERS.yaml has' },
  clauses: [
    {
      name: 'missing',
      when: 'at the registry’s door, the policy asks for a signed statement, and none came along',
      *find({ question, policy }): Iterable<Found> {
        if (question.door.kind === 'publish' && policy.signature === 'required' && question.signature === undefined)
          yield {
            message: 'it comes without a signed statement, and the policy takes nothing without one',
            help: 'publish with `moby-compose component publish`, which signs it',
          };
      },
    },
    {
      name: 'unverified',
      when: 'the signature isn’t that of the key, or the statement is about something else than this release',
      *find({ question: { signature } }): Iterable<Found> {
        if (signature?.verified === false)
          yield {
            message: signature.why ?? `the statement signed by ${signature.keyid} doesn’t hold for this release`,
            help: 'sign what is published: `moby-compose component publish`',
          };
      },
    },
    {
      name: 'stranger',
      when: 'the key is none that OWNERS.yaml has of a maintainer',
      *find({ question: { signature } }): Iterable<Found> {
        if (signature?.verified === true && !signature.byMaintainer)
          yield {
            message: `${signature.keyid} is no key of a maintainer`,
            help: 'add what `moby-compose key show` prints to `keys` in OWNERS.yaml by a pull request',
          };
      },
    },
  ],
});
