import { isAbout, type Waiver } from '../judge/waiver.ts';
import { policyFile } from '../judge/policy-file.ts';
import type { PackageSubject } from '../judge/subject.ts';
import type { ChangedComponent } from '../review/change-subject.ts';
import { ofPackage, type Found, type GovernanceRule } from './rule.ts';

/** Waivers about the release that end on a day. */
function ending({ name, npmVersion, policy }: PackageSubject): readonly (Waiver & { readonly until: string })[] {
  return policy.waivers.flatMap((waiver) =>
    waiver.until !== undefined && isAbout(waiver, { name, npmVersion }) ? [{ ...waiver, until: waiver.until }] : [],
  );
}

export const waiverState: GovernanceRule = {
  ...ofPackage({
    id: 'MOBY-R904',
    name: 'waiver-state',
    severity: 'error',
    waivableBy: 'nobody',
    why: 'A waiver is for a while. One that is over counts for nothing, and says to whoever reads the policy that something is decided that isn’t. Who publishes can’t change the policy, so at the registry’s door it is a warning.',
    examples: { fails: '`until` was last week; `version` is one that was replaced', passes: '`until` is today' },
    clauses: [
      {
        name: 'over',
        when: 'the policy has a waiver about the release whose last day has passed',
        *find(subject): Iterable<Found> {
          const { today, door } = subject.question;
          if (today === undefined) return;
          for (const { rule, until } of ending(subject)) {
            if (today <= until) continue;
            yield {
              repositoryFile: policyFile,
              ...(door.kind === 'publish' ? { severity: 'warning' as const } : {}),
              message: `the waiver of ${rule} ended on ${until}`,
              help: 'take it out, or have it decided anew',
            };
          }
        },
      },
      {
        name: 'unknown-day',
        when: 'the policy has a waiver about the release with a last day, and nobody said which day it is',
        *find(subject): Iterable<Found> {
          if (subject.question.today !== undefined) return;
          for (const { rule, until } of ending(subject))
            yield {
              repositoryFile: policyFile,
              severity: 'review',
              message: `the waiver of ${rule} ends on ${until}, and nobody said which day it is`,
            };
        },
      },
    ],
  }),
  change: [
    {
      name: 'idle',
      when: 'the policy has a waiver about a component that is touched, and no line of it has the version that the waiver names any more',
      *find({ policy, components }): Iterable<Found> {
        for (const component of components)
          for (const { rule, package: name, version } of policy.waivers) {
            if (version === undefined || !namesOf(component, policy.scopes[0]).has(name) || hasVersion(component, version)) continue;
            yield {
              component: component.name,
              repositoryFile: policyFile,
              severity: 'warning',
              message: `the waiver of ${rule} is for ${version} of \`${name}\`, and no line of it has that version any more`,
              help: 'take it out, by a pull request of its own',
            };
          }
      },
    },
  ],
};

/** What npm calls a component, as its lines say it after the merge. */
function namesOf({ name, after }: ChangedComponent, scope: string | undefined): ReadonlySet<string> {
  return new Set([`${scope}/${name}`, ...[...(after?.lines.values() ?? [])].flatMap((line) => line.name ?? [])]);
}

function hasVersion({ after }: ChangedComponent, version: string): boolean {
  return [...(after?.lines.values() ?? [])].some(({ npmVersion }) => npmVersion === version);
}
