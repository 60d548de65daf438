import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { errorCode, writeFailure } from '@moby/content';
import { Failure } from '@moby/model';
import { isRecord } from '../npm/packument.ts';
import { integrityOf, type PackedComponent } from '../pack/pack-component.ts';
import { packageLimits } from '../pack/package-limits.ts';
import type { PackumentDocument } from './exported-packument.ts';

/** The packument of an exported component; undefined where there is none. Throws `invalid-input` for a file that is none. */
export async function readPackumentFile(registry: string, npmName: string): Promise<PackumentDocument | undefined> {
  const path = join(registry, npmName);
  const bytes = await readWhole(path);
  if (bytes === undefined) return undefined;
  const value = parsed(bytes);
  if (isPackument(value) && value.name === npmName) return value;
  throw new Failure({
    code: 'invalid-input',
    message: `\`${path}\` is not what a registry says of \`${npmName}\``,
    hints: ['take the file away, or export to an empty folder'],
  });
}

/** The tarball on disk against a component that was packed again, perhaps by another zlib; `missing` also where it is damaged. */
export async function sameContent(path: string, integrity: string, packed: PackedComponent): Promise<'same' | 'other' | 'missing'> {
  const bytes = await readWhole(path);
  const isIntact = bytes !== undefined && integrityOf(bytes) === integrity;
  if (packed.integrity === integrity) return isIntact ? 'same' : 'missing';
  if (!isIntact) return 'other';
  const tar = await promisify(gunzip)(bytes, { maxOutputLength: 2 * packageLimits.unpackedBytes }).catch(() => undefined);
  if (tar === undefined) return 'other';
  return `sha256:${createHash('sha256').update(tar).digest('hex')}` === packed.tar ? 'same' : 'other';
}

/** Replaces the file at once; one with the same bytes is left alone, with its times. Throws `no-space`, `io`. */
export async function writeIfOther(path: string, bytes: Uint8Array): Promise<void> {
  if ((await readWhole(path))?.equals(bytes) === true) return;
  const part = `${path}.${process.pid}.part`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(part, bytes, { flush: true });
    await rename(part, path);
  } catch (error) {
    throw await writeFailure(error, { path, what: 'a registry', sizeBytes: bytes.length, isWhole: true });
  } finally {
    await rm(part, { force: true });
  }
}

async function readWhole(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT' || errorCode(cause) === 'ENOTDIR') return undefined;
    throw new Failure({ code: 'io', message: `\`${path}\` can't be read: ${errorCode(cause) ?? 'unknown error'}`, cause });
  }
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch {
    return undefined;
  }
}

function isPackument(value: unknown): value is PackumentDocument {
  if (!isRecord(value) || typeof value['name'] !== 'string' || !isRecord(value['versions']) || !isRecord(value['dist-tags'])) return false;
  return Object.values(value['versions']).every(
    (version) => isRecord(version) && isRecord(version['dist']) && typeof version['dist']['integrity'] === 'string',
  );
}
