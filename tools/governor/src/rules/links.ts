import { valueAt } from '../json/walk-json.ts';
import { ofPackage, type Found, type GovernanceRule } from './rule.ts';
import { repositoryAddress } from './repository-address.ts';
import type { PackageSubject } from '../judge/subject.ts';

export const links: GovernanceRule = ofPackage({
  id: 'MOBY-M211',
  name: 'links',
  severity: 'warning',
  waivableBy: 'owner',
  why: 'People follow these addresses from the registry’s page to learn what they install.',
  examples: { fails: '`"homepage": "http://redis.io/"`', passes: '`"homepage": "https://redis.io/"`' },
  clauses: [
    {
      name: 'not-https',
      when: 'a homepage or the repository is no https address',
      *find(subject): Iterable<Found> {
        for (const { at, text } of addressesOf(subject))
          if (hostOf(text) === undefined) yield { at, message: `\`${text}\` is no https address` };
      },
    },
    {
      name: 'repository-host',
      when: 'the repository lies on a host that the policy doesn’t have',
      *find(subject): Iterable<Found> {
        const { repositoryHosts } = subject.policy;
        for (const { at, text } of addressesOf(subject)) {
          const host = hostOf(text);
          if (at[0] === 'repository' && host !== undefined && !repositoryHosts.includes(host))
            yield { at, message: `\`${host}\` is not among the hosts of the policy: ${repositoryHosts.join(', ')}` };
        }
      },
    },
  ],
});

function* addressesOf({ json }: PackageSubject): Iterable<{ readonly at: readonly string[]; readonly text: string }> {
  for (const at of [['homepage'], ['component', 'upstream', 'homepage']]) {
    const text = valueAt(json, at);
    if (typeof text === 'string') yield { at, text };
  }
  const repository = valueAt(json, ['repository']);
  if (repository !== undefined) yield { at: ['repository'], text: repositoryAddress(repository) ?? '' };
}

function hostOf(text: string): string | undefined {
  return URL.canParse(text) && new URL(text).protocol === 'https:' ? new URL(text).host : undefined;
}
