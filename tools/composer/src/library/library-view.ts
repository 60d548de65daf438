import type { Registry } from '@moby/model';
import type { OwnComponent } from '../parse/own-components.ts';

/** A library that lies in no folder: its files by their paths from its top, with slashes, and its components. */
export interface LibraryView {
  /** A regular file; undefined where there is none. Throws `limit` where it is larger. */
  readonly file: (path: string, maxBytes: number) => Promise<Uint8Array | undefined>;
  readonly registry: Registry;
  /** The component in a folder below an assembly. Throws `not-found` and `invalid-input`. */
  readonly ownComponent: (folder: string) => Promise<OwnComponent>;
}
