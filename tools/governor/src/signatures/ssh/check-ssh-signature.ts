import type { SignatureCheck } from '../signature-check.ts';
import type { CommitToCheck } from '../commit-to-check.ts';
import { matchesPatterns } from './matches-patterns.ts';
import type { AllowedSigner } from './read-allowed-signers.ts';
import { fingerprintOf } from './read-ssh-key.ts';
import { readSshSignature } from './read-ssh-signature.ts';
import { readStrings } from './read-strings.ts';
import { verifySshSignature } from './verify-ssh-signature.ts';

/** What git signs in. */
const namespace = 'git';

/**
 * As `git verify-commit` with `gpg.ssh.allowedSignersFile`, and beyond it: the key has to be the committer's by its address, and one that
 * has ended by now counts for nothing, since whoever holds it can write any date. A key that nobody has allowed is not calculated with.
 */
export function checkSshSignature({ signature, committer, now }: CommitToCheck, signers: readonly AllowedSigner[]): SignatureCheck {
  const read = readSshSignature(signature.text);
  if (typeof read === 'string') return { kind: 'unreadable', why: `the SSH signature can’t be read: ${read}` };
  if (read.namespace !== namespace)
    return { kind: 'bad', why: `the signature is for \`${read.namespace}\`, and not for \`${namespace}\`: it was made for something else` };
  if (typeOf(read.key).endsWith('-cert-v01@openssh.com'))
    return { kind: 'unsupported', why: 'it is signed by a certificate of SSH: sign with the key itself' };
  const key = fingerprintOf(read.key);
  const own = signers.filter((signer) => signer.key.blob.equals(read.key));
  if (own.length === 0) return { kind: 'unknown-key', key, why: `nobody has allowed the key ${key}` };
  const allowed = own.filter(
    ({ principals, namespaces }) =>
      committer.email !== '' && matchesPatterns(committer.email, principals) && matchesPatterns(namespace, namespaces ?? '*'),
  );
  if (allowed.length === 0)
    return { kind: 'other-signer', key, why: `the key ${key} isn’t allowed to sign commits of \`${committer.email}\`` };
  const inTime = allowed.find((signer) => isInTime(signer, committer.seconds) && (now === undefined || now <= endOf(signer)));
  if (inTime === undefined) return { kind: 'outdated', key, why: `the key ${key} isn’t allowed any more, or not yet` };
  const why = verifySshSignature(inTime.key, read, signature.payload);
  return why === undefined ? { kind: 'good', key, signer: committer.email } : { kind: 'bad', why };
}

function isInTime(signer: AllowedSigner, seconds: number): boolean {
  return seconds >= (signer.validAfter ?? -Infinity) && seconds <= endOf(signer);
}

function endOf({ validBefore }: AllowedSigner): number {
  return validBefore ?? Infinity;
}

function typeOf(key: Buffer): string {
  return readStrings(key, 1)?.strings[0]?.toString('latin1') ?? '';
}
