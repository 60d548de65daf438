import { textsOf } from '../json/walk-json.ts';
import { ofPackage, type Clause, type Found, type GovernanceRule } from './rule.ts';
import type { PackageSubject } from '../judge/subject.ts';

export const textSafe: GovernanceRule = ofPackage({
  id: 'MOBY-M204',
  name: 'text-safe',
  severity: 'error',
  waivableBy: 'nobody',
  why: 'Texts of a manifest are shown on terminals, in logs and on pages. None of them may turn the text around it, move a cursor, or say something else than what is seen.',
  examples: { fails: 'a description with U+202E, which turns the direction of what follows', passes: 'plain text, also in other scripts' },
  clauses: [
    unsafe('direction', /[\u202a-\u202e\u2066-\u2069]/, 'a mark of direction, U+202A to U+202E or U+2066 to U+2069'),
    // Scripts in `args` have lines, and what is sent under `expect` has lines of the network, which end with CR LF.
    unsafe(
      'control',
      /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]|\r(?!\n)/,
      'a control character other than a tab and the end of a line',
    ),
    unsafe('byte-order-mark', /\ufeff/, 'U+FEFF, which has no width'),
    unsafe('lone-surrogate', /\p{Cs}/u, 'half of a surrogate pair, which is no character'),
  ],
});

function unsafe(name: string, pattern: RegExp, what: string): Clause<PackageSubject> {
  return {
    name,
    when: `a key or text of package.json has ${what}`,
    *find({ json }): Iterable<Found> {
      for (const { at, isKey, text } of textsOf(json)) {
        const character = pattern.exec(text)?.[0];
        if (character === undefined) continue;
        const shown = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
        yield { at, ...(isKey ? { key: true as const } : {}), message: `this text has ${shown}`, help: `take it out: it is ${what}` };
      }
    },
  };
}
