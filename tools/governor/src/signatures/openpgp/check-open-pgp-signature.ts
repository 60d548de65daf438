import type { PublicKey, Signature, SignaturePacket } from 'openpgp';
import type { CommitToCheck } from '../commit-to-check.ts';
import type { SignatureCheck } from '../signature-check.ts';
import { firstLine } from './read-open-pgp-keys.ts';

/** RFC 9580, section 5.2.1: over the bytes as they are. */
const ofBinary = 0;

/**
 * As `git verify-commit` with a keyring of exactly these keys, and beyond it: the committer's address has to be one of the key's, signed by
 * itself. How strong keys and hashes must be is as OpenPGP.js has it: RSA from 2047 bits, no DSA, no SHA-1.
 */
export async function checkOpenPgpSignature(commit: CommitToCheck, keys: readonly PublicKey[]): Promise<SignatureCheck> {
  const { createMessage, readSignature, verify } = await import('openpgp');
  let signature: Signature;
  try {
    signature = await readSignature({ armoredSignature: commit.signature.text });
  } catch (error) {
    return { kind: 'unreadable', why: `the OpenPGP signature can’t be read: ${firstLine(error)}` };
  }
  const [packet, ...others] = signature.packets;
  if (packet === undefined || others.length > 0)
    return { kind: 'unreadable', why: `there are ${signature.packets.length} OpenPGP signatures in one; exactly one is read` };
  if (Number(packet.signatureType) !== ofBinary)
    return { kind: 'unsupported', why: 'the OpenPGP signature is of another kind than those of files, which git makes' };
  const key = keys.find((one) => one.getKeys(packet.issuerKeyID).length > 0);
  if (key === undefined) {
    const id = packet.issuerKeyID.toHex().toUpperCase();
    return { kind: 'unknown-key', key: id, why: `nobody has allowed the key ${id}` };
  }
  const allowed = await judgeKey(key, packet, commit);
  if (allowed !== undefined) return allowed;
  try {
    const message = await createMessage({ binary: commit.signature.payload });
    const { signatures } = await verify({ message, signature, verificationKeys: [key], date: dateOf(commit, packet) });
    for (const { verified } of signatures) await verified;
    if (signatures.length !== 1) return { kind: 'bad', why: 'the OpenPGP signature is about nothing' };
  } catch (error) {
    return { kind: 'bad', why: `the OpenPGP signature doesn’t hold: ${firstLine(error)}` };
  }
  return { kind: 'good', key: nameOf(key), signer: commit.committer.email };
}

/** Undefined where the key is the committer's, and may sign now. */
async function judgeKey(key: PublicKey, packet: SignaturePacket, commit: CommitToCheck): Promise<SignatureCheck | undefined> {
  const { email } = commit.committer;
  const at = timeOf(commit);
  if (!(await isOf(key, email, at)))
    return { kind: 'other-signer', key: nameOf(key), why: `the key ${nameOf(key)} isn’t allowed to sign commits of \`${email}\`` };
  try {
    await key.getSigningKey(packet.issuerKeyID, at ?? packet.created);
    return undefined;
  } catch (error) {
    return { kind: 'outdated', key: nameOf(key), why: `the key ${nameOf(key)} may not sign: ${firstLine(error)}` };
  }
}

/** Where nobody knows what time it is, an address counts as of the youngest signature that binds it to the key. */
async function isOf(key: PublicKey, email: string, at: Date | undefined): Promise<boolean> {
  for (const user of key.users) {
    if (email === '' || user.userID?.email !== email) continue;
    const youngest = user.selfCertifications.map(({ created }) => created?.getTime() ?? 0);
    try {
      await user.verify(at ?? new Date(Math.max(...youngest)));
      return true;
    } catch {
      // Another of the key's identities may have the same address.
    }
  }
  return false;
}

/** Nobody's clock is so right that a signature of a moment ago could be told from one of the future; null leaves the question out. */
function dateOf(commit: CommitToCheck, { created }: SignaturePacket): Date | null {
  const at = timeOf(commit);
  return at === undefined || created === null || at < created ? null : at;
}

function timeOf({ now }: CommitToCheck): Date | undefined {
  return now === undefined ? undefined : new Date(now * 1000);
}

function nameOf(key: PublicKey): string {
  return key.getFingerprint().toUpperCase();
}
