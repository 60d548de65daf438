import { isOfLine, lineOf } from '../judge/baseline.ts';
import { ofComponent, type Found, type GovernanceRule } from './rule.ts';

export const undecidable: GovernanceRule = ofComponent({
  id: 'MOBY-V511',
  name: 'undecidable',
  severity: 'review',
  waivableBy: 'steward',
  why: 'What can’t be compared may hide a break. It is never taken for a patch: a person looks.',
  examples: { fails: 'a library whose symbols nobody has read', passes: 'facts and symbols of both releases' },
  clauses: [
    {
      name: 'baseline',
      when: 'nobody has written down what the release before says of itself',
      *find({ baseline, manifest, question }): Iterable<Found> {
        if (baseline !== undefined && baseline.contents === undefined && isOfLine(baseline, lineOf(question, manifest.version)))
          yield { at: ['version'], message: `nobody knows what ${baseline.version} says of itself, so nobody can say which bump this is` };
      },
    },
    {
      name: 'facts',
      when: 'a part of one of the releases wasn’t read: facts, symbols of a library, files of its own',
      *find({ comparison }): Iterable<Found> {
        if (comparison?.isSameLine !== true) return;
        for (const sentence of comparison.unknown)
          yield { at: ['version'], message: `this can’t be compared with ${comparison.baseline.version}: ${sentence}` };
      },
    },
  ],
});
