/** A package's archive as its clients see it: every entry, and what is wrong with its outer form. */
export interface Archive {
  readonly entries: readonly ArchiveEntry[];
  readonly faults: readonly ArchiveFault[];
}

export interface ArchiveEntry {
  /** As it stands in the header, prefix and name together. */
  readonly path: string;
  /** The type flag: `0` a file, `5` a folder, `1` and `2` links, `3`, `4`, `6` devices and pipes. */
  readonly type: string;
  readonly mode: number;
  readonly sizeBytes: number;
  /** Keys of a pax extended header before it. */
  readonly pax: readonly string[];
}

export interface ArchiveFault {
  readonly kind: 'form' | 'bomb';
  /** A phrase about the archive: `has a second gzip member`. */
  readonly message: string;
}
