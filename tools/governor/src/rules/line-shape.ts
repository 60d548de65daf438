import { ofRelease, type Found, type GovernanceRule } from './rule.ts';
import type { LineForm } from '../judge/policy.ts';

const number = '(?:0|[1-9][0-9]{0,8})';
const forms: Readonly<Record<LineForm, RegExp>> = {
  N: new RegExp(`^${number}$`),
  'N.M': new RegExp(`^${number}\\.${number}$`),
  'N.M.P': new RegExp(`^${number}\\.${number}\\.${number}$`),
};

export const lineShape: GovernanceRule = ofRelease({
  id: 'MOBY-N307',
  name: 'line-shape',
  severity: 'error',
  waivableBy: 'nobody',
  why: 'A line’s name says which versions it holds: the first numbers of them.',
  examples: { fails: '`v2`, `02`, `2.x`', passes: '`2`, `2.1`, `1.5.7`' },
  clauses: [
    {
      name: 'form',
      when: 'the line is not called `N`, `N.M` or `N.M.P` without leading zeros, as the policy has it',
      *find({ question, policy }): Iterable<Found> {
        const { line } = question.release;
        if (line !== undefined && !isLine(line, policy.lineForms))
          yield { message: `\`${line}\` is no line: ${policy.lineForms.map((form) => `\`${form}\``).join(', ')}` };
      },
    },
    {
      name: 'unknown',
      when: 'nobody said which line the release belongs to',
      *find({ question }): Iterable<Found> {
        if (question.release.line === undefined)
          yield {
            severity: 'review',
            message: 'nobody said which line this release belongs to',
            help: 'name it as a tag: `npm publish --tag line-8.0`',
          };
      },
    },
  ],
});

export function isLine(line: string, admitted: readonly LineForm[]): boolean {
  return admitted.some((form) => forms[form].test(line));
}
