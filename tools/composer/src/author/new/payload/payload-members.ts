import { roleOf, type FileRole } from './file-role.ts';
import type { OpenedPackage, PackageShelf } from '../package/package-shelf.ts';

/** A package that a component is made of from the beginning. */
export interface Member {
  readonly opened: OpenedPackage;
  /** Its programs count; else only its configuration, data and units. */
  readonly isWhole: boolean;
}

/**
 * The package itself; of those that it depends on and that are of the same source, the ones for all architectures (its
 * configuration and data), and where it has neither programs nor libraries of its own, all of them.
 */
export async function payloadMembers(main: OpenedPackage, shelf: PackageShelf): Promise<readonly Member[]> {
  const isEmpty = !hasRole(main, ['program', 'library']) && main.facts.elf.length === 0;
  const members: Member[] = [{ opened: main, isWhole: true }];
  for (const name of main.depends) {
    const found = shelf.find(name);
    if (found === undefined || found.package.source !== main.pin.source || name === main.pin.package) continue;
    if (isEmpty || found.package.architecture === 'all') members.push({ opened: await shelf.open(found), isWhole: isEmpty });
  }
  return members;
}

/** What files may be called like: the component, the packages, their source. */
export function memberNames(component: string, members: readonly Member[]): readonly string[] {
  return [...new Set([component, ...members.flatMap(({ opened }) => [opened.pin.package, opened.pin.source])])];
}

export function pathsOfRole(opened: OpenedPackage, role: FileRole, names: readonly string[]): readonly string[] {
  return [...opened.entries.keys()].filter((path) => roleOf(path, names) === role);
}

function hasRole(opened: OpenedPackage, roles: readonly FileRole[]): boolean {
  return [...opened.entries.keys()].some((path) => roles.includes(roleOf(path, [])));
}
