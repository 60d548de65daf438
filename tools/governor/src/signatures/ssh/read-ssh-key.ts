import { createHash, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { padded, positive, readStrings } from './read-strings.ts';

/** A public key as OpenSSH writes it (RFC 4253, section 6.6; RFC 5656; RFC 8709; PROTOCOL.u2f). */
export interface SshKey {
  readonly type: SshKeyType;
  /** As `SHA256:…`, as ssh-keygen prints it. */
  readonly fingerprint: string;
  readonly blob: Buffer;
  readonly publicKey: KeyObject;
  /** Of a key in a security token: what it signs for. */
  readonly application?: Buffer;
}

export type SshKeyType =
  | 'ssh-ed25519'
  | 'sk-ssh-ed25519@openssh.com'
  | 'ecdsa-sha2-nistp256'
  | 'ecdsa-sha2-nistp384'
  | 'ecdsa-sha2-nistp521'
  | 'sk-ecdsa-sha2-nistp256@openssh.com'
  | 'ssh-rsa';

/** `token`: the key lies in a security token, which signs more than it is given. */
export type SshKeyShape =
  | { readonly kind: 'ed25519'; readonly token: boolean }
  | { readonly kind: 'ecdsa'; readonly curve: Curve; readonly token: boolean }
  | { readonly kind: 'rsa'; readonly token: false };

export interface Curve {
  readonly ssh: string;
  readonly jwk: string;
  /** Of a coordinate, in bytes. */
  readonly size: number;
  readonly hash: string;
}

const p256: Curve = { ssh: 'nistp256', jwk: 'P-256', size: 32, hash: 'sha256' };
const p384: Curve = { ssh: 'nistp384', jwk: 'P-384', size: 48, hash: 'sha384' };
const p521: Curve = { ssh: 'nistp521', jwk: 'P-521', size: 66, hash: 'sha512' };

/** The types that are verified. DSA is broken, and certificates would need an authority and its list of what it took back. */
export const sshKeyTypes: Readonly<Record<SshKeyType, SshKeyShape>> = {
  'ssh-ed25519': { kind: 'ed25519', token: false },
  'sk-ssh-ed25519@openssh.com': { kind: 'ed25519', token: true },
  'ecdsa-sha2-nistp256': { kind: 'ecdsa', curve: p256, token: false },
  'ecdsa-sha2-nistp384': { kind: 'ecdsa', curve: p384, token: false },
  'ecdsa-sha2-nistp521': { kind: 'ecdsa', curve: p521, token: false },
  'sk-ecdsa-sha2-nistp256@openssh.com': { kind: 'ecdsa', curve: p256, token: true },
  'ssh-rsa': { kind: 'rsa', token: false },
};

/** Of an RSA modulus. OpenSSL verifies none that is longer. */
const [minRsaBits, maxRsaBits] = [2048, 16_384];
const maxExponentBytes = 8;

/** The key, or what is wrong with it as a phrase. */
export function readSshKey(blob: Buffer): SshKey | string {
  const type = readStrings(blob, 1)?.strings[0]?.toString('latin1');
  if (type === undefined) return 'it is no key of SSH';
  if (!isKeyType(type)) return `keys of the type \`${type}\` aren’t taken; these are: ${Object.keys(sshKeyTypes).join(', ')}`;
  const shape = sshKeyTypes[type];
  const parts = { ed25519: 2, ecdsa: 3, rsa: 3 }[shape.kind] + (shape.token ? 1 : 0);
  const read = readStrings(blob, parts);
  if (read === undefined || read.rest.length > 0) return `it is no key of the type \`${type}\``;
  const [, second = blob, third = blob] = read.strings;
  if (shape.kind === 'rsa') {
    const bits = bitsOf(third);
    if (bits < minRsaBits || bits > maxRsaBits) return `an RSA key has ${minRsaBits} to ${maxRsaBits} bits; this one has ${bits}`;
  }
  const publicKey = imported(jwkOf(shape, second, third));
  if (publicKey === undefined) return `it is no key of the type \`${type}\``;
  const application = shape.token ? read.strings.at(-1) : undefined;
  return { type, fingerprint: fingerprintOf(blob), blob, publicKey, ...(application === undefined ? {} : { application }) };
}

export function fingerprintOf(blob: Buffer): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

function jwkOf(shape: SshKeyShape, second: Buffer, third: Buffer): JsonWebKey | undefined {
  switch (shape.kind) {
    case 'ed25519':
      return second.length === 32 ? { kty: 'OKP', crv: 'Ed25519', x: second.toString('base64url') } : undefined;
    case 'ecdsa': {
      const { ssh, jwk, size } = shape.curve;
      if (second.toString('latin1') !== ssh || third.length !== 1 + 2 * size || third[0] !== 4) return undefined;
      return { kty: 'EC', crv: jwk, x: third.toString('base64url', 1, 1 + size), y: third.toString('base64url', 1 + size) };
    }
    case 'rsa': {
      const [e, n] = [positive(second), positive(third)];
      if (e === undefined || n === undefined || padded(e, maxExponentBytes) === undefined || !isExponent(e)) return undefined;
      return { kty: 'RSA', e: e.toString('base64url'), n: n.toString('base64url') };
    }
  }
}

/** Odd, and not 1, with which everybody could sign. */
function isExponent(number: Buffer): boolean {
  return (number.at(-1) ?? 0) % 2 === 1 && !number.equals(Buffer.of(1));
}

/** Undefined for what is no key: a point beside its curve. */
function imported(jwk: JsonWebKey | undefined): KeyObject | undefined {
  try {
    return jwk === undefined ? undefined : createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    return undefined;
  }
}

function bitsOf(mpint: Buffer): number {
  const number = positive(mpint) ?? Buffer.alloc(0);
  return number.length === 0 ? 0 : number.length * 8 - Math.clz32(number[0] ?? 0) + 24;
}

function isKeyType(type: string): type is SshKeyType {
  return Object.hasOwn(sshKeyTypes, type);
}
