import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { Failure } from '@moby/model/basics';

/** ECDSA over NIST P-256 with SHA-256: what npm's clients verify, and sigstore's. */
const curve = 'prime256v1';
const maxKeyBytes = 16_384;

export interface VerifyingKey {
  /** `SHA256:` and the base64 of the SHA-256 of its SubjectPublicKeyInfo (RFC 5280, section 4.1.2.7), without padding, as npm names keys. */
  readonly keyid: string;
  readonly publicKey: KeyObject;
  /** From when on it vouches for nothing new; missing while it is in use. */
  readonly expires?: Date;
}

export interface SigningKey extends VerifyingKey {
  /** DER, as ECDSA-Sig-Value (RFC 3279, section 2.2.3). */
  readonly sign: (data: Uint8Array) => Buffer;
}

/** A new private key as PKCS #8 in PEM; with a passphrase, encrypted by AES-256. */
export function makeSigningKey(passphrase?: string): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: curve });
  const protection = passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase };
  return privateKey.export({ type: 'pkcs8', format: 'pem', ...protection }).toString();
}

/** A private key from PEM. `file` is for messages. Throws `invalid-input`. */
export function readSigningKey(pem: string, file: string, passphrase?: string): SigningKey {
  const refuse = (why: string, hints: readonly string[] = []): Failure =>
    new Failure({ code: 'invalid-input', message: `\`${file}\` ${why}`, hints });
  if (pem.length > maxKeyBytes) throw refuse('is too long for a key', ['name a file with one private key in PEM']);
  if (pem.includes('ENCRYPTED') && passphrase === undefined)
    throw refuse('is protected by a passphrase', ['put the passphrase into MOBY_COMPOSE_KEY_PASSPHRASE']);
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: pem, format: 'pem', ...(passphrase === undefined ? {} : { passphrase }) });
  } catch {
    throw refuse(pem.includes('ENCRYPTED') ? 'does not open with this passphrase' : 'holds no private key in PEM');
  }
  if (!isP256(key)) throw refuse('holds a key of another kind than ECDSA over P-256', ['make one with moby-compose key new']);
  const publicKey = createPublicKey(key);
  return { keyid: keyidOf(publicKey), publicKey, sign: (data) => sign('sha256', data, key) };
}

/** A public key from PEM or from the base64 of its SubjectPublicKeyInfo. `file` is for messages. Throws `invalid-input`. */
export function readVerifyingKey(text: string, file: string): VerifyingKey {
  const trimmed = text.length > maxKeyBytes ? '' : text.trim();
  let publicKey: KeyObject | undefined;
  try {
    publicKey = trimmed.startsWith('-----BEGIN PUBLIC KEY-----')
      ? createPublicKey({ key: trimmed, format: 'pem' })
      : createPublicKey({ key: Buffer.from(trimmed, 'base64'), format: 'der', type: 'spki' });
  } catch {
    publicKey = undefined;
  }
  if (publicKey === undefined || !isP256(publicKey))
    throw new Failure({
      code: 'invalid-input',
      message: `\`${file}\` holds no public key of ECDSA over P-256, in PEM or base64`,
      hints: ['moby-compose key show FILE prints the public half of a key'],
    });
  return { keyid: keyidOf(publicKey), publicKey };
}

function isP256({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  return asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === curve;
}

function keyidOf(publicKey: KeyObject): string {
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return `SHA256:${createHash('sha256').update(spki).digest('base64').replace(/=+$/, '')}`;
}
