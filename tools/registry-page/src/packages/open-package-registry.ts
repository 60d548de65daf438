import { Failure, isComponentName, type ComponentName, type Version } from '@moby/model';
import { readPackument, type Packument, type PublishedVersion } from '@moby/registry/npm';
import { integrityOf, readPackedComponent, readTarball, type PackedContents } from '@moby/registry/pack';
import { dropOldest } from '../drop-oldest.ts';
import type { PageComponent, PageRegistry } from '../page-registry.ts';
import type { Packages } from './packages.ts';

/** A registry whose packages are at hand. */
export interface PackageRegistry extends PageRegistry {
  /** Something of the component is new: it is read anew. */
  forget(name: ComponentName): void;
}

/** Packuments are read for a component's lines, one after another, and then no more. */
const heldPackuments = 16;

/** The components of packages, read from their archives in memory: nothing is unpacked anywhere. */
export function openPackageRegistry(packages: Packages): PackageRegistry {
  const { label, scope } = packages;
  /** The one that was asked for last is last. */
  const held = new Map<ComponentName, Promise<Packument>>();
  const packument = (name: ComponentName): Promise<Packument> => {
    const found = held.get(name) ?? packumentOf(packages, `${scope}/${name}`);
    held.delete(name);
    held.set(name, found);
    found.catch(() => held.delete(name));
    dropOldest(held, heldPackuments);
    return found;
  };
  const published = async (name: ComponentName, version: Version): Promise<PublishedVersion> => {
    const found = (await packument(name)).versions.get(version);
    if (found === undefined) throw new Failure({ code: 'not-found', message: `${label} has no ${name} ${version}` });
    return found;
  };
  return {
    label,
    names: async () =>
      (await packages.names())
        .flatMap((npmName) => {
          const name = npmName.startsWith(`${scope}/`) ? npmName.slice(scope.length + 1) : '';
          return isComponentName(name) ? [name] : [];
        })
        .sort(),
    versions: async (name) => [...(await packument(name)).versions.keys()],
    notices: async (name) =>
      new Map([...(await packument(name)).versions].flatMap(([version, { notice }]) => (notice === undefined ? [] : [[version, notice]]))),
    line: async (name, version) => (await published(name, version)).line,
    component: async (name, version) => componentOf(packages, await published(name, version)),
    forget: (name) => void held.delete(name),
  };
}

/** What is no package of components has no versions: one of many spoils no page. */
async function packumentOf(packages: Packages, npmName: string): Promise<Packument> {
  const document = await packages.packument(npmName);
  try {
    return await readPackument(document, { npmName, registry: packages.label });
  } catch (error) {
    if (error instanceof Failure) return { versions: new Map(), findings: [] };
    throw error;
  }
}

async function componentOf(packages: Packages, { manifest, npmVersion, integrity, line }: PublishedVersion): Promise<PageComponent> {
  const id = `${manifest.npmName}@${npmVersion}`;
  const tarball = await packages.tarball(manifest.npmName, npmVersion);
  if (integrityOf(tarball) !== integrity)
    throw new Failure({ code: 'wrong-digest', message: `the package \`${id}\` has other bytes than its registry says` });
  const contents = await readPackedComponent(await readTarball(tarball, id), manifest, id);
  return { ...tolerant(contents), line, origin: { package: id, integrity } };
}

/** Symbols are read late, while others are judged with it: those that can't be read are unknown, and spoil nobody's page. */
function tolerant(contents: PackedContents): PackedContents {
  const { symbols, kernelSymbols } = contents;
  return {
    ...contents,
    ...(symbols === undefined ? {} : { symbols: () => orElse(symbols, { symbols: 1, platforms: {} }) }),
    ...(kernelSymbols === undefined ? {} : { kernelSymbols: () => orElse(kernelSymbols, { symbols: 1, platforms: {} }) }),
  };
}

function orElse<Value>(read: () => Value, unknown: Value): Value {
  try {
    return read();
  } catch (error) {
    if (error instanceof Failure) return unknown;
    throw error;
  }
}
