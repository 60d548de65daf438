import type { Digest, Facts, KernelSymbolsFile, Manifest, Platform, Symbols, Version } from '@moby/model';
import type { Bump } from '@moby/abi';
import type { PackageArchive } from '@moby/content/package-archive';
import type { State } from '../lifecycle/lifecycle.ts';
import type { Policy } from './policy.ts';

/** Everything that `judge` may know. What is missing here is missing: rules never ask the world. */
export interface Question {
  readonly door: Door;
  readonly release: Release;
  /** What was ever published under the package's name, also what was deleted since. */
  readonly published: readonly PublishedVersion[];
  readonly names: KnownNames;
  /** OWNERS.yaml of the base, never of the release; missing where there is none yet. */
  readonly owners?: Owners;
  /** Who publishes; missing where nobody is known. */
  readonly publisher?: Publisher;
  /** The publisher's signed statement about exactly this release; missing where none came along. */
  readonly signature?: ReleaseSignature | undefined;
  /** What the project has decided; `defaultPolicy` where it is missing. */
  readonly policy?: Policy;
  /** The day, as `2027-01-31`: rules have no clock. Missing where nobody told it; then what ends on a day has ended. */
  readonly today?: string;
  readonly payload: PayloadProof;
}

/** Where the release wants to come in. */
export type Door =
  | { readonly kind: 'publish' }
  /** A pull request. `base`: what the line holds on the side that is merged into; missing for a new line. */
  | { readonly kind: 'review'; readonly base?: LineContents };

/** One line of a component in a tree of the repository. */
export interface LineContents {
  /** npm's version there. */
  readonly npmVersion: string;
  /** sha256 in hex of what would be packed, by path. */
  readonly digests: Readonly<Record<string, string>>;
}

export interface Release {
  /** What stands before the paths in findings: nothing, or `components/redis/8.0/`. */
  readonly label: string;
  /** The package's files as they are packed, without the archive's own first folder. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** What is wrong with the archive that the files came in (`readPackageArchive`); missing for a folder of the repository. */
  readonly archive?: Pick<PackageArchive, 'faults'>;
  /** The line that it belongs to, as `8.0`: the folder's name, or what the publisher says. */
  readonly line?: string;
  /** The version document that was sent along with the archive. */
  readonly announced?: unknown;
  /** What a note or a plan of releases says of it. */
  readonly plan?: { readonly file: string; readonly bump: Bump };
}

export interface PublishedVersion {
  readonly npmVersion: string;
  readonly version: Version;
  /** Missing where nobody has written it down: then the version itself tells. */
  readonly line?: string;
  readonly state: 'active' | 'deprecated' | 'yanked' | 'deleted';
  /** sha256 in hex of its files, by path. Of the release's own version, where it is here already, MOBY-V502 needs them. */
  readonly digests?: Readonly<Record<string, string>>;
  /** What it says of itself; needed of the one that the release is compared with (`findBaseline`). */
  readonly contents?: ReleaseContents;
}

/** What a package says of itself, read. */
export interface ReleaseContents {
  readonly manifest: Manifest;
  readonly facts?: Facts;
  readonly symbols?: Symbols;
  readonly kernelSymbols?: KernelSymbolsFile;
}

export interface KnownNames {
  /** Names of all components with their scopes, also of retired ones. */
  readonly components: readonly string[];
  /** Names that were given up and stay taken. */
  readonly tombstones: readonly string[];
  /** Names on public indexes, as they were recorded; missing where nothing was. */
  readonly publicNames?: readonly string[];
}

export interface Owners {
  readonly lifecycle: State;
  /** Their user names at the registry, `registry` of OWNERS.yaml; empty where it names none. */
  readonly maintainers: readonly string[];
  /** Everybody whom it names, users of the registry or not; missing where nobody has read them. */
  readonly people?: readonly Answerer[];
  /** Public keys that releases are signed with, of all of them; missing where nobody has read them. */
  readonly keys?: readonly string[];
  /** Oldest first. */
  readonly history?: readonly HistoryEntry[];
  /** Where its parts stand. */
  readonly places?: Readonly<Partial<Record<OwnersPart, PlaceInFile>>>;
}

export type OwnersPart = 'lifecycle' | 'maintainers' | 'history';

export interface PlaceInFile {
  readonly line: number;
  readonly column: number;
}

export interface Answerer {
  readonly name: string;
  /** Their number at the forge, or the team's; nobody is known by a name there, which may pass to others. */
  readonly id?: number;
  readonly github?: string;
  /** Their user name at the registry. */
  readonly registry?: string;
  readonly organisation?: string;
  /** Several people. */
  readonly team?: true;
  /** Where they stand in the file. */
  readonly place?: PlaceInFile;
}

/** One change of a component's state. */
export interface HistoryEntry {
  /** Missing in the first entry of a new component. */
  readonly from?: State;
  readonly to: State;
  /** The pull request. */
  readonly change: string | number;
  /** Who asked for it. */
  readonly actor: string | number;
  readonly date: string;
  readonly evidence?: string;
  readonly reason?: string;
}

/** What verifying a statement gave. */
export interface ReleaseSignature {
  /** As `SHA256:…`. */
  readonly keyid: string;
  /** The signature is the key's, and the statement is about the bytes of this release. */
  readonly verified: boolean;
  /** The key is one of a maintainer's `keys` in OWNERS.yaml. */
  readonly byMaintainer: boolean;
  /** Why it isn't verified. */
  readonly why?: string;
}

export interface Publisher {
  /** The user name at the registry. */
  readonly id: string;
  readonly role: 'contributor' | 'maintainer' | 'steward' | 'security-team' | 'bot';
}

/** What deriving the payloads from their sources gave, where somebody did. */
export type PayloadProof =
  | {
      readonly kind: 'proven';
      /** What the sources give, by platform. */
      readonly payloads: Readonly<Partial<Record<Platform, { readonly digest: Digest; readonly size: number }>>>;
      /** Files written from the payloads' bytes (facts.json and its like) that differ from those of the release. */
      readonly differing: readonly string[];
    }
  /** A pull request leaves everything as it is in the base that says what the payload is, and all that is said of it. */
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'unproven'; readonly why: string };
