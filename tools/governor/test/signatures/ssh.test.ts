import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSigners, type SignatureCheck } from '@moby/governor/collect';
import { describeMachine, removeFolder, temporaryFolder } from '@moby/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lengthed, signedBytes, sshSignature } from './ssh-signer.ts';
import { checkText, run, signedCommits, written, type SignedCommits } from './signed-commits.ts';

describeMachine(
  'a commit signed by a key of SSH',
  () => {
    let [folder, keys] = ['', new Map<string, string>()];
    let repository: SignedCommits;

    beforeAll(() => {
      folder = temporaryFolder();
      repository = signedCommits(folder);
      for (const [type, bits] of kinds) {
        const file = join(folder, `${type}-${bits}`);
        run('ssh-keygen', ['-q', '-t', type, '-b', bits, '-N', '', '-C', '', '-f', file]);
        keys.set(`${type}-${bits}`, readFileSync(`${file}.pub`, 'utf8').trim());
      }
    });
    afterAll(() => removeFolder(folder));

    const signing = (key: string): readonly string[] => ['gpg.format=ssh', `user.signingkey=${join(folder, key)}`];
    /** What we say, and whether git says that it is good. */
    const both = async (oid: string, allowed: string): Promise<{ ours: SignatureCheck; git: boolean }> => {
      const file = written(folder, 'allowed', allowed);
      const gits = repository.gitAccepts(oid, ['gpg.format=ssh', `gpg.ssh.allowedSignersFile=${file}`]);
      return { ours: await repository.check(oid, { allowedSigners: Buffer.from(allowed) }), git: gits };
    };

    test.each(kinds.filter(([type, bits]) => `${type}-${bits}` !== 'rsa-1024'))('is good for %s of %s bits', async (type, bits) => {
      const key = `${type}-${bits}`;
      const { ours, git } = await both(repository.commit(signing(key)), `# ours\n\nann@example.com ${keys.get(key)} Ann's "key\n`);
      expect(ours).toEqual({ kind: 'good', key: fingerprint(keys.get(key)), signer: 'ann@example.com' });
      expect(git).toBe(true);
    });

    test('is good where the line allows the committer, and nowhere else', async () => {
      const oid = repository.commit(signing('ed25519-256'));
      const key = keys.get('ed25519-256') ?? '';
      const stranger = keys.get('rsa-2048') ?? '';
      for (const [line, kind, isGits] of [
        [`*@example.com,!bob@example.com ${key}`, 'good', true],
        [`"ann@example.com" namespaces="file,g?t",valid-after="20000101Z",valid-before="200201012359Z" ${key}`, 'good', true],
        [`bob@example.com ${key}\nann@example.* ${key}`, 'good', true],
        [`ann@example.com ${stranger}`, 'unknown-key', false],
        ['', 'unknown-key', false],
        [`ann@example.com namespaces="file" ${key}`, 'other-signer', false],
        [`ann@example.com valid-after="20020101Z" ${key}`, 'outdated', false],
        [`ann@example.com valid-before="200101010101Z" ${key}`, 'outdated', false],
        [`ann@example.com cert-authority ${key}`, 'unknown-key', false],
        // git asks for a line with the key, whoever it is for.
        [`bob@example.com ${key}`, 'other-signer', true],
        [`*,!ann@example.com ${key}`, 'other-signer', true],
      ] as const) {
        const { ours, git } = await both(oid, `${line}\n`);
        expect([ours.kind, git], line).toEqual([kind, isGits]);
      }
    });

    test('is good as long as its key is allowed, and not only on the day that it says', async () => {
      const oid = repository.commit(signing('ed25519-256'));
      const allowedSigners = Buffer.from(`ann@example.com valid-before="20021231Z" ${keys.get('ed25519-256')}\n`);
      expect((await repository.check(oid, { allowedSigners }, Date.UTC(2002, 0, 1) / 1000)).kind).toBe('good');
      expect((await repository.check(oid, { allowedSigners }, Date.UTC(2003, 0, 1) / 1000)).kind).toBe('outdated');
    });

    test('is bad where anything of the commit was changed, or the signature is of another', async () => {
      const oid = repository.commit(signing('ecdsa-256'));
      const allowed = `*@example.com ${keys.get('ecdsa-256')}\n`;
      const other = signatureIn(repository.text(repository.commit(signing('ecdsa-256'), 'another change')));
      const changes: readonly ((text: string) => string)[] = [
        (text) => text.replace('a change', 'a chance'),
        (text) => text.replace('author Ann', 'author Bob'),
        (text) => text.replace(/^committer Ann/m, 'committer Eve'),
        (text) => text.replace(signatureIn(text), other),
      ];
      for (const change of changes) {
        const { ours, git } = await both(repository.altered(oid, change), allowed);
        expect([ours.kind, git]).toEqual(['bad', false]);
      }
    });

    test('counts for nothing in any byte that was changed, and never stops the check', async () => {
      const oid = repository.commit(signing('ed25519-256'));
      const text = repository.text(oid);
      const bytes = Buffer.from(signatureIn(text).split('\n').slice(1, -1).join(''), 'base64');
      const allowedSigners = Buffer.from(`*@example.com ${keys.get('ed25519-256')}\n`);
      const seen = new Set<string>();
      const variants = [
        ...[...bytes.keys()].map((at) => Buffer.concat([bytes.subarray(0, at), Buffer.of((bytes[at] ?? 0) ^ 1), bytes.subarray(at + 1)])),
        ...[...bytes.keys()].map((at) => bytes.subarray(0, at)),
        Buffer.concat([bytes, Buffer.of(0)]),
      ];
      for (const variant of variants) {
        const armoured = `-----BEGIN SSH SIGNATURE-----\n ${variant.toString('base64')}\n -----END SSH SIGNATURE-----`;
        seen.add((await checkText(text.replace(signatureIn(text), armoured), { allowedSigners })).kind);
      }
      expect([...seen].sort()).toEqual(['bad', 'unknown-key', 'unreadable']);
    });

    test('is of no use where its key is short, or it was made for something else', async () => {
      const short = repository.commit(signing('rsa-1024'));
      const allowedSigners = Buffer.from(`ann@example.com ${keys.get('rsa-1024')}\n`);
      expect(readSigners({ allowedSigners, openPgpKeys: new Map() }).faults).toEqual([
        { path, line: 1, why: 'the key can’t be taken: an RSA key has 2048 to 16384 bits; this one has 1024' },
      ]);
      expect((await repository.check(short, { allowedSigners })).kind).toBe('unknown-key');
      const oid = repository.commit(signing('ed25519-256'));
      const payload = repository.text(oid).replace(/gpgsig [^]*-----END SSH SIGNATURE-----\n/, '');
      const forFiles = run('ssh-keygen', ['-Y', 'sign', '-q', '-n', 'file', '-f', join(folder, 'ed25519-256')], { input: payload });
      const moved = repository.altered(oid, (text) => text.replace(signatureIn(text), forFiles.trim().replaceAll('\n', '\n ')));
      expect(await repository.check(moved, { allowedSigners: Buffer.from(`* ${keys.get('ed25519-256')}\n`) })).toEqual({
        kind: 'bad',
        why: 'the signature is for `file`, and not for `git`: it was made for something else',
      });
    });

    test('is good for a key in a security token, as ssh-keygen has it', async () => {
      const pair = generateKeyPairSync('ed25519');
      const blob = tokenKey(pair.publicKey);
      const allowed = `ann@example.com sk-ssh-ed25519@openssh.com ${blob.toString('base64')}\n`;
      const oid = repository.commit(signing('ed25519-256'));
      const payload = Buffer.from(repository.text(oid).replace(/gpgsig [^]*-----END SSH SIGNATURE-----\n/, ''), 'latin1');
      for (const [touched, kind] of [
        [payload, 'good'],
        [Buffer.from('something else'), 'bad'],
      ] as const) {
        const armoured = tokenSignature(pair.privateKey, blob, touched);
        const signed = repository.altered(oid, (text) => text.replace(signatureIn(text), armoured.replaceAll('\n', '\n ')));
        const { ours, git } = await both(signed, allowed);
        expect([ours.kind, git]).toEqual([kind, kind === 'good']);
      }
    });
  },
  ['ssh-keygen'],
);

describe('lines of allowed_signers that can’t be taken', () => {
  const key = `ssh-ed25519 ${Buffer.concat([lengthed('ssh-ed25519'), lengthed(Buffer.alloc(32, 7))]).toString('base64')}`;

  /** With the exponent 1, everybody can sign. */
  const open = Buffer.concat(['ssh-rsa', Buffer.of(1), Buffer.concat([Buffer.of(0, 0x80), Buffer.alloc(255, 1)])].map(lengthed));

  test.each([
    ['ann@example.com', 'it has to be addresses, options if there are any, the type of a key, and the key'],
    [`ann@example.com ${key.slice(0, -3)}`, 'the key can’t be taken: it is no base64'],
    [`ann@example.com ${key.replace('ssh-ed25519', 'ssh-rsa')}`, 'it says `ssh-rsa`, and its key is of the type `ssh-ed25519`'],
    [
      `ann@example.com ssh-dss ${lengthed('ssh-dss').toString('base64')}`,
      expect.stringMatching(/^the key can’t be taken: keys of the type `ssh-dss` aren’t taken/),
    ],
    [`ann@example.com ssh-rsa ${open.toString('base64')}`, 'the key can’t be taken: it is no key of the type `ssh-rsa`'],
    [`ann@example.com cert-authority ${key}`, '`cert-authority` isn’t taken: name each key by itself'],
    [`ann@example.com valid-after="20270131" ${key}`, expect.stringMatching(/^`valid-after` is `20270131`: it has to be a time in UTC/)],
    [`ann@example.com valid-before="20270231Z" ${key}`, expect.stringMatching(/^`valid-before` is `20270231Z`/)],
    [`ann@example.com valid-after="20270131Z",valid-before="20260131Z" ${key}`, 'it ends before it begins'],
    [`ann@example.com namespaces="git",namespaces="file" ${key}`, '`namespaces` stands there twice'],
    [`ann@example.com namespaces=git ${key}`, '`namespaces=git` is no option'],
    [`ann@example.com no-touch-required ${key}`, '`no-touch-required` is no option'],
    [`"ann@example.com ${key}`, 'it has to be addresses, options if there are any, the type of a key, and the key'],
    [`ann@example.com ${'x'.repeat(9000)}`, 'the line has more than 8192 characters'],
  ])('%.70s', (line, why) => {
    const { ssh, faults } = readSigners({
      allowedSigners: Buffer.from(`# one\n${line}\nbob@example.com ${key}\n`),
      openPgpKeys: new Map(),
    });
    expect(faults).toEqual([{ path, line: 2, why }]);
    expect(ssh.map((signer) => signer.principals)).toEqual(['bob@example.com']);
  });
});

describe('what stands in place of a signature', () => {
  test('gets words, whatever it is', async () => {
    const person = 'Ann <ann@example.com> 1000000000 +0000';
    const plain = `tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor ${person}\ncommitter ${person}\n\na change\n`;
    const words = async (signature: string): Promise<string> => {
      const check = await checkText(plain.replace('\n\n', `\ngpgsig ${signature.replaceAll('\n', '\n ')}\n\n`), {});
      return check.kind === 'none' || check.kind === 'good' ? check.kind : `${check.kind}: ${check.why}`;
    };
    expect(await checkText(plain, {})).toEqual({ kind: 'none' });
    expect(await words('me')).toBe('unreadable: what stands where a commit’s signature does is none of SSH, OpenPGP or X.509');
    expect(await words(`-----BEGIN SSH SIGNATURE-----\n${'A'.repeat(20_000)}`)).toMatch(
      /^unreadable: the signature has 20030 characters; at most 16384/,
    );
    expect(await words('-----BEGIN SIGNED MESSAGE-----\nAAAA\n-----END SIGNED MESSAGE-----')).toMatch(
      /^unsupported: it is signed by a certificate/,
    );
    expect(await words('-----BEGIN SSH SIGNATURE-----\n…\n-----END SSH SIGNATURE-----')).toMatch(
      /^unreadable: the SSH signature can’t be read: its armour/,
    );
    expect(await words('-----BEGIN PGP SIGNATURE-----\n\nAAAA\n=AAAA\n-----END PGP SIGNATURE-----')).toMatch(
      /^unreadable: the OpenPGP signature can’t be read/,
    );
    const certificate = sshSignature(Buffer.concat([lengthed('ssh-ed25519-cert-v01@openssh.com')]), 'ssh-ed25519', Buffer.alloc(64));
    expect(await words(certificate)).toBe('unsupported: it is signed by a certificate of SSH: sign with the key itself');
  });
});

const path = 'docs/governance/allowed_signers';

const kinds = [
  ['ed25519', '256'],
  ['ecdsa', '256'],
  ['ecdsa', '384'],
  ['ecdsa', '521'],
  ['rsa', '2048'],
  ['rsa', '1024'],
] as const;

function signatureIn(commit: string): string {
  const [found = ''] = /-----BEGIN SSH SIGNATURE-----[^]*-----END SSH SIGNATURE-----/.exec(commit) ?? [];
  return found;
}

function fingerprint(line: string | undefined): string {
  const [, base64 = ''] = line?.split(' ') ?? [];
  return `SHA256:${createHash('sha256').update(Buffer.from(base64, 'base64')).digest('base64').replaceAll('=', '')}`;
}

function tokenKey(key: KeyObject): Buffer {
  const point = Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url');
  return Buffer.concat(['sk-ssh-ed25519@openssh.com', point, 'ssh:'].map(lengthed));
}

/** As PROTOCOL.u2f has it: touched, for the fifth time. */
function tokenSignature(key: KeyObject, blob: Buffer, message: Buffer): string {
  const sha256 = (data: Buffer | string): Buffer => createHash('sha256').update(data).digest();
  const token = Buffer.of(1, 0, 0, 0, 5);
  const signature = sign(null, Buffer.concat([sha256('ssh:'), token, sha256(signedBytes(message))]), key);
  return sshSignature(blob, 'sk-ssh-ed25519@openssh.com', signature, token);
}
