import { readStrings, strictBase64, writeString } from './read-strings.ts';

/** An armoured signature of `ssh-keygen -Y sign` (OpenSSH, PROTOCOL.sshsig). */
export interface SshSignature {
  /** The blob of the key that it says it is made with. */
  readonly key: Buffer;
  readonly namespace: string;
  readonly hash: 'sha256' | 'sha512';
  readonly algorithm: string;
  readonly signature: Buffer;
  /** Behind it, of a key in a security token: one byte of flags, a counter in four. */
  readonly token: Buffer;
  /** What is signed, of the message's hash. */
  readonly signedBytes: (messageHash: Buffer) => Buffer;
}

const magic = 'SSHSIG';

/** The signature, or what is wrong with it as a phrase. */
export function readSshSignature(armoured: string): SshSignature | string {
  const [, lines] = /^-----BEGIN SSH SIGNATURE-----\n([A-Za-z0-9+/=\n]*)\n-----END SSH SIGNATURE-----\n*$/.exec(armoured) ?? [];
  const bytes = lines === undefined ? undefined : strictBase64(lines.replaceAll('\n', ''));
  if (bytes === undefined) return 'its armour is no base64 between its two lines';
  if (bytes.toString('latin1', 0, magic.length) !== magic || bytes.length < magic.length + 4) return 'it doesn’t begin with `SSHSIG`';
  const version = bytes.readUInt32BE(magic.length);
  if (version !== 1) return `it is of version ${version}; version 1 is read`;
  const read = readStrings(bytes.subarray(magic.length + 4), 5);
  if (read === undefined) return 'it ends in the middle';
  if (read.rest.length > 0) return `${read.rest.length} bytes follow it`;
  const [key, namespace, reserved, hash, blob] = read.strings;
  const inner = blob === undefined ? undefined : readStrings(blob, 2);
  const [algorithm, signature] = inner?.strings ?? [];
  if (!key || !namespace || !reserved || !hash || !inner || !algorithm || !signature) return 'it has no signature in it';
  const hashName = hash.toString('latin1');
  if (hashName !== 'sha256' && hashName !== 'sha512') return 'it is over another hash than sha256 or sha512';
  return {
    key,
    namespace: namespace.toString('utf8'),
    hash: hashName,
    algorithm: algorithm.toString('latin1'),
    signature,
    token: inner.rest,
    signedBytes: (messageHash) => Buffer.concat([Buffer.from(magic), ...[namespace, reserved, hash, messageHash].map(writeString)]),
  };
}
