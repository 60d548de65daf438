import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseKernelSymbols, platformsToCompare, type AbiSide } from '@moby/abi';
import { Failure, nearest, parseComponentName, parseWish, satisfies, type Registry, type RegistryComponent } from '@moby/model';
import { openSingleRegistry } from '@moby/registry';
import { kernelSymbolsFile } from '../author/build-component.ts';
import { lookAt } from './look-at.ts';
import { readFacts, type ReadFacts } from './read-facts.ts';

/** What `abi diff` compares, with what messages call it. */
export interface NamedSide {
  /** `openssl 3.0.22+r1`, or the path as it was typed. */
  readonly title: string;
  readonly kind: ReadFacts['kind'] | 'component';
  readonly side: AbiSide;
  /** The release line of a component. */
  readonly line?: string;
}

export interface SideQuestion {
  /** A path, `name`, `name@range` or `name/line`. */
  readonly named: string;
  readonly registry: Registry;
  readonly currentFolder: string;
}

/**
 * Something on disk where there is such a path, else a component of the library. A folder with a component's manifest is that
 * component. Throws `Failure` `not-found` with the nearest name, and what `readFacts` throws.
 */
export async function readSide({ named, registry, currentFolder }: SideQuestion): Promise<NamedSide> {
  const path = resolve(currentFolder, named);
  const stat = named === '' ? undefined : lookAt(path);
  if (stat === undefined) return sideOfComponent(await findComponent(named, registry));
  if (stat.isDirectory() && isComponentFolder(path)) {
    const own = openSingleRegistry({ folder: path, label: named });
    const [name] = await own.names();
    if (name !== undefined) return sideOfComponent(await newest(own, name));
  }
  const read = await readFacts(path);
  const { platform, facts, symbols, sha256 } = read;
  return {
    title: named,
    kind: read.kind,
    side: { platforms: { [platform]: { facts, symbols } }, ...(sha256 === undefined ? {} : { identity: sha256 }) },
  };
}

/** npm packages lie in roots too: only a component's manifest has facts beside it. */
function isComponentFolder(path: string): boolean {
  return existsSync(join(path, 'package.json')) && existsSync(join(path, 'facts.json'));
}

async function findComponent(named: string, registry: Registry): Promise<RegistryComponent> {
  const [text = '', line] = named.split('/', 2);
  const wish = line === undefined ? parseWish(named) : undefined;
  const name = wish?.name ?? parseComponentName(text);
  const versions = name === undefined ? [] : await registry.versions(name);
  if (name === undefined || versions.length === 0) throw await neither(named, registry);
  const found: RegistryComponent[] = [];
  for (const version of versions) {
    if (wish !== undefined && !satisfies(version, wish.range)) continue;
    const component = await registry.component(name, version);
    if (line === undefined || component.line === line) found.push(component);
  }
  const last = found.at(-1);
  if (last !== undefined) return last;
  throw new Failure({
    code: 'not-found',
    message: `there is no \`${named}\` in the library`,
    hints: [`there is ${versions.map((version) => `${name} ${version}`).join(', ')}`],
  });
}

async function neither(named: string, registry: Registry): Promise<Failure> {
  const meant = nearest(named.split(/[/@]/)[0] ?? named, await registry.names());
  return new Failure({
    code: 'not-found',
    message: `there is neither a file, nor a folder, nor a component \`${named}\``,
    hints: [...(meant === undefined ? [] : [`did you mean \`${meant}\`?`]), 'all components: moby-compose list components'],
  });
}

async function newest(registry: Registry, name: RegistryComponent['manifest']['name']): Promise<RegistryComponent> {
  const version = (await registry.versions(name)).at(-1);
  if (version === undefined) throw new TypeError(`a registry of one component has no ${name}`);
  return registry.component(name, version);
}

function sideOfComponent(component: RegistryComponent): NamedSide {
  const { manifest, facts, line, tree } = component;
  if (facts === undefined)
    throw new Failure({
      code: 'not-found',
      message: `${manifest.name} ${manifest.version} has no facts, so nothing of it can be compared`,
      hints: ['write them: moby-compose component build'],
    });
  return {
    title: `${manifest.name} ${manifest.version}`,
    kind: 'component',
    side: { platforms: platformsToCompare(facts, component.symbols?.(), readKernelSymbols(component)), declared: manifest, identity: tree },
    ...(line === '' ? {} : { line }),
  };
}

function readKernelSymbols({ folder }: RegistryComponent): ReturnType<typeof parseKernelSymbols> | undefined {
  const path = join(folder, kernelSymbolsFile);
  return existsSync(path) ? parseKernelSymbols(readFileSync(path, 'utf8'), basename(path)) : undefined;
}
