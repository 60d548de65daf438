import { compareVersions, isPrerelease } from '@moby/model';
import { publishedInLine } from '../judge/baseline.ts';
import { ofComponent, type Found, type GovernanceRule } from './rule.ts';

export const monotonic: GovernanceRule = ofComponent({
  id: 'MOBY-V504',
  name: 'monotonic',
  severity: 'error',
  waivableBy: 'steward',
  why: 'Who follows a line takes its greatest version. A release below it reaches nobody, and looks as if it did.',
  examples: { fails: '8.0.2+r3 after 8.0.5+r1, in the line 8.0', passes: '7.0.15+r2 after 8.0.5+r1, in the line 7.0' },
  clauses: [
    {
      name: 'lower',
      when: 'the version is below the greatest that was published in its line, yanked and deleted ones included, prereleases apart',
      *find({ manifest, question }): Iterable<Found> {
        const { version } = manifest;
        // Of a version that was published MOBY-V502 says what may come once more.
        if (question.published.some((one) => compareVersions(one.version, version) === 0)) return;
        const greatest = publishedInLine(question, version).find((one) => !isPrerelease(one.version));
        if (greatest !== undefined && compareVersions(version, greatest.version) < 0)
          yield {
            at: ['version'],
            message: `${version} is below ${greatest.version}, which is published in its line`,
            help: 'raise the version, or say which line it belongs to',
          };
      },
    },
  ],
});
