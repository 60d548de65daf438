import { policyFile } from '../judge/policy-file.ts';
import { maxPolicyBytes } from '../judge/read-policy.ts';
import type { TreeReader } from './lines/open-tree.ts';

/** The policy's text, to be asked of the base and never of the head (MOBY-G001); undefined where the library has none. */
export async function readPolicyFile(base: TreeReader): Promise<Uint8Array | undefined> {
  return base.file(policyFile, maxPolicyBytes);
}
