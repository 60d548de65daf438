import type { ArchiveFaultKind } from '@moby/content/package-archive';
import type { Subject } from '../judge/subject.ts';
import { faultsOfKind } from './archive-faults.ts';
import { ofRelease, type Clause, type Found, type GovernanceRule } from './rule.ts';

const remedy = 'what is large belongs to a package that the payload pins';

const ofReleases: GovernanceRule = ofRelease({
  id: 'MOBY-P702',
  name: 'bomb',
  severity: 'error',
  waivableBy: 'nobody',
  why: 'An archive is unpacked by everybody who installs it, and by this registry before anybody has judged it. Reading stops where one of the limits is passed.',
  examples: { fails: '194 KB that unpack to 200 MB', passes: '2 MB that unpack to 6 MB' },
  clauses: [
    limit('too-large', 'the archive unpacks to more than 64 MiB'),
    limit('ratio', 'the archive unpacks to more than 1 MiB, and to more than 100 times its size'),
    limit('too-many-entries', 'the archive has more than 10,000 entries'),
  ],
});

export const bomb: GovernanceRule = {
  ...ofReleases,
  change: [
    {
      name: 'line',
      when: 'a line of the merge has more files, or more bytes, than a package may hold',
      *find({ unpackable }): Iterable<Found> {
        for (const [folder, message] of unpackable)
          yield { repositoryFile: `${folder}/package.json`, component: folder.slice('components/'.length), message, help: remedy };
      },
    },
  ],
};

function limit(kind: ArchiveFaultKind, when: string): Clause<Subject> {
  return { name: kind, when, find: (subject) => faultsOfKind(subject, kind, remedy) };
}
