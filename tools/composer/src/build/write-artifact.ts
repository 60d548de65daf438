import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { canonicalJson, Failure, type ContentStore, type Digest } from '@moby/model';
import type { Built } from './build-artifact.ts';
import { lostBlob, withPart } from './lost-blob.ts';

export interface ArtifactTexts {
  readonly notices: string;
  /** The Debian source packages that the payloads were built from. */
  readonly sources: string;
}

const artifactName = 'artifact.json';

/**
 * Writes an artifact's folder: into a new folder beside it, which then takes its place; so a reader sees the old artifact or
 * the new one. Returns false where the folder holds the same artifact already. Throws `no-space`, `io`.
 */
export async function writeArtifact(options: {
  readonly built: Built;
  readonly texts: ArtifactTexts;
  readonly folder: string;
  readonly store: ContentStore;
}): Promise<boolean> {
  const { built, texts, folder, store } = options;
  const text = canonicalJson(built.artifact);
  const contents = { [artifactName]: text, NOTICES: texts.notices, 'sources.json': texts.sources };
  if (await holds(folder, built, contents, store)) return false;
  const parent = dirname(folder);
  const partial = join(parent, `.${basename(folder)}.partial-${process.pid}`);
  const old = join(parent, `.${basename(folder)}.old-${process.pid}`);
  try {
    await mkdir(parent, { recursive: true });
    await sweep(parent, basename(folder));
    await mkdir(partial, { recursive: true });
    for (const file of built.artifact.files) {
      const target = join(partial, file.name);
      if (file.role === 'kernel') await copyBlob(store, built.kernel, target);
      else if (file.role === 'test') await copyBlob(store, file.digest, target);
      else if (file.role === 'initrd') await concatenate(store, built.initrd, target, (at) => built.artifact.segments[at]?.label);
      else await concatenate(store, built.disk, target);
    }
    for (const [name, content] of Object.entries(contents)) await writeFile(join(partial, name), content);
    await rename(folder, old).catch(ignoreMissing);
    await rename(partial, folder);
    await rm(old, { recursive: true, force: true });
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw writeFailure(error, folder, built.artifact.sizeBytes);
  }
  await store.remember('artifacts', folder, await stampOf(folder, built));
  return true;
}

/** The same texts, and files that nobody has touched since they were written here. */
async function holds(folder: string, built: Built, contents: Readonly<Record<string, string>>, store: ContentStore): Promise<boolean> {
  for (const [name, content] of Object.entries(contents)) {
    if ((await readFile(join(folder, name), 'utf8').catch(() => undefined)) !== content) return false;
  }
  const stamp = await stampOf(folder, built);
  return stamp !== undefined && stamp === (await store.recall('artifacts', folder));
}

async function stampOf(folder: string, built: Built): Promise<string | undefined> {
  const parts: string[] = [];
  for (const { name, sizeBytes } of built.artifact.files) {
    const found = await stat(join(folder, name), { bigint: true }).catch(() => undefined);
    if (found === undefined || found.size !== BigInt(sizeBytes)) return undefined;
    parts.push(`${name} ${found.dev} ${found.ino} ${found.size} ${found.mtimeNs}`);
  }
  return parts.join('\n');
}

async function copyBlob(store: ContentStore, digest: Digest, target: string): Promise<void> {
  const isHere = await store.copyTo(digest, target).catch((error: unknown) => {
    throw withPart(error, basename(target));
  });
  if (!isHere) throw lostBlob(digest);
}

const pieceBytes = 1 << 18;

/** On this thread and through one buffer: as fast as a copy, where a stream would take ten times as long. */
async function concatenate(
  store: ContentStore,
  digests: readonly Digest[],
  target: string,
  labelOf: (at: number) => string | undefined = () => undefined,
): Promise<void> {
  const piece = Buffer.allocUnsafeSlow(pieceBytes);
  const file = openSync(target, 'wx');
  try {
    for (const [at, digest] of digests.entries()) {
      const path = await store.verifiedPath(digest).catch((error: unknown) => {
        throw withPart(error, `the part ${labelOf(at) ?? at + 1} of ${basename(target)}`);
      });
      if (path === undefined) throw lostBlob(digest);
      const blob = openSync(path, 'r');
      try {
        for (let length = readSync(blob, piece); length > 0; length = readSync(blob, piece)) writeWhole(file, piece, length);
      } finally {
        closeSync(blob);
      }
    }
  } finally {
    closeSync(file);
  }
}

/** A write may take less than it was given, as on a disk that is nearly full. */
function writeWhole(file: number, bytes: Uint8Array, length: number): void {
  for (let at = 0; at < length;) at += writeSync(file, bytes, at, length - at);
}

/** What killed runs have left: folders of processes that are no more. */
async function sweep(parent: string, name: string): Promise<void> {
  for (const entry of await readdir(parent)) {
    const pid = new RegExp(`^\\.${name.replaceAll(/[^a-z0-9-]/g, '.')}\\.(?:partial|old)-(\\d{1,10})$`).exec(entry)?.[1];
    if (pid !== undefined && (Number(pid) === process.pid || !isAlive(Number(pid))))
      await rm(join(parent, entry), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'ENOENT') throw error;
}

function writeFailure(error: unknown, folder: string, sizeBytes: number): unknown {
  if (error instanceof Failure || !(error instanceof Error) || !('code' in error)) return error;
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT') {
    return new Failure({
      code: 'no-space',
      message: `no space is left for \`${folder}\`: it needs ${sizeBytes} bytes`,
      hints: ['make room, or choose another place with --out'],
      cause: error,
    });
  }
  return new Failure({
    code: 'io',
    message: `\`${folder}\` can't be written: ${String(error.code)}`,
    hints: ['choose another place with --out'],
    cause: error,
  });
}
