import { isCapability, parseRange, isWithin } from '@moby/model';
import { changedLines } from '../library/changed-lines.ts';
import { ofChange, type Found, type GovernanceRule } from './rule.ts';

export const rangeShape: GovernanceRule = ofChange({
  id: 'MOBY-C602',
  name: 'range-shape',
  severity: 'error',
  waivableBy: 'owner',
  why: 'A range says what somebody has thought of. `*` admits what was never tried, and what was given up years ago; a range with an open end, as `>=1.7.29`, is what a security advisory says. What a component asked for before it may go on asking for. A tag, an address or a file is no range at all: MOBY-M201 refuses it.',
  examples: { fails: '`"requires": {"tini": "*"}`', passes: '`"requires": {"tini": ">=0.19"}`' },
  change: [
    {
      name: 'any-version',
      when: 'a line comes to require a component in any version',
      *find({ library, touched }): Iterable<Found> {
        for (const { component, file, after, known } of changedLines(library, touched)) {
          for (const [need, range] of [...Object.entries(after.requires), ...Object.entries(after.recommends)]) {
            if (isCapability(need) || !admitsAll(range)) continue;
            if (known.some(({ requires, recommends }) => admitsAll(requires[need] ?? recommends[need] ?? '0.0.0'))) continue;
            yield {
              repositoryFile: file,
              component,
              message: `\`${need}\` is asked for in any version`,
              help: `say from which version on it is known to do, as \`${need}\`: \`>=…\``,
            };
          }
        }
      },
    },
  ],
});

/** `*`, `x`, an empty range, and `>=0.0.0`: the same in other words. */
function admitsAll(range: string): boolean {
  const [parsed, all] = [parseRange(range), parseRange('*')];
  return parsed !== undefined && all !== undefined && isWithin(all, parsed);
}
