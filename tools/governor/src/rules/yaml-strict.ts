import type { ChangeSubject } from '../review/change-subject.ts';
import { ofChange, type Clause, type Found, type GovernanceRule } from './rule.ts';

/** Of what the reader of YAML says, what is about its form; the rest is about what it means (MOBY-M201). */
export const yamlFormCodes: ReadonlySet<string> = new Set(['syntax', 'duplicate-key', 'too-deep', 'too-large', 'not-utf8']);

export const yamlStrict: GovernanceRule = ofChange({
  id: 'MOBY-S105',
  name: 'yaml-strict',
  severity: 'error',
  waivableBy: 'nobody',
  why: 'Readers of YAML differ in what they make of directives, tags, aliases, keys that are no texts, and a key that stands twice. What was looked at has to be what every reader reads.',
  examples: { fails: '`a: &x 1`', passes: '`a: 1`' },
  change: [
    clause(
      'syntax',
      'OWNERS.yaml, assembly.yaml, docs/governance/policy.yaml or lifecycle.yaml is not YAML, or not plain: a directive, a second document, an anchor, an alias, a tag, a key that is no text or `<<`',
    ),
    clause('duplicate-key', 'a key stands twice in one map'),
    clause('too-deep', 'values are nested more than 32 deep'),
    clause('too-large', 'the file has more than 64 KiB'),
    clause('not-utf8', 'the bytes are not UTF-8'),
  ],
});

function clause(code: string, when: string): Clause<ChangeSubject> {
  return {
    name: code,
    when,
    *find({ files }): Iterable<Found> {
      for (const [path, { faults = [] }] of files)
        for (const { code: own, message, place } of faults)
          if (own === code) yield { repositoryFile: path, ...(place === undefined ? {} : { place }), message };
    },
  };
}
