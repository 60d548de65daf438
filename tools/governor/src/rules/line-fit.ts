import { isInLine } from '@moby/model';
import { isLine } from './line-shape.ts';
import { ofComponent, type Found, type GovernanceRule } from './rule.ts';

export const lineFit: GovernanceRule = ofComponent({
  id: 'MOBY-V512',
  name: 'line-fit',
  severity: 'error',
  waivableBy: 'nobody',
  why: 'A line’s name is a promise which versions it holds; assemblies ask for it as `8.0`. Upstream’s version is held to the same by MOBY-M205.',
  examples: { fails: '8.2.0+r1 in the line 8.0', passes: '8.0.2+r1 in the line 8.0' },
  clauses: [
    {
      name: 'outside',
      when: 'the version doesn’t begin with the numbers of its line',
      *find({ manifest, question, policy }): Iterable<Found> {
        const { line } = question.release;
        if (line !== undefined && isLine(line, policy.lineForms) && !isInLine(manifest.version, line))
          yield {
            at: ['version'],
            message: `${manifest.version} is not of the line ${line}`,
            help: 'open a line for it: a folder beside this one, and `--tag line-N.M` where npm publishes',
          };
      },
    },
  ],
});
