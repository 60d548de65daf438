import type { ArchiveFaultKind } from '@moby/content/package-archive';
import type { Subject } from '../judge/subject.ts';
import type { Found } from './rule.ts';

/** What findings about the archive as a whole call it. */
export const archiveFile = 'package.tgz';

export function* faultsOfKind({ question }: Subject, kind: ArchiveFaultKind, help: string): Iterable<Found> {
  for (const fault of question.release.archive?.faults ?? [])
    if (fault.kind === kind) yield { file: archiveFile, message: `the archive ${fault.message}`, help };
}
