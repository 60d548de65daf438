/**
 * One entry of a payload in normal form 1 (docs/reference/payload-form-1.md): paths without a leading slash, in usr-merged
 * form, sorted by the bytes of their UTF-8; every parent is there before its children. Owners are 0, times are 0.
 */
export type PayloadEntry = PayloadFile | PayloadDirectory | PayloadSymlink;

export interface PayloadFile {
  readonly kind: 'file';
  readonly path: string;
  readonly mode: number;
  /** A view into the payload's tar. */
  readonly bytes: Uint8Array;
}

export interface PayloadDirectory {
  readonly kind: 'directory';
  readonly path: string;
  readonly mode: number;
}

export interface PayloadSymlink {
  readonly kind: 'symlink';
  readonly path: string;
  /** Always 0777. */
  readonly mode: number;
  readonly target: string;
}
