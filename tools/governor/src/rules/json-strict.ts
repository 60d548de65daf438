import type { JsonFileFault, Subject } from '../judge/subject.ts';
import { ofRelease, type Clause, type Found, type GovernanceRule } from './rule.ts';

export const jsonStrict: GovernanceRule = ofRelease({
  id: 'MOBY-S104',
  name: 'json-strict',
  severity: 'error',
  waivableBy: 'nobody',
  why: 'Readers of JSON differ in what they make of a key that stands twice, of a byte order mark, of numbers that no double holds. What the registry judged has to be what everybody reads.',
  examples: { fails: '`{"a": 1, "a": 2}`', passes: '`{"a": 1}`' },
  clauses: [
    clause('syntax', 'package.json, facts.json, symbols.json or kernel-symbols.json is not JSON'),
    clause('duplicate-key', 'a key stands twice in one object'),
    clause('too-deep', 'values are nested more than 32 deep'),
    clause('inexact-number', 'a number is not written as it is read: `1.0`, `1e3`, more digits than a double has'),
    clause(
      'too-large',
      'package.json has more than 256 KiB, facts.json or symbols.json more than 8 MiB, kernel-symbols.json more than 16 MiB',
    ),
    clause('not-utf8', 'the bytes are not UTF-8'),
    clause('byte-order-mark', 'the file begins with a byte order mark'),
  ],
});

function clause(kind: JsonFileFault['kind'], when: string): Clause<Subject> {
  return {
    name: kind,
    when,
    *find({ jsonFiles }): Iterable<Found> {
      for (const [file, { faults }] of jsonFiles) {
        for (const fault of faults) {
          if (fault.kind !== kind) continue;
          const { offset } = fault;
          yield { file, ...(offset === undefined ? {} : { offset }), message: `\`${file}\`: ${fault.message}` };
        }
      }
    },
  };
}
