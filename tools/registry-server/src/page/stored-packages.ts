import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '@moby/model';
import type { Packages } from '@moby/registry-page';
import { isMissing } from '../storage/file-error.ts';
import { tarballName } from '../storage/stored-package.ts';
import type { PagePlace } from './page-entry.ts';

/** The packages of a server's storage. What can't be read is no package: the storage's own check tells of it. */
export function storedPackages({ packages, label, scopes }: PagePlace): Packages {
  return {
    label,
    scope: scopes[0] ?? '@moby',
    names: async () => {
      const names: string[] = [];
      for (const scope of scopes) for (const own of await namesIn(join(packages, scope))) names.push(`${scope}/${own}`);
      return names.sort();
    },
    packument: async (npmName) => {
      try {
        const document: unknown = JSON.parse(await readFile(join(packages, ...npmName.split('/'), 'package.json'), 'utf8'));
        return typeof document === 'object' && document !== null && 'name' in document && document.name === npmName ? document : undefined;
      } catch {
        return undefined;
      }
    },
    tarball: (npmName, npmVersion) =>
      readFile(join(packages, ...npmName.split('/'), tarballName(npmName, npmVersion))).catch((cause: unknown) => {
        throw new Failure({ code: 'io', message: `the tarball of \`${npmName}@${npmVersion}\` can't be read`, cause });
      }),
  };
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
