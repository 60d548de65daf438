import { canonicalJson } from '@moby/model';
import { policyFile } from '../judge/policy-file.ts';
import type { ChangedComponent, ChangeSubject } from '../review/change-subject.ts';
import { ofChange, type Found, type GovernanceRule } from './rule.ts';

/** What npm calls a component, on either side. */
function packagesOf({ policy }: ChangeSubject, { name, before, after }: ChangedComponent): readonly string[] {
  const lines = [...(before?.lines.values() ?? []), ...(after?.lines.values() ?? [])];
  return [`${policy.scopes[0]}/${name}`, ...lines.flatMap((line) => line.name ?? [])];
}

export const selfWaiver: GovernanceRule = ofChange({
  id: 'MOBY-O406',
  name: 'self-waiver',
  severity: 'error',
  waivableBy: 'nobody',
  why: 'A waiver is somebody’s decision about somebody else’s change. It is merged before the change that needs it, by whoever may decide it.',
  examples: {
    fails: 'a pull request that changes redis, and waives a rule for it',
    passes: 'the waiver by a pull request of its own, before',
  },
  change: [
    {
      name: 'own',
      when: 'a pull request adds a waiver about a component that it changes too',
      *find(subject): Iterable<Found> {
        const { policy, policyAfter, components } = subject;
        if (policyAfter?.ok !== true) return;
        const known = new Set(policy.waivers.map((waiver) => canonicalJson(waiver)));
        const own = new Set(components.flatMap((component) => packagesOf(subject, component)));
        for (const waiver of policyAfter.value.waivers)
          if (!known.has(canonicalJson(waiver)) && own.has(waiver.package))
            yield {
              repositoryFile: policyFile,
              message: `this waives ${waiver.rule} for \`${waiver.package}\`, which it changes itself`,
              help: 'let the waiver be decided by a pull request of its own; it counts from its merge on',
            };
      },
    },
  ],
});
