import { ofComponent, type Found, type GovernanceRule } from './rule.ts';

/** A comparator's version with a prerelease: `2.0.0-rc1`. */
const prerelease = /\d\.\d+-[0-9A-Za-z]/;

export const prereleaseDep: GovernanceRule = ofComponent({
  id: 'MOBY-V509',
  name: 'prerelease-dep',
  severity: 'error',
  waivableBy: 'owner',
  why: 'A prerelease is never chosen unless a range names one. A release that does brings it to everybody who takes the release. (No manifest describes a prerelease itself: a mapping of upstream’s versions has none.)',
  examples: { fails: '`"glibc": ">=2.44.0-rc1"`', passes: '`"glibc": "^2.43"`' },
  clauses: [
    {
      name: 'named',
      when: 'a requirement’s range names a prerelease',
      *find({ manifest, manifestJson }): Iterable<Found> {
        for (const name of Object.keys(manifestJson.component.requires ?? {})) {
          const range = manifest.requires[name]?.range;
          if (range !== undefined && prerelease.test(range))
            yield {
              at: ['component', 'requires', name],
              message: `${manifest.version} is no prerelease, and requires \`${name} ${range}\``,
            };
        }
      },
    },
  ],
});
