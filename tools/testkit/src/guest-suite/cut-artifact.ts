import { createHash } from 'node:crypto';
import { cp, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Artifact, parseDigest } from '@moby/model';

/**
 * A copy of an artifact whose initrd ends early, as after a failed download, with a description that fits: nothing but
 * the guest itself can notice. `sizeBytes` is a multiple of 4, as every segment's is.
 */
export async function cutArtifact(
  artifact: Artifact,
  folders: { readonly from: string; readonly to: string },
  sizeBytes: number,
): Promise<Artifact> {
  await cp(folders.from, folders.to, { recursive: true });
  const initrd = artifact.files.find(({ role }) => role === 'initrd');
  if (initrd === undefined) throw new TypeError('the artifact has no initrd');
  const file = join(folders.to, initrd.name);
  await truncate(file, sizeBytes);
  const digest = parseDigest(
    `sha256:${createHash('sha256')
      .update(await readFile(file))
      .digest('hex')}`,
  );
  if (digest === undefined) throw new TypeError('sha256 gave no digest');
  const cut: Artifact = { ...artifact, files: artifact.files.map((one) => (one.role === 'initrd' ? { ...one, sizeBytes, digest } : one)) };
  await writeFile(join(folders.to, 'artifact.json'), JSON.stringify(cut));
  return cut;
}
