import { fileDigests } from '../judge/file-digests.ts';
import { differingFiles } from './differing-files.ts';
import { ofPackage, type Found, type GovernanceRule } from './rule.ts';

export const bumpRequired: GovernanceRule = ofPackage({
  id: 'MOBY-V503',
  name: 'bump-required',
  severity: 'error',
  waivableBy: 'owner',
  why: 'Whoever built the version of the repository and whoever builds it after the change would hold two different things of one name.',
  examples: { fails: 'a new payload in a pull request, still 8.0.201', passes: 'the same as 8.0.202; another README' },
  clauses: [
    {
      name: 'same-version',
      when: 'a pull request leaves the version as it is, not published yet, and changes a file, README and licence apart',
      *find({ question, npmVersion }): Iterable<Found> {
        const { door, release, published } = question;
        if (door.kind !== 'review' || door.base === undefined || door.base.npmVersion !== npmVersion) return;
        if (published.some((one) => one.npmVersion === npmVersion)) return;
        const files = differingFiles(door.base.digests, fileDigests(release.files), door);
        if (files.length > 0)
          yield {
            at: ['version'],
            message: `${npmVersion} is in the repository with another ${files.map((file) => `\`${file}\``).join(', ')}`,
            help: 'make it the next revision',
          };
      },
    },
  ],
});
