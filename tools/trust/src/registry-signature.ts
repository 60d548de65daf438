import { verify } from 'node:crypto';
import { Failure } from '@moby/model/basics';
import type { SigningKey, VerifyingKey } from './keys.ts';

/** One version of a package, as a registry vouches for it. */
export interface SignedRelease {
  /** npm's name with its scope. */
  readonly name: string;
  readonly version: string;
  /** Subresource integrity of the tarball, `sha512-…`. */
  readonly integrity: string;
}

/** An entry of `dist.signatures`. */
export interface RegistrySignature {
  readonly keyid: string;
  /** Base64 of the DER signature over `name@version:integrity`. */
  readonly sig: string;
}

export function signRelease(key: SigningKey, release: SignedRelease): RegistrySignature {
  return { keyid: key.keyid, sig: key.sign(signedBytes(release)).toString('base64') };
}

/**
 * The key whose signature holds; one is enough. A key that has expired still vouches for what was published before (`publishedAt`;
 * without it, for nothing). Throws `bad-signature`, saying which release and why.
 */
export function verifyRelease(
  keys: readonly VerifyingKey[],
  release: SignedRelease,
  signatures: readonly RegistrySignature[],
  publishedAt?: Date,
): VerifyingKey {
  const what = `${release.name}@${release.version}`;
  if (signatures.length === 0) throw bad(`${what} has no signature of its registry`);
  const whys: string[] = [];
  for (const { keyid, sig } of signatures) {
    const key = keys.find((one) => one.keyid === keyid);
    if (key === undefined) whys.push(`${keyid} is not among the known keys`);
    else if (key.expires !== undefined && (publishedAt === undefined || publishedAt >= key.expires)) whys.push(`${keyid} had expired`);
    else if (verify('sha256', signedBytes(release), key.publicKey, Buffer.from(sig, 'base64'))) return key;
    else whys.push(`the signature by ${keyid} is not of this name, version and integrity`);
  }
  throw bad(`${what} is not signed by its registry: ${whys.join('; ')}`);
}

function signedBytes({ name, version, integrity }: SignedRelease): Buffer {
  return Buffer.from(`${name}@${version}:${integrity}`);
}

function bad(message: string): Failure {
  return new Failure({
    code: 'bad-signature',
    message,
    hints: ['do not use it; ask whoever runs the registry, and compare with another copy of it'],
  });
}
