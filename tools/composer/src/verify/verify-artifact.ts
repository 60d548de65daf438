import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { unpackSegment } from '@moby/image';
import { formatBytes, type Artifact, type ArtifactFile, type ArtifactSegment } from '@moby/model';
import { digestOfFile, sizeOf } from './digest-of-file.ts';
import type { Verified } from './verified.ts';

/** What lies in an artifact's folder and is told of in no digest, or by itself. */
const beside = new Set(['artifact.json', 'NOTICES', 'sources.json', 'volumes', 'console.log']);

/**
 * Compares each file of an artifact with what `artifact.json` says. Of an initrd that differs, the parts that do are named: each is a
 * component's. Files that it doesn't know are `wrong`, since nobody vouches for them.
 */
export async function verifyArtifact(folder: string, artifact: Artifact): Promise<readonly Verified[]> {
  const verified: Verified[] = [];
  for (const file of artifact.files) verified.push(await verifyFile(folder, file, artifact.segments));
  const known = new Set([...beside, ...artifact.files.map(({ name }) => name.split('/')[0] ?? '')]);
  for (const name of (await readdir(folder)).sort())
    if (!known.has(name)) verified.push({ what: name, verdict: 'wrong', why: 'artifact.json says nothing of it' });
  return verified;
}

async function verifyFile(folder: string, file: ArtifactFile, segments: readonly ArtifactSegment[]): Promise<Verified> {
  const path = join(folder, file.name);
  const { name: what, digest } = file;
  const sizeBytes = await sizeOf(path);
  if (sizeBytes === undefined) return { what, verdict: 'wrong', digest, why: 'is missing' };
  if (sizeBytes === file.sizeBytes && (await digestOfFile(path)) === digest) return { what, verdict: 'ok', digest };
  const size = sizeBytes === file.sizeBytes ? '' : `has ${formatBytes(sizeBytes)} in place of ${formatBytes(file.sizeBytes)}`;
  const parts = file.role === 'initrd' ? await wrongSegments(path, segments) : [];
  const where = parts.length === 0 ? '' : `differs in ${parts.join(', ')}`;
  return { what, verdict: 'wrong', digest, why: [size, where].filter((part) => part !== '').join(', ') || 'has other bytes' };
}

/** The parts that don't unpack to what they should, by their labels. */
async function wrongSegments(path: string, segments: readonly ArtifactSegment[]): Promise<readonly string[]> {
  const bytes = await readFile(path);
  const wrong: string[] = [];
  let at = 0;
  for (const { label, sizeBytes, unpackedBytes, digest } of segments) {
    const part = bytes.subarray(at, (at += sizeBytes));
    if (part.length !== sizeBytes || (await unpackedDigest(part, unpackedBytes)) !== digest) wrong.push(label);
  }
  return wrong;
}

/** Of the archive in a segment's frames; undefined where it can't be unpacked, or to more than it should. */
async function unpackedDigest(part: Uint8Array, unpackedBytes: number): Promise<string | undefined> {
  const bytes = await unpackSegment(part, unpackedBytes);
  return bytes === undefined ? undefined : `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
