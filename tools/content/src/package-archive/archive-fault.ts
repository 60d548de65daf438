/** What makes an archive unfit for a package, by what is wrong. */
export const archiveFaultKinds = [
  'not-gzip',
  'gzip-damaged',
  'behind-gzip',
  'too-large',
  'ratio',
  'too-many-entries',
  'truncated',
  'checksum',
  'header',
  'extension',
  'behind-end',
  'link',
  'device',
  'type',
  'mode',
  'absolute',
  'dots',
  'backslash',
  'characters',
  'root',
  'not-portable',
  'renamed',
  'twice',
  'alike',
  'below-file',
] as const;

export type ArchiveFaultKind = (typeof archiveFaultKinds)[number];

export interface ArchiveFault {
  readonly kind: ArchiveFaultKind;
  /** A phrase about the archive: `has bytes behind its end`. Names in it are as the archive has them: escape them. */
  readonly message: string;
}
