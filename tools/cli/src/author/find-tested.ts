import { existsSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { TestedComponent } from '@moby/composer';
import { Failure, isInLine, nearest, parseWish, satisfies, type Registry, type Version } from '@moby/model';
import { readManifest } from '@moby/registry';
import { findLibrary } from '../places.ts';
import type { WorldFlags } from '../surroundings.ts';
import { findComponents, type ComponentPlace } from './find-components.ts';

/** Components on disk, and words that a registry is asked for. */
export interface Named {
  readonly places: readonly ComponentPlace[];
  readonly wishes: readonly string[];
  /** Folders of components that are looked into besides, as the ones that were named lie in them. */
  readonly folders: readonly string[];
}

/**
 * What is meant: a folder wherever there is one, else a component or a line of the library and `--components`, or, with `--registry`, of that.
 * Throws `usage` where nothing is named, `not-found` with the nearest name.
 */
export async function findNamed(named: readonly string[], flags: WorldFlags): Promise<Named> {
  if (named.length === 0)
    throw new Failure({
      code: 'usage',
      message: 'which component? a test names what is to be booted',
      hints: ['for example: moby-compose component test redis/8.0', 'all of them: moby-compose list components'],
    });
  const asksRegistry = (flags.registry ?? []).length > 0;
  const isFolder = (name: string): boolean => existsSync(join(resolve(name), 'package.json'));
  const wishes = asksRegistry ? named.filter((name) => !isFolder(name)) : [];
  const local = named.filter((name) => !wishes.includes(name));
  const places = local.length === 0 ? [] : await findComponents(local, flags);
  return { places, wishes, folders: rootsOf(places, flags) };
}

function rootsOf(places: readonly ComponentPlace[], flags: WorldFlags): readonly string[] {
  const library = findLibrary(process.cwd());
  const isOwn = library !== undefined && (flags.registry ?? []).length === 0;
  const known = new Set([...(flags.components ?? []).map((folder) => resolve(folder)), ...(isOwn ? [join(library, 'components')] : [])]);
  const roots = new Set(places.map(({ folder }) => dirname(dirname(folder))).filter((root) => !known.has(root)));
  return [...roots].map((root) => {
    const near = relative(process.cwd(), root);
    return near === '' ? '.' : near.startsWith('../../') ? root : near;
  });
}

/** The components themselves, with what is known of their bytes. */
export async function readTested({ places, wishes }: Named, registry: Registry): Promise<readonly TestedComponent[]> {
  const tested: TestedComponent[] = [];
  for (const place of places) tested.push(await readPlace(place, registry));
  for (const wish of wishes) tested.push(await readWish(wish, registry));
  return tested.filter(({ folder }, index) => tested.findIndex((other) => other.folder === folder) === index);
}

async function readPlace({ folder, label }: ComponentPlace, registry: Registry): Promise<TestedComponent> {
  const { name, version } = await readManifest(folder, join(label, 'package.json'));
  if (basename(dirname(folder)) !== name)
    throw new Failure({
      code: 'invalid-input',
      message: `\`${label}\` is the component \`${name}\`, and does not lie in a folder of this name`,
      hints: [`a component is tested where it would be found: as ${name}/LINE below a folder of components`],
    });
  const { manifest, facts, folder: own } = await registry.component(name, version);
  return { manifest, facts, folder: own };
}

async function readWish(text: string, registry: Registry): Promise<TestedComponent> {
  const [, bare = text, line] = /^([^/@]+)\/([0-9.]+)$/.exec(text) ?? [];
  const wish = parseWish(bare);
  if (wish === undefined)
    throw new Failure({
      code: 'usage',
      message: `\`${text}\` is no \`name\`, \`name/line\` or \`name@range\``,
      hints: ['for example: redis/8.0'],
    });
  const notices = await registry.notices(wish.name);
  const versions = (await registry.versions(wish.name)).filter((version) => notices.get(version)?.kind !== 'yanked');
  const version = versions.findLast((one: Version) => (line === undefined ? satisfies(one, wish.range) : isInLine(one, line)));
  if (version === undefined)
    throw unknown(text, versions.length === 0 ? nearest(wish.name, await registry.names()) : undefined, registry.label);
  const { manifest, facts, folder } = await registry.component(wish.name, version);
  return { manifest, facts, folder };
}

function unknown(text: string, meant: string | undefined, label: string): Failure {
  return new Failure({
    code: 'not-found',
    message: `${label} has no \`${text}\``,
    hints: [...(meant === undefined ? [] : [`did you mean \`${meant}\`?`]), 'all of them: moby-compose list components --registry URL'],
  });
}
