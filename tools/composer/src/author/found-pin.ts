import type { DebSource, FilesSource, Platform, Source, SourceJson } from '@moby/model';

/** What an archive's signed index says of one package: everything of a pin that is not written by hand. */
export interface FoundPin {
  readonly package: string;
  readonly version: string;
  readonly sha256: string;
  readonly size: number;
  readonly path: string;
  readonly source: string;
  readonly sourceVersion: string;
}

export interface PinQuery {
  readonly suite: string;
  /** The package's name; with `follows`, that of an earlier version. */
  readonly package: string;
  /** Where the name carries a version: the metapackage that leads to the newest one. */
  readonly follows?: string;
  readonly platform: Platform;
}

/**
 * Debian archives as an author asks them: the newest version in a suite, its updates and its security archive, found
 * through InRelease's signature → Packages → sha256. Undefined where the suite has no such package.
 */
export interface PinFinder {
  newest(query: PinQuery): Promise<FoundPin | undefined>;
}

export function pinQuery(source: DebSource, platform: Platform): PinQuery {
  const { suite, package: name, follows } = source;
  return { suite, package: name, ...(follows === undefined ? {} : { follows }), platform };
}

/** Whether the pin in the manifest already is the one that was found. */
export function isPinned(source: DebSource, pin: FoundPin): boolean {
  return source.package === pin.package && source.version === pin.version && source.sha256 === pin.sha256 && source.path === pin.path;
}

export function isDeb(source: Source): source is DebSource {
  return source.kind === 'deb';
}

export function isFiles(source: Source): source is FilesSource {
  return source.kind === 'files';
}

export function isDebJson(source: SourceJson): source is Extract<SourceJson, { readonly kind: 'deb' }> {
  return source.kind === 'deb';
}
