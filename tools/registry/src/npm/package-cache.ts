import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode, openTemporaryFiles, writeFailure, type TemporaryFiles } from '@moby/content';
import { Failure } from '@moby/model';
import { integrityOf } from '../pack/pack-component.ts';
import type { PackageFile } from '../pack/package-files.ts';
import { packageLimits } from '../pack/package-limits.ts';
import { readTarball } from '../pack/read-tarball.ts';

/** Packages that were fetched, by the sha512 of their tarballs: the tarball, and beside it the folder that it unpacks to. */
export interface PackageCache {
  /**
   * The folder of a package that is here. Tarball and folder are compared with their sums each time: `damaged` is called for what differs, and
   * the folder is written anew; undefined where the tarball itself is damaged or missing. `name` is for messages.
   */
  folderOf(wanted: WantedPackage, damaged: (path: string) => void): Promise<string | undefined>;
  /** The tarball that is kept, as it lies there, and where; undefined where there is none. */
  tarballOf(integrity: string): Promise<{ readonly bytes: Uint8Array; readonly path: string } | undefined>;
  /** Keeps a tarball and unpacks it. Throws `wrong-digest`, what `readTarball` throws, `no-space`, `io`. */
  put(tarball: Uint8Array, wanted: WantedPackage): Promise<string>;
}

export interface WantedPackage {
  /** `sha512-…`. */
  readonly integrity: string;
  /** As `@moby/redis@8.0.201`. */
  readonly name: string;
}

export function openPackageCache(folder: string): PackageCache {
  const temporary = openTemporaryFiles(join(folder, 'temporary'));
  const pathOf = (integrity: string): string =>
    join(folder, 'packages', Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex'));
  return {
    folderOf: async ({ integrity, name }, damaged) => {
      const path = pathOf(integrity);
      const tarball = await readBounded(`${path}.tgz`);
      if (tarball === undefined) return undefined;
      if (integrityOf(tarball) !== integrity) {
        damaged(`${path}.tgz`);
        return undefined;
      }
      const files = await readTarball(tarball, name);
      if ((await settleFolder(path, files, temporary)) === 'differs') damaged(path);
      return path;
    },
    tarballOf: async (integrity) => {
      const path = `${pathOf(integrity)}.tgz`;
      const bytes = await readBounded(path);
      return bytes === undefined ? undefined : { bytes, path };
    },
    put: async (tarball, { integrity, name }) => {
      const found = integrityOf(tarball);
      if (found !== integrity)
        throw new Failure({
          code: 'wrong-digest',
          message: `the package \`${name}\` has other bytes than its registry says: expected \`${integrity}\`, got \`${found}\``,
          hints: ['whatever lies between you and the registry may have changed it; nothing of it was kept'],
        });
      const path = pathOf(integrity);
      const files = await readTarball(tarball, name);
      await writeTarball(`${path}.tgz`, tarball, temporary);
      await settleFolder(path, files, temporary);
      return path;
    },
  };
}

async function readBounded(path: string): Promise<Uint8Array | undefined> {
  try {
    if ((await stat(path)).size > packageLimits.tarballBytes) return new Uint8Array();
    return await readFile(path);
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return undefined;
    throw new Failure({ code: 'io', message: `\`${path}\` can't be read`, cause });
  }
}

type FolderState = 'same' | 'missing' | 'differs';

/** Says how the folder was found; afterwards it has the files. */
async function settleFolder(folder: string, files: readonly PackageFile[], temporary: TemporaryFiles): Promise<FolderState> {
  const state = await compareFolder(folder, files);
  if (state === 'same') return state;
  const sizeBytes = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  await written({ path: folder, what: 'a component', sizeBytes }, temporary, async (part) => {
    for (const { path, bytes } of files) {
      await mkdir(dirname(join(part, path)), { recursive: true });
      await writeFile(join(part, path), bytes);
    }
    if (state === 'differs') await moveAway(folder, temporary);
    await rename(part, folder).catch((error: unknown) => {
      const code = errorCode(error);
      // Somebody else was first, and wrote the same.
      if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
    });
  });
  return state;
}

async function compareFolder(folder: string, files: readonly PackageFile[]): Promise<FolderState> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const count = entries.filter((entry) => !entry.isDirectory()).length;
    if (count !== files.length) return 'differs';
    for (const { path, bytes } of files) if (!Buffer.from(bytes).equals(await readFile(join(folder, path)))) return 'differs';
    return 'same';
  } catch (error) {
    return errorCode(error) === 'ENOENT' && (await stat(folder).catch(() => undefined)) === undefined ? 'missing' : 'differs';
  }
}

async function writeTarball(path: string, tarball: Uint8Array, temporary: TemporaryFiles): Promise<void> {
  await written({ path, what: 'a package', sizeBytes: tarball.length }, temporary, async (part) => {
    await writeFile(part, tarball);
    await rename(part, path);
  });
}

async function moveAway(folder: string, temporary: TemporaryFiles): Promise<void> {
  const away = await temporary.next();
  try {
    await rename(folder, away);
    await rm(away, { recursive: true, force: true });
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

async function written(
  { path, what, sizeBytes }: { readonly path: string; readonly what: string; readonly sizeBytes: number },
  temporary: TemporaryFiles,
  write: (part: string) => Promise<void>,
): Promise<void> {
  let part: string | undefined;
  try {
    part = await temporary.next();
    await mkdir(dirname(path), { recursive: true });
    await write(part);
  } catch (error) {
    throw await writeFailure(error, { path, what, sizeBytes, isWhole: true });
  } finally {
    if (part !== undefined) await rm(part, { recursive: true, force: true });
  }
}
