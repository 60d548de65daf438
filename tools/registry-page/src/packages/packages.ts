/** The packages of a registry as they lie on a disk. */
export interface Packages {
  /** What the page calls the registry. */
  readonly label: string;
  /** The one whose components the page shows, as `@moby`. */
  readonly scope: string;
  /** npm's names, of every scope. */
  names(): Promise<readonly string[]>;
  /** All that npm's protocol says of a package, parsed; undefined where there is none. */
  packument(npmName: string): Promise<unknown>;
  /** Throws `Failure` where it can't be had. */
  tarball(npmName: string, npmVersion: string): Promise<Uint8Array>;
}
