import { constants, createHash, verify } from 'node:crypto';
import { sshKeyTypes, type SshKey } from './read-ssh-key.ts';
import type { SshSignature } from './read-ssh-signature.ts';
import { padded, positive, readStrings } from './read-strings.ts';

/** Undefined where the signature is the key's and about the message; else why it isn't, as a phrase. */
export function verifySshSignature(key: SshKey, signature: SshSignature, message: Uint8Array): string | undefined {
  const hash = hashOf(key, signature.algorithm);
  if (hash === undefined) return `the algorithm \`${signature.algorithm}\` isn’t one for a key of the type \`${key.type}\``;
  const bytes = signature.signedBytes(createHash(signature.hash).update(message).digest());
  const signed = key.application === undefined ? bytes : tokenBytes(key.application, signature.token, bytes);
  if (signed === undefined || (key.application === undefined && signature.token.length > 0)) return 'it has no signature of this form';
  return isOfKey(key, hash, signed, signature.signature) ? undefined : 'it isn’t the key’s signature of this commit';
}

/** The hash of the algorithm; null where the algorithm has its own. */
function hashOf({ type }: SshKey, algorithm: string): string | null | undefined {
  const shape = sshKeyTypes[type];
  if (shape.kind === 'rsa') return { 'rsa-sha2-256': 'sha256', 'rsa-sha2-512': 'sha512' }[algorithm];
  if (algorithm !== type) return undefined;
  return shape.kind === 'ecdsa' ? shape.curve.hash : null;
}

/** What a security token signs (PROTOCOL.u2f): whether somebody has touched it, and how often it was used, are its own words. */
function tokenBytes(application: Buffer, token: Buffer, bytes: Buffer): Buffer | undefined {
  if (token.length !== 5) return undefined;
  const sha256 = (data: Buffer): Buffer => createHash('sha256').update(data).digest();
  return Buffer.concat([sha256(application), token, sha256(bytes)]);
}

function isOfKey({ type, publicKey }: SshKey, hash: string | null, signed: Buffer, signature: Buffer): boolean {
  const shape = sshKeyTypes[type];
  switch (shape.kind) {
    case 'ed25519':
      return signature.length === 64 && verify(null, signed, publicKey, signature);
    case 'ecdsa': {
      const pair = pairOf(signature, shape.curve.size);
      return pair !== undefined && verify(hash, signed, { key: publicKey, dsaEncoding: 'ieee-p1363' }, pair);
    }
    case 'rsa': {
      // Zeros before the number may be left out (RFC 4253, section 6.6).
      const whole = padded(signature, Math.ceil((publicKey.asymmetricKeyDetails?.modulusLength ?? 0) / 8));
      return whole !== undefined && verify(hash, signed, { key: publicKey, padding: constants.RSA_PKCS1_PADDING }, whole);
    }
  }
}

function pairOf(signature: Buffer, size: number): Buffer | undefined {
  const read = readStrings(signature, 2);
  if (read === undefined || read.rest.length > 0) return undefined;
  const numbers = read.strings.map((mpint) => padded(positive(mpint) ?? Buffer.alloc(size + 1), size));
  const [r, s] = numbers;
  return r === undefined || s === undefined ? undefined : Buffer.concat([r, s]);
}
