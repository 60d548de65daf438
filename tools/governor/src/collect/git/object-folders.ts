import { join, resolve } from 'node:path';

/**
 * Where the objects of a repository lie: in its own folder, and while a push is looked at, what it brings in a quarantine beside it
 * (git-receive-pack(1), "Quarantine Environment"). Nothing of the quarantine counts for others before the push is taken.
 */
export interface ObjectFolders {
  /** The folder that git keeps its data in, absolute. */
  readonly git: string;
  /** A folder of objects like `objects` itself, absolute. */
  readonly quarantine?: string;
}

export function objectFolders(git: string, quarantine?: string): ObjectFolders {
  return { git: resolve(git), ...(quarantine === undefined ? {} : { quarantine: resolve(quarantine) }) };
}

/** The places where a file of the objects may be, as `pack/pack-1.idx`; the repository's own first. */
export function placesOfObject({ git, quarantine }: ObjectFolders, ...path: readonly string[]): readonly string[] {
  const own = join(git, 'objects', ...path);
  return quarantine === undefined ? [own] : [own, join(quarantine, ...path)];
}
