import type { TreeReader } from './lines/open-tree.ts';

/** Where a library keeps what it has decided (`Policy`). */
export const policyFile = 'docs/governance/policy.yaml';

const maxPolicyBytes = 256 * 1024;

/** The policy's text, to be asked of the base and never of the head (MOBY-G001); undefined where the library has none. */
export async function readPolicyFile(base: TreeReader): Promise<Uint8Array | undefined> {
  return base.file(policyFile, maxPolicyBytes);
}
