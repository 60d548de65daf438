import type { Subject } from '../judge/subject.ts';
import { ofRelease, type Clause, type Found, type GovernanceRule } from './rule.ts';
import { secretPatterns, type SecretKind } from './secret-patterns.ts';

export const secrets: GovernanceRule = ofRelease({
  id: 'MOBY-P708',
  name: 'secrets',
  severity: 'error',
  waivableBy: 'security-team',
  why: 'What is published can’t be called back. These are forms that nothing else has, so what looks like one of them is one, or is meant to look so. The secret itself is never shown.',
  examples: { fails: 'a private key in `files/etc/ssh`', passes: 'a public key, a certificate' },
  clauses: [
    secret('private-key', 'a text file has a private key (PEM, OpenSSH, PGP, PuTTY, age)'),
    secret('cloud-key', 'a text file has a key of AWS, Azure or Google'),
    secret('forge-token', 'a text file has a token of GitHub or GitLab'),
    secret('registry-token', 'a text file has a token of npm, PyPI or Docker’s hub'),
    secret('service-token', 'a text file has a token of Slack, SendGrid or Stripe'),
  ],
});

function secret(kind: SecretKind, when: string): Clause<Subject> {
  return {
    name: kind,
    when,
    *find({ question }): Iterable<Found> {
      for (const [path, bytes] of question.release.files) {
        if (bytes.includes(0)) continue;
        const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
        for (const { what, pattern } of secretPatterns[kind]) {
          const found = pattern.exec(text);
          if (found === null) continue;
          yield {
            file: path,
            place: placeIn(text, found.index),
            message: `\`${path}\` has what looks like ${what}`,
            help: 'take it out, and make it worthless where it was good for: it may have been seen already',
          };
        }
      }
    },
  };
}

function placeIn(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}
