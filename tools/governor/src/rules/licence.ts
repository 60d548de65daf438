import { nearest } from '@moby/model';
import { valueAt } from '../json/walk-json.ts';
import { ofPackage, type Clause, type Found, type GovernanceRule } from './rule.ts';
import { maxSpdxDepth, parseSpdxExpression, type SpdxExpression } from './spdx-expression.ts';
import type { PackageSubject } from '../judge/subject.ts';
import type { Policy } from '../judge/policy.ts';

export const licence: GovernanceRule = ofPackage({
  id: 'MOBY-M210',
  name: 'licence',
  severity: 'error',
  waivableBy: 'steward',
  why: 'Every artifact carries notices and passes the payload on. Under which terms has to be said so that programs can read it, and the terms have to allow it.',
  examples: { fails: '`"license": "MIT-ish"`', passes: '`"license": "Apache-2.0 OR MIT"`' },
  clauses: [
    wellFormed('packaging', ['license']),
    wellFormed('payload', ['component', 'upstream', 'license']),
    admitted('packaging', ['license']),
    admitted('payload', ['component', 'upstream', 'license']),
  ],
});

type Part = 'packaging' | 'payload';

function wellFormed(part: Part, at: readonly string[]): Clause<PackageSubject> {
  return {
    name: `${part}-expression`,
    when: `\`${at.join('.')}\` is no SPDX expression`,
    *find({ json, policy }): Iterable<Found> {
      const text = valueAt(json, at);
      if (typeof text !== 'string' || read(text, policy, part) !== undefined) return;
      yield { at, message: `\`${text}\` is no SPDX expression`, help: helpFor(text, policy.licenses[part]) };
    },
  };
}

function helpFor(text: string, licenses: readonly string[]): string {
  if (text.split('(').length - 1 > maxSpdxDepth) return `write it with fewer brackets: at most ${maxSpdxDepth} stand within each other`;
  const meant = nearest(text, licenses);
  return meant === undefined
    ? 'https://spdx.org/licenses has the identifiers; `LicenseRef-…` stands for what has none'
    : `did you mean \`${meant}\`?`;
}

function admitted(part: Part, at: readonly string[]): Clause<PackageSubject> {
  return {
    name: `${part}-policy`,
    when: `\`${at.join('.')}\` can’t be met by licences that the policy has for the ${part}: one of those joined by OR, all of those joined by AND`,
    *find({ json, policy }): Iterable<Found> {
      const text = valueAt(json, at);
      const expression = typeof text === 'string' ? read(text, policy, part) : undefined;
      const missing = expression === undefined ? [] : unmet(expression, policy.licenses, part);
      if (missing.length === 0) return;
      const names = missing.map((name) => `\`${name}\``).join(', ');
      yield {
        at,
        message: `${names} ${missing.length === 1 ? 'is' : 'are'} not among the licences of the policy for the ${part}`,
        help: 'ask a steward, who may add a licence to the policy',
      };
    },
  };
}

function read(text: string, { licenses }: Policy, part: Part): SpdxExpression | undefined {
  return parseSpdxExpression(text, { licenses: licenses[part], exceptions: licenses.exceptions });
}

/** What stands in the way: nothing where the expression can be met. */
function unmet(expression: SpdxExpression, licenses: Policy['licenses'], part: Part): readonly string[] {
  if (expression.kind !== 'license') {
    const missing = expression.parts.map((one) => unmet(one, licenses, part));
    return expression.kind === 'or' && missing.some((names) => names.length === 0) ? [] : [...new Set(missing.flat())];
  }
  const { license, exception } = expression;
  const isAdmitted = licenses[part].includes(license.replace(/\+$/, '')) || licenses[part].includes(license);
  return [...(isAdmitted ? [] : [license]), ...(exception === undefined || licenses.exceptions.includes(exception) ? [] : [exception])];
}
