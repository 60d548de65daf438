import type { ArchiveFaultKind } from '@moby/content/package-archive';
import type { Subject } from '../judge/subject.ts';
import { archiveFile, faultsOfKind } from './archive-faults.ts';
import { ofRelease, type Clause, type Found, type GovernanceRule } from './rule.ts';

export const tarEntries: GovernanceRule = ofRelease({
  id: 'MOBY-P701',
  name: 'tar-entries',
  severity: 'error',
  waivableBy: 'nobody',
  why: 'Readers of archives differ: one takes the first of two entries, the next the last, one follows a header that renames, one stops at the end and the other goes on. What is judged has to be what every client unpacks, and nothing of it may lie outside its own folder. Effective paths count, without the first segment, as clients have them.',
  examples: {
    fails: 'a second `package/package.json`, a symbolic link, `package/../x`, `package/Package.json` beside `package/package.json`',
    passes: 'what `npm pack` and `moby-compose component publish` write',
  },
  clauses: [
    fault('not-gzip', 'the archive is no gzip file'),
    fault('gzip-damaged', 'its gzip is cut off, or its sum is wrong'),
    fault('behind-gzip', 'something stands behind its first gzip member: a second one, which some readers see'),
    fault('truncated', 'its tar is cut off, or has no two zero blocks at its end'),
    fault('checksum', 'the checksum of a header is wrong'),
    fault('header', 'a header is not one of POSIX’s ustar, or has a number or a name that readers take differently'),
    fault(
      'extension',
      'a pax header gives an entry another path or size, or says what not every reader knows; a header is global, or one of GNU',
    ),
    fault('behind-end', 'anything but zeros stands behind the end of its tar'),
    fault('link', 'an entry is a symbolic or a hard link'),
    fault('device', 'an entry is a device or a pipe'),
    fault('type', 'an entry is neither a file nor a folder, or a folder with bytes'),
    fault('mode', 'an entry has setuid, setgid or the sticky bit'),
    fault('absolute', 'a path is absolute'),
    fault('dots', 'a path has an empty segment, `.` or `..`'),
    fault('backslash', 'a path has a backslash'),
    fault('characters', 'a path has a character that nobody sees'),
    fault('root', 'a path does not begin with `package/`'),
    fault('not-portable', 'a name is a device on Windows, ends in a dot or a blank, or has a colon'),
    fault('renamed', 'a file is called `.gitignore`, which npm’s client unpacks as `.npmignore`'),
    fault('twice', 'two entries have one path'),
    fault('alike', 'two paths differ in case alone, or in how Unicode spells their letters'),
    fault('below-file', 'a path lies below a file'),
    {
      name: 'unknown',
      when: 'a release came to the registry’s door, and nobody read its archive',
      *find({ question }): Iterable<Found> {
        if (question.door.kind === 'publish' && question.release.archive === undefined)
          yield { file: archiveFile, severity: 'review', message: 'nobody read the archive, so nobody can say what clients unpack' };
      },
    },
  ],
});

function fault(kind: ArchiveFaultKind, when: string): Clause<Subject> {
  return {
    name: kind,
    when,
    find: (subject) => faultsOfKind(subject, kind, 'pack it with `npm pack` or `moby-compose component publish`'),
  };
}
