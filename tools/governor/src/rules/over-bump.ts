import { compareBumps } from '../changes/change-kind.ts';
import { isOwnWork } from './is-own-work.ts';
import { ofComponent, type Found, type GovernanceRule } from './rule.ts';

export const overBump: GovernanceRule = ofComponent({
  id: 'MOBY-V507',
  name: 'over-bump',
  severity: 'hint',
  waivableBy: 'owner',
  why: 'A version that announces more than there is has everybody look for what changed. How far upstream’s version moves is upstream’s choice; whether there is a new revision, and the version of what is made of the component’s own files alone, is ours.',
  examples: { fails: 'a revision in which nothing changed; a new minor version for a comment', passes: 'a revision with another payload' },
  clauses: [
    {
      name: 'nothing-changed',
      when: 'only the version is another, and upstream’s is the same or our own choice',
      *find({ comparison, manifest }): Iterable<Found> {
        if (comparison === undefined || comparison.required !== 'none') return;
        if (isOwnWork(manifest) || manifest.upstream.version === comparison.baseline.contents?.manifest.upstream.version)
          yield {
            at: ['version'],
            message: `nothing that others could see is another than in ${comparison.baseline.version}`,
            help: 'leave it out',
          };
      },
    },
    {
      name: 'own-version',
      when: 'the version of a component of its own files alone announces more than changed',
      *find({ comparison, manifest }): Iterable<Found> {
        if (comparison === undefined || comparison.required === 'none' || !isOwnWork(manifest)) return;
        const { baseline, declared, required } = comparison;
        if (compareBumps(declared, required) > 0)
          yield {
            at: ['version'],
            message: `${manifest.version} after ${baseline.version} is ${declared}, and what changed is a ${required}`,
          };
      },
    },
  ],
});
