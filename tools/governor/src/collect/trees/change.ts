/** A file that differs between two trees. A rename is a deletion and an addition. */
export type Change = AddedFile | ModifiedFile | DeletedFile;

export interface FileEntry {
  /** As it stands in the tree: `100644`, `100755`, `120000`, `160000`, or something that git never writes. */
  readonly mode: string;
  readonly oid: string;
}

export interface AddedFile extends FileEntry {
  readonly status: 'added';
  /** From the repository's top, with slashes. Bytes that are no UTF-8 stand as `\xff`; a fault of the tree says so too. */
  readonly path: string;
}

export interface ModifiedFile extends FileEntry {
  readonly status: 'modified';
  readonly path: string;
  readonly before: FileEntry;
}

export interface DeletedFile {
  readonly status: 'deleted';
  readonly path: string;
  readonly before: FileEntry;
}

/** What stands at the path afterwards; undefined for nothing. */
export function after(change: Change): FileEntry | undefined {
  return change.status === 'deleted' ? undefined : { mode: change.mode, oid: change.oid };
}

/** As git orders paths: by their bytes. */
export function comparePaths(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
