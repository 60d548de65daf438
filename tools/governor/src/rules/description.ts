import { ownName } from '../names/fold-name.ts';
import { ofPackage, type Clause, type GovernanceRule } from './rule.ts';
import type { PackageSubject } from '../judge/subject.ts';

export const description: GovernanceRule = ofPackage({
  id: 'MOBY-M212',
  name: 'description',
  severity: 'hint',
  waivableBy: 'owner',
  why: 'The description is the one line that lists and search results show.',
  examples: { fails: 'the component’s name once more, or a paragraph', passes: '“Redis, a database that keeps its data in memory”' },
  clauses: [
    said('lines', 'the description has several lines', ({ text }) => /[\n\r\u2028\u2029]/.test(text)),
    said(
      'long',
      'the description is longer than the policy has it, 120 characters',
      ({ text, subject }) => Array.from(text).length > subject.policy.maxDescriptionCharacters,
    ),
    said('name', 'the description is the name', ({ text, subject }) => ownName(subject.name ?? '') === text.trim().toLowerCase()),
  ],
});

function said(
  name: string,
  when: string,
  isFault: (said: { readonly text: string; readonly subject: PackageSubject }) => boolean,
): Clause<PackageSubject> {
  return {
    name,
    when,
    find: (subject) => {
      const text = subject.json['description'];
      return typeof text === 'string' && isFault({ text, subject })
        ? [{ at: ['description'], message: when, help: 'say in one sentence what it is' }]
        : [];
    },
  };
}
