import { fileDigests } from '../judge/file-digests.ts';
import type { PublishedVersion } from '../judge/question.ts';
import type { PackageSubject } from '../judge/subject.ts';
import { differingFiles } from './differing-files.ts';
import { ofPackage, type Found, type GovernanceRule } from './rule.ts';

export const publishedFrozen: GovernanceRule = ofPackage({
  id: 'MOBY-V502',
  name: 'published-frozen',
  severity: 'error',
  waivableBy: 'nobody',
  why: 'Locks name a version and its digest. What was published once under a version is what that version is, for ever, also after it was deleted.',
  examples: { fails: 'another payload under 8.0.201, which is published', passes: 'the same under 8.0.202' },
  clauses: [
    {
      name: 'differs',
      when: 'the version is published, and a file differs from the one published; in a pull request, README and licence apart',
      *find(subject): Iterable<Found> {
        const published = publishedAs(subject);
        if (published?.digests === undefined) return;
        const files = differingFiles(published.digests, fileDigests(subject.question.release.files), subject.question.door);
        if (files.length === 0) return;
        yield {
          at: ['version'],
          message: `${published.npmVersion} was published with another ${files.map((file) => `\`${file}\``).join(', ')}`,
          help: 'make it the next revision',
        };
      },
    },
    {
      name: 'unknown',
      when: 'the version is published, and nobody knows with which files',
      *find(subject): Iterable<Found> {
        const published = publishedAs(subject);
        if (published !== undefined && published.digests === undefined)
          yield {
            at: ['version'],
            severity: 'review',
            message: `${published.npmVersion} was published, and nobody knows with which files`,
          };
      },
    },
  ],
});

function publishedAs({ npmVersion, question }: PackageSubject): PublishedVersion | undefined {
  return question.published.find((one) => one.npmVersion === npmVersion);
}
