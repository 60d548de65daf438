import { valueAt } from '../json/walk-json.ts';
import { ofRelease, type Clause, type Found, type GovernanceRule } from './rule.ts';
import type { Subject } from '../judge/subject.ts';
import type { Policy } from '../judge/policy.ts';

export const schemaVersion: GovernanceRule = ofRelease({
  id: 'MOBY-M202',
  name: 'schema-version',
  severity: 'error',
  waivableBy: 'nobody',
  why: 'A form has a number that never changes its meaning. What is written in a form that this registry doesn’t know, it can’t judge.',
  examples: { fails: '`"form": 7`', passes: '`"form": 1`' },
  clauses: [
    numbered('payload', { file: 'package.json', at: ['component', 'payload', 'form'] }),
    numbered('facts', { file: 'facts.json', at: ['facts'] }),
    numbered('symbols', { file: 'symbols.json', at: ['symbols'] }),
    { ...numbered('symbols', { file: 'kernel-symbols.json', at: ['symbols'] }), name: 'kernel-symbols' },
  ],
});

function numbered(form: keyof Policy['forms'], place: { readonly file: string; readonly at: readonly string[] }): Clause<Subject> {
  const { file, at } = place;
  return {
    name: form,
    when: `\`${at.join('.')}\` of ${file} is a number that the policy doesn’t have`,
    *find({ jsonFiles, policy }): Iterable<Found> {
      const value = valueAt(jsonFiles.get(file)?.document?.value, at);
      const known = policy.forms[form];
      if (typeof value !== 'number' || known.includes(value)) return;
      const message = `\`${at.join('.')}\` of \`${file}\` is ${value}; known here: ${known.join(', ')}`;
      // Beside package.json the whole file is meant: nothing in it can be read.
      yield {
        ...(file === 'package.json' ? { at } : { file }),
        message,
        help: 'write it with a version of moby-compose that this registry knows',
      };
    },
  };
}
