import type { Commit } from '../collect/git/open-repository.ts';
import { checkOpenPgpSignature } from './openpgp/check-open-pgp-signature.ts';
import { readOpenPgpKeys } from './openpgp/read-open-pgp-keys.ts';
import type { RefusedSignature, SignatureCheck } from './signature-check.ts';
import type { Signers } from './signers.ts';
import { checkSshSignature } from './ssh/check-ssh-signature.ts';

export interface ToCheckSignatures {
  readonly commits: readonly Commit[];
  /** Of the base, never of the head. */
  readonly signers: Signers;
  /** Seconds since 1970; a key that has ended before that counts for nothing. */
  readonly now?: number;
}

/** No signature of one key is as long. */
const maxSignatureLength = 16_384;

/** What each commit's signature is worth, by oid. Pure: keys come from `signers`, time from `now`. */
export async function checkSignatures({ commits, signers, now }: ToCheckSignatures): Promise<ReadonlyMap<string, SignatureCheck>> {
  const checks = new Map<string, SignatureCheck>();
  const isOpenPgp = commits.some(({ signature }) => signature !== undefined && kindOf(signature.text) === 'openpgp');
  const { keys } = isOpenPgp ? await readOpenPgpKeys(signers.openPgpKeys) : { keys: [] };
  for (const { oid, signature, committer } of commits) {
    if (signature === undefined) {
      checks.set(oid, { kind: 'none' });
      continue;
    }
    const commit = { signature, committer, ...(now === undefined ? {} : { now }) };
    const kind = kindOf(signature.text);
    if (kind === 'ssh') checks.set(oid, checkSshSignature(commit, signers.ssh));
    else if (kind === 'openpgp') checks.set(oid, await checkOpenPgpSignature(commit, keys));
    else checks.set(oid, kind);
  }
  return checks;
}

function kindOf(text: string): 'ssh' | 'openpgp' | RefusedSignature {
  if (text.length > maxSignatureLength)
    return { kind: 'unreadable', why: `the signature has ${text.length} characters; at most ${maxSignatureLength} are read` };
  if (text.startsWith('-----BEGIN SSH SIGNATURE-----\n')) return 'ssh';
  if (text.startsWith('-----BEGIN PGP SIGNATURE-----\n')) return 'openpgp';
  if (text.startsWith('-----BEGIN SIGNED MESSAGE-----\n'))
    return { kind: 'unsupported', why: 'it is signed by a certificate of X.509: sign with a key of SSH or OpenPGP' };
  return { kind: 'unreadable', why: 'what stands where a commit’s signature does is none of SSH, OpenPGP or X.509' };
}
