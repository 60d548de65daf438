import { mkdir, open, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Failure, formatBytes, type Volume } from '@moby/model';

/** Beside the artifact's folder, which is made anew whenever something of it changes. */
export function volumeFolderOf(folder: string): string {
  return `${resolve(folder)}.volumes`;
}

export function volumePath(folder: string, name: string): string {
  return join(folder, `${name}.volume`);
}

/**
 * The file of a volume: made where it is missing, with holes only; grown where the volume is larger now. The guest formats it and
 * grows its file system. Throws `invalid-input` where it would have to shrink, `no-space`, `io`.
 */
export async function prepareVolume({ name, sizeBytes }: Volume, folder: string): Promise<string> {
  const path = volumePath(folder, name);
  try {
    await mkdir(folder, { recursive: true });
    const file = await open(path, 'a', 0o600);
    try {
      const { size } = await file.stat();
      if (size > sizeBytes) throw wouldShrink({ name, sizeBytes }, path, size);
      if (size < sizeBytes) await file.truncate(sizeBytes);
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw cause instanceof Failure ? cause : await volumeFailure(path, cause);
  }
  return path;
}

/** The volume of QEMU's complaint that another process holds its file; undefined where the text is about something else. */
export function lockedVolume(errors: string): string | undefined {
  if (!/Failed to get (?:shared )?"write" lock/.test(errors)) return undefined;
  return /\/([a-z][a-z0-9-]*)\.volume: Failed/.exec(errors)?.[1] ?? 'data';
}

function wouldShrink(volume: Volume, path: string, size: number): Failure {
  return new Failure({
    code: 'invalid-input',
    message: `the volume \`${volume.name}\` has ${formatBytes(size)}, and the assembly says ${formatBytes(volume.sizeBytes)}: a volume never shrinks`,
    hints: [
      `say at least its size: \`volumes: [{ name: ${volume.name}, size: ${size} }]\``,
      `or remove it with all that is in it: ${path}`,
    ],
  });
}

async function volumeFailure(path: string, cause: unknown): Promise<Failure> {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
  if (code === 'ENOSPC' || code === 'EFBIG' || code === 'EDQUOT')
    return new Failure({
      code: 'no-space',
      message: `the disk can't hold \`${path}\`: ${code}`,
      hints: ['make the volume smaller'],
      cause,
    });
  const found = await stat(path).catch(() => undefined);
  const what = found?.isFile() === false ? 'is not a file' : `can't be made or opened: ${code}`;
  return new Failure({ code: 'io', message: `the volume \`${path}\` ${what}`, cause });
}
