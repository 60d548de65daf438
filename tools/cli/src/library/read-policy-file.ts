import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { defaultPolicy, maxPolicyBytes, policyFile, readPolicy, type Policy } from '@moby/governor';
import type { Judged } from '@moby/model';
import { readBounded } from '../read-bounded.ts';

/** What a library has decided, from its folder; `defaultPolicy` where it has no such file, or there is no library. */
export async function readPolicyFile(library: string | undefined): Promise<Judged<Policy>> {
  const path = library === undefined ? undefined : join(library, policyFile);
  if (path === undefined || !existsSync(path)) return { ok: true, value: defaultPolicy, findings: [] };
  return readPolicy(await readBounded(path, maxPolicyBytes), policyFile);
}
