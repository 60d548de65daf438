import type { ComponentKind } from '@moby/model';
import type { State } from '../lifecycle/lifecycle.ts';

/** The components of a library, on one side of a merge. */
export interface LibrarySide {
  /** By the names of their folders, sorted. */
  readonly components: ReadonlyMap<string, LibraryComponent>;
  /** Capability → the components that offer it in some version. */
  readonly providers: ReadonlyMap<string, readonly string[]>;
}

/** A component, as far as others have to do with it; small, and plain JSON. */
export interface LibraryComponent {
  /** Missing where no OWNERS.yaml says it for certain. */
  readonly lifecycle?: State;
  readonly lines: readonly LibraryLine[];
}

export interface LibraryLine {
  /** The folder's name, as `8.0`. */
  readonly line: string;
  /** The oid of its package.json; missing where it has none. */
  readonly manifest?: string;
  /** Missing where its manifest can't be read, or is another component's. */
  readonly says?: LineWords;
}

/** What a manifest says to others. */
export interface LineWords {
  readonly version: string;
  /** npm's name, as `@moby/redis`. */
  readonly npmName: string;
  readonly kind: ComponentKind;
  /** Capability → version or window. */
  readonly provides: Readonly<Record<string, string>>;
  /** Component or capability → range. */
  readonly requires: Readonly<Record<string, string>>;
  readonly recommends: Readonly<Record<string, string>>;
  readonly conflicts: Readonly<Record<string, string>>;
  readonly exclusive: readonly string[];
  /** Components and capabilities that a resolution looks for once it has read the manifest. */
  readonly needs: readonly string[];
}
