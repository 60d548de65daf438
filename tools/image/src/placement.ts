/**
 * Where a segment's entries go, and which directories it may give a mode to. A later segment's directory entry replaces
 * the mode of an earlier one, so only one segment may own a directory.
 */
export type Placement =
  /** The base: owns `/`, the usr-merge links and the mount points. Begins with the entry `.`, without which Linux leaves `/` at 1777. */
  | { readonly kind: 'base' }
  /** A component's tree below `prefix` (`c/<12 hex>`), which it owns; entries are relative to it. */
  | { readonly kind: 'tree'; readonly prefix: string }
  /**
   * Files added to the base: modules, records, bundles. It owns what lies below `owns`; every other directory keeps the mode
   * that `directories` (path → mode, from the base) says, or 0755.
   */
  | { readonly kind: 'additions'; readonly directories: Readonly<Record<string, number>>; readonly owns: readonly string[] };

/** The mode of a directory that nobody gives one. */
export const parentMode = 0o755;

export function prefixOf(placement: Placement): string {
  return placement.kind === 'tree' ? `${placement.prefix}/` : '';
}

/** The mode of a directory that a segment must carry as a parent. */
export function modeOfParent(placement: Placement, path: string): number {
  return placement.kind === 'additions' && Object.hasOwn(placement.directories, path)
    ? (placement.directories[path] ?? parentMode)
    : parentMode;
}

/** Whether the segment may give this directory a mode of its own. */
export function ownsDirectory(placement: Placement, path: string): boolean {
  switch (placement.kind) {
    case 'base':
      return true;
    case 'tree':
      return path === placement.prefix || path.startsWith(`${placement.prefix}/`);
    case 'additions':
      return placement.owns.some((prefix) => path === prefix || path.startsWith(`${prefix}/`));
  }
}
