import type { CollectedReview } from '../collect/collect-review.ts';
import { openTree } from '../collect/lines/open-tree.ts';
import { readSignerFiles } from '../collect/read-signer-files.ts';
import { checkSignatures } from '../signatures/check-signatures.ts';
import { readOpenPgpKeys } from '../signatures/openpgp/read-open-pgp-keys.ts';
import type { SignatureCheck } from '../signatures/signature-check.ts';
import { isSignerFile, readSigners, type SignerFault } from '../signatures/signers.ts';

/** What the signatures of a pull request's commits are worth, and what it does to those who may sign. */
export interface CommitSignatures {
  /** Whether the base says who may sign. */
  readonly areAsked: boolean;
  /** By the commit's oid. */
  readonly checks: ReadonlyMap<string, SignatureCheck>;
  /** Keys of SSH that the merge would allow, by their fingerprints; empty where the list isn't touched. */
  readonly allowedAfter: ReadonlySet<string>;
  /** What would count for nothing in the files that are touched. */
  readonly faults: readonly SignerFault[];
}

export const noSignatures: CommitSignatures = { areAsked: false, checks: new Map(), allowedAfter: new Set(), faults: [] };

/** `today`: as `2027-01-31`. By the end of it, keys have to be allowed still. */
export async function commitSignatures(collected: CollectedReview, today: string | undefined): Promise<CommitSignatures> {
  const { repository, base, commits, merge } = collected;
  const { objects } = repository;
  const tree = openTree(objects, base.tree);
  const signers = readSigners(await readSignerFiles({ objects, tree }));
  const now = today === undefined ? {} : { now: Date.parse(`${today}T23:59:59Z`) / 1000 };
  const checks = await checkSignatures({ commits: commits.commits, signers, ...now });
  const areAsked = signers.ssh.length > 0 || signers.openPgpKeys.size > 0;
  const touched = new Set([...merge.laid.keys()].filter(isSignerFile));
  if (touched.size === 0) return { ...noSignatures, areAsked, checks };
  const after = readSigners(await readSignerFiles({ objects, tree, laid: merge.laid }));
  const { faults } = await readOpenPgpKeys(new Map([...after.openPgpKeys].filter(([path]) => touched.has(path))));
  return {
    areAsked,
    checks,
    allowedAfter: new Set(after.ssh.map(({ key }) => key.fingerprint)),
    faults: [...after.faults.filter(({ path }) => touched.has(path)), ...faults],
  };
}
