import { copyrightPath } from '@moby/content';
import type { OpenedPackage, PackageShelf } from '../package/package-shelf.ts';
import { keepPatterns } from './keep-patterns.ts';
import { selectPackage, type Selection } from './selection.ts';

const maxSteps = 8;

/**
 * A package whose documentation is a link into another package's folder, as `libgcc-s1` into `gcc-14-base`, brings that one's
 * copyright file along; where that is a link again, all those on the way.
 */
export async function addCopyrights(selection: Selection, shelf: PackageShelf): Promise<void> {
  const packages = [...selection.packages.values()].filter((selected) => keepPatterns(selected).length > 0);
  for (const { opened } of packages) {
    for (let step = 0; step < maxSteps; step += 1) {
      const owner = ownerElsewhere(selection, opened.pin.package);
      if (owner === undefined || selection.documents.has(owner)) break;
      const found = selection.packages.get(owner)?.opened ?? (await openOther(owner, shelf));
      if (found === undefined || documentPath(found) === undefined) break;
      selectPackage(selection, found);
      selection.documents.add(owner);
    }
  }
}

/** What is kept of a package for its copyright file: the file, or a link on the way to another package's. */
export function documentPath({ entries, pin }: OpenedPackage): string | undefined {
  const folder = `usr/share/doc/${pin.package}`;
  return [folder, `${folder}/copyright`].find((path) => entries.has(path) && entries.get(path)?.kind !== 'directory');
}

async function openOther(name: string, shelf: PackageShelf): Promise<OpenedPackage | undefined> {
  const found = shelf.find(name);
  return found === undefined ? undefined : shelf.open(found);
}

function ownerElsewhere({ packages }: Selection, debPackage: string): string | undefined {
  const entries = new Map([...packages.values()].flatMap(({ opened }) => [...opened.entries]));
  const found = copyrightPath(entries, debPackage);
  return 'missing' in found ? /^usr\/share\/doc\/([^/]+)\//.exec(found.missing)?.[1] : undefined;
}
