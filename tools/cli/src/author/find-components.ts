import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { Failure, nearest } from '@moby/model';
import { componentFoldersOf, findLibrary, type PlaceFlags } from '../places.ts';

/** A component's line on disk. */
export interface ComponentPlace {
  readonly folder: string;
  /** The folder as messages call it. */
  readonly label: string;
}

/**
 * The lines that are meant: by component (`redis`, all its lines), by line (`redis/8.0`), or by a folder with a
 * package.json; all of the library and `--components` where nothing is named. Throws `not-found` with the nearest name.
 */
export async function findComponents(named: readonly string[], flags: PlaceFlags): Promise<readonly ComponentPlace[]> {
  const library = findLibrary(process.cwd());
  const roots = [
    ...componentFoldersOf(flags).map((folder) => resolve(folder)),
    ...(library === undefined ? [] : [join(library, 'components')]),
  ];
  const known = roots.flatMap(linesBelow);
  const chosen = named.length === 0 ? known : named.flatMap((name) => find(name, known));
  if (chosen.length === 0)
    throw new Failure({
      code: 'not-found',
      message: 'there are no components here',
      hints: ['go to the folder that holds `components/`, or name one: --components DIR'],
    });
  return [...new Set(chosen)].map((folder) => ({ folder, label: labelOf(folder) }));
}

function linesBelow(root: string): readonly string[] {
  const folders = (folder: string): readonly string[] =>
    existsSync(folder)
      ? readdirSync(folder, { withFileTypes: true })
          .filter((entry) => entry.isDirectory())
          .map((entry) => join(folder, entry.name))
          .sort()
      : [];
  return folders(root)
    .flatMap(folders)
    .filter((folder) => existsSync(join(folder, 'package.json')));
}

function find(name: string, known: readonly string[]): readonly string[] {
  const byName = known.filter((folder) => idOf(folder) === name || basename(dirname(folder)) === name);
  if (byName.length > 0) return byName;
  const folder = resolve(name);
  if (existsSync(join(folder, 'package.json'))) return [folder];
  const below = existsSync(folder) ? linesBelow(dirname(folder)).filter((line) => dirname(line) === folder) : [];
  if (below.length > 0) return below;
  const meant = nearest(name, new Set(known.flatMap((line) => [idOf(line), basename(dirname(line))])));
  throw new Failure({
    code: 'not-found',
    message: `there is no component \`${name}\``,
    hints: [...(meant === undefined ? [] : [`did you mean \`${meant}\`?`]), 'all of them: moby-compose list components'],
  });
}

function idOf(folder: string): string {
  return `${basename(dirname(folder))}/${basename(folder)}`;
}

function labelOf(folder: string): string {
  const near = relative(process.cwd(), folder);
  return near === '' ? '.' : near.startsWith('../../') ? folder : near;
}
