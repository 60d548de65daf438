import { fromNpmVersion, parseVersion } from '@moby/model';
import { ofPackage, type Clause, type GovernanceRule } from './rule.ts';
import type { PackageSubject } from '../judge/subject.ts';

/** What npm’s `semver` reads. */
const maxCharacters = 256;

export const strictSemver: GovernanceRule = ofPackage({
  id: 'MOBY-V501',
  name: 'strict-semver',
  severity: 'error',
  waivableBy: 'nobody',
  why: 'Readers of versions forgive much, each in its own way: `v1.2.3` and `1.2.3` are one version for some and two for others, and what stands behind a plus doesn’t count for any. A version that is published has one spelling, and says which packaging it is.',
  examples: { fails: '`v1.2.3`, `1.0.0+a`, `8.0.200`', passes: '`8.0.201`, `8.1.0-rc1.r1`' },
  clauses: [
    spelled('too-long', `the version has more than ${maxCharacters} characters`, (version) => version.length > maxCharacters),
    spelled('build', 'the version has build metadata behind a plus', (version) => version.includes('+')),
    spelled(
      'form',
      'the version is not written as semver reads it',
      (version) => !version.includes('+') && parseVersion(version) === undefined,
    ),
    spelled(
      'no-revision',
      'the version carries no packaging revision, 1 to 99',
      (version) => parseVersion(version) !== undefined && !version.includes('+') && fromNpmVersion(version) === undefined,
    ),
  ],
});

function spelled(name: string, when: string, isWrong: (version: string) => boolean): Clause<PackageSubject> {
  return {
    name,
    when,
    find: ({ npmVersion }) => {
      if (npmVersion === undefined || !isWrong(npmVersion) || (name === 'form' && npmVersion.length > maxCharacters)) return [];
      return [
        {
          at: ['version'],
          message: `\`${npmVersion.slice(0, maxCharacters)}\`: ${when}`,
          help: 'upstream’s version with patch × 100 + the revision for its patch, as `8.0.203`; a prerelease appends `.r3`',
        },
      ];
    },
  };
}
