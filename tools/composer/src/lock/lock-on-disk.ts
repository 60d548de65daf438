import { readFile } from 'node:fs/promises';
import { unreadable, type Judged } from '@moby/model';
import { writeText } from '../author/write-text.ts';
import type { Lockfile } from './lockfile.ts';
import { formatLock } from './make-lock.ts';
import { readLock } from './read-lock.ts';

/** The lock beside an assembly, as it lies there. */
export interface LockOnDisk {
  readonly lock: Lockfile;
  readonly text: string;
}

/** How the lock on disk stands to the one that would be written. */
export type LockState = 'missing' | 'same' | 'differs';

/** `label` is what messages call the file. Undefined where there is none. Throws `io`. */
export async function openLock(file: string, label: string): Promise<Judged<LockOnDisk | undefined>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return { ok: true, value: undefined, findings: [] };
    throw unreadable(label, cause);
  }
  const read = await readLock({ file: label, text });
  return read.ok ? { ok: true, value: { lock: read.value, text }, findings: [] } : read;
}

/** Another compressor alone is no reason to write a lock anew, nor to refuse one: what is compressed stays the same. */
export function compareLocks(lock: Lockfile, old: LockOnDisk | undefined): LockState {
  if (old === undefined) return 'missing';
  return formatLock({ ...lock, compressor: old.lock.compressor }) === old.text ? 'same' : 'differs';
}

export function writeLock(file: string, lock: Lockfile): Promise<void> {
  return writeText(file, formatLock(lock));
}
