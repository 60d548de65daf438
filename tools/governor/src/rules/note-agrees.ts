import { ofComponent, type Found, type GovernanceRule } from './rule.ts';

export const noteAgrees: GovernanceRule = ofComponent({
  id: 'MOBY-V510',
  name: 'note-agrees',
  severity: 'error',
  waivableBy: 'nobody',
  why: 'People read the note and programs the version: both have to say the same of a release.',
  examples: { fails: 'a plan that calls the release a patch, and a new minor version', passes: 'a plan and a version that agree' },
  clauses: [
    {
      name: 'differs',
      when: 'a note or a plan of releases names another bump than the version makes',
      *find({ comparison, manifest, question }): Iterable<Found> {
        const { plan } = question.release;
        if (plan === undefined || comparison === undefined || plan.bump === comparison.declared) return;
        const { baseline, declared } = comparison;
        yield {
          at: ['version'],
          message: `\`${plan.file}\` calls it ${plan.bump}, and ${manifest.version} after ${baseline.version} is ${declared}`,
          help: 'change one of the two',
        };
      },
    },
  ],
});
