import { readJson, validateDocument, type Judged } from '@moby/model';
import type { LockedVersions } from '../resolve/to-universe.ts';
import type { Lockfile } from './lockfile.ts';
import { machineRoot } from './make-lock.ts';

/** assembly.lock.json as text → Lockfile, or what is wrong with it. */
export async function readLock(options: { readonly file: string; readonly text: string }): Promise<Judged<Lockfile>> {
  const read = await readJson(options);
  if (!read.ok)
    return {
      ok: false,
      findings: read.findings.map((finding) => ({ ...finding, hints: [`take the file away, and it is written anew: rm ${options.file}`] })),
    };
  const findings = await validateDocument(read.value, 'lockfile');
  if (findings.length > 0 || !isLockfile(read.value.value)) return { ok: false, findings };
  return { ok: true, value: read.value.value, findings: [] };
}

/** Holds after `validateDocument`, which is the proof; here for the compiler. */
function isLockfile(value: unknown): value is Lockfile {
  return typeof value === 'object' && value !== null;
}

/** What the solver is to keep where it can. */
export function lockedVersions(lock: Lockfile): LockedVersions {
  const locked: Record<string, string> = {};
  for (const [root, chosen] of Object.entries(lock.roots)) {
    for (const [name, { version }] of Object.entries(chosen)) locked[root === machineRoot ? name : `${root}/${name}`] = version;
  }
  return locked;
}
