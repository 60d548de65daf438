import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure, type ComponentName } from '@moby/model';
import { ownersText, tarballPath, writeIfOther } from '@moby/registry/export';
import { pageData } from '../page-data.ts';
import { pageFiles } from '../page-files.ts';
import { ownersRecord, type ComponentRecord } from '../records.ts';
import { openPackageRegistry } from './open-package-registry.ts';
import { packageRecord } from './package-record.ts';
import type { Packages } from './packages.ts';

const librarysScope = '@moby';

/**
 * Writes the page of a registry that was exported as files, beside them, with all of its documents: any web server that serves the folder
 * shows it. What would be written as it stands there is left alone. Throws `no-space`, `io`.
 */
export async function writePage(registry: string): Promise<void> {
  const packages = exportedPackages(registry, await shownScope(registry));
  const record = (name: ComponentName): Promise<ComponentRecord> => exportedRecord(packages, name);
  // Documents before the page that reads them, so that one that was cut off shows nothing half.
  for await (const { path, bytes } of pageData({ registry: openPackageRegistry(packages), record }))
    await writeIfOther(join(registry, path), bytes);
  for (const { path, bytes } of pageFiles()) await writeIfOther(join(registry, path), bytes);
}

/** A page speaks of components by their bare names, which are those of one scope. */
async function shownScope(folder: string): Promise<string> {
  const scopes = (await readdir(folder)).filter((name) => name.startsWith('@')).sort();
  return scopes.includes(librarysScope) ? librarysScope : (scopes[0] ?? librarysScope);
}

/** The layout of `exportRegistry`. */
function exportedPackages(folder: string, scope: string): Packages {
  return {
    label: `a registry of ${scope}`,
    scope,
    names: async () =>
      (await readdir(join(folder, scope)).catch(() => [])).filter((name) => !name.endsWith('.part')).map((name) => `${scope}/${name}`),
    packument: async (npmName) => {
      const document: unknown = JSON.parse(await readFile(join(folder, npmName), 'utf8'));
      return document;
    },
    tarball: (npmName, npmVersion) =>
      readFile(join(folder, tarballPath(npmName, npmVersion))).catch((cause: unknown) => {
        throw new Failure({ code: 'io', message: `\`${join(folder, npmName)}\` names a tarball that can't be read`, cause });
      }),
  };
}

/** An exported component's description ends with its OWNERS.yaml, also of those that this export has not packed. */
async function exportedRecord(packages: Packages, name: ComponentName): Promise<ComponentRecord> {
  const packument = await packages.packument(`${packages.scope}/${name}`);
  return { ...packageRecord(packument), ...(await ownersOf(packument, name)) };
}

async function ownersOf(packument: unknown, name: ComponentName): Promise<ComponentRecord> {
  const readme = typeof packument === 'object' && packument !== null && 'readme' in packument ? packument.readme : undefined;
  const text = typeof readme === 'string' ? ownersText(readme) : undefined;
  if (text === undefined) return {};
  try {
    return await ownersRecord(text, `${name}/OWNERS.yaml`);
  } catch (error) {
    // The library's own checks say so; here nobody is named.
    if (error instanceof Failure) return {};
    throw error;
  }
}
