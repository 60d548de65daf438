import type { DebSource } from '@moby/model';
import type { DebianPackage } from './packages-index.ts';

/** The pin of what the index has now, for a source that is rewritten: all else of the source stays. */
export function pinPackage(found: DebianPackage, rest: Pick<DebSource, 'suite' | 'keep' | 'follows'>): DebSource {
  return {
    kind: 'deb',
    package: found.package,
    ...(rest.follows === undefined ? {} : { follows: rest.follows }),
    suite: rest.suite,
    version: found.version,
    sha256: found.sha256,
    size: found.size,
    path: found.path,
    source: found.source,
    sourceVersion: found.sourceVersion,
    keep: rest.keep,
  };
}
