import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';

/** A key of Ed25519 that is the same in every run, as OpenSSH writes and uses it. */
export interface SshSigner {
  /** Its type and the key, as a line of allowed_signers ends. */
  readonly line: string;
  readonly sign: (payload: Buffer) => string;
}

export function sshSigner(seed: number): SshSigner {
  const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, seed)]);
  const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  const point = Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x ?? '', 'base64url');
  const blob = Buffer.concat(['ssh-ed25519', point].map(lengthed));
  return {
    line: `ssh-ed25519 ${blob.toString('base64')}`,
    sign: (payload) => sshSignature(blob, 'ssh-ed25519', sign(null, signedBytes(payload), key)),
  };
}

/** What a key signs of a message (PROTOCOL.sshsig). */
export function signedBytes(message: Buffer): Buffer {
  const hash = createHash('sha512').update(message).digest();
  return Buffer.concat([Buffer.from('SSHSIG'), ...['git', '', 'sha512', hash].map(lengthed)]);
}

export function sshSignature(key: Buffer, algorithm: string, signature: Buffer, token: Buffer = Buffer.alloc(0)): string {
  const inner = Buffer.concat([lengthed(algorithm), lengthed(signature), token]);
  const bytes = Buffer.concat([Buffer.from('SSHSIG\0\0\0\x01'), ...[key, 'git', '', 'sha512', inner].map(lengthed)]);
  return `-----BEGIN SSH SIGNATURE-----\n${bytes.toString('base64').replaceAll(/.{1,70}/g, '$&\n')}-----END SSH SIGNATURE-----`;
}

export function lengthed(content: string | Uint8Array): Buffer {
  const bytes = Buffer.from(content);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
