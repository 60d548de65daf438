import { chmodSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readOpenPgpKeys } from '@moby/governor/collect';
import { describeMachine, removeFolder, temporaryFolder } from '@moby/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkText, run, signedCommits, written, type SignedCommits } from './signed-commits.ts';

const keysFolder = 'docs/governance/keys/';

describeMachine(
  'a commit signed by a key of OpenPGP',
  () => {
    let folder = '';
    let repository: SignedCommits;
    const prints = new Map<string, string>();

    const gpg = (words: readonly string[], input = ''): string =>
      run('gpg', ['--batch', '--quiet', '--pinentry-mode', 'loopback', '--passphrase', '', ...words], { home: folder, input });
    const make = (name: string, user: string, words: readonly string[], options: readonly string[] = []): void => {
      gpg([...options, '--quick-gen-key', user, ...words]);
      const lines = gpg(['--with-colons', '--list-keys', `=${user}`]).split('\n');
      prints.set(name, lines.find((line) => line.startsWith('fpr:'))?.split(':')[9] ?? '');
    };
    const exported = (...names: readonly string[]): ReadonlyMap<string, Uint8Array> =>
      new Map(names.map((name) => [`${keysFolder}${name}.asc`, Buffer.from(gpg(['--armor', '--export', prints.get(name) ?? '']))]));
    const signing = (name: string): readonly string[] => [`user.signingkey=${prints.get(name)}`];

    beforeAll(() => {
      folder = temporaryFolder();
      repository = signedCommits(folder);
      mkdirSync(join(folder, '.gnupg'), { mode: 0o700 });
      make('edwards', 'Ann <ann@example.com>', ['ed25519', 'cert', 'never']);
      gpg(['--quick-add-key', prints.get('edwards') ?? '', 'ed25519', 'sign', 'never']);
      make('rsa', 'Ann Two <ann@example.com>', ['rsa2048', 'sign', 'never']);
      make('nist', 'Bob <bob@example.com>', ['nistp256', 'sign', 'never']);
    });
    afterAll(async () => {
      run('gpgconf', ['--kill', 'all'], { home: folder });
      await removeFolder(folder);
    });

    test.each(['edwards', 'rsa'])('is good for the committer’s key: %s', async (name) => {
      const oid = repository.commit(signing(name));
      const openPgpKeys = exported('nist', name);
      expect(await repository.check(oid, { openPgpKeys })).toEqual({ kind: 'good', key: prints.get(name), signer: 'ann@example.com' });
      expect(repository.gitAccepts(oid, [])).toBe(true);
      expect((await repository.check(oid, {})).kind).toBe('unknown-key');
      expect((await repository.check(oid, { openPgpKeys: exported('nist') })).kind).toBe('unknown-key');
    });

    test('counts for nothing where the key is another person’s, though git accepts every key that it has', async () => {
      const oid = repository.commit(signing('nist'));
      expect(await repository.check(oid, { openPgpKeys: exported('nist') })).toEqual({
        kind: 'other-signer',
        key: prints.get('nist'),
        why: `the key ${prints.get('nist')} isn’t allowed to sign commits of \`ann@example.com\``,
      });
      expect(repository.gitAccepts(oid, [])).toBe(true);
    });

    test('is bad where the commit was changed, and where its hash is weak', async () => {
      const openPgpKeys = exported('edwards');
      const changed = repository.altered(repository.commit(signing('edwards')), (text) => text.replace('a change', 'a chance'));
      expect((await repository.check(changed, { openPgpKeys })).kind).toBe('bad');
      expect(repository.gitAccepts(changed, [])).toBe(false);
      const other = repository.altered(repository.commit(signing('edwards')), (text) => text.replace(/^committer Ann/m, 'committer Eve'));
      expect((await repository.check(other, { openPgpKeys })).kind).toBe('bad');
      const payload = repository.text(repository.commit(signing('rsa'))).replace(/gpgsig [^]*-----END PGP SIGNATURE-----\n(?: \n)?/, '');
      const weak = gpg(['--armor', '--detach-sign', '--digest-algo', 'SHA1', '-u', prints.get('rsa') ?? ''], payload);
      expect(await checkText(signedBy(payload, weak), { openPgpKeys: exported('rsa') })).toEqual({
        kind: 'bad',
        why: 'the OpenPGP signature doesn’t hold: Insecure message hash algorithm: SHA1',
      });
      const ofText = gpg(['--armor', '--textmode', '--detach-sign', '-u', prints.get('rsa') ?? ''], payload);
      expect((await checkText(signedBy(payload, ofText), { openPgpKeys: exported('rsa') })).kind).toBe('unsupported');
    });

    test('counts for nothing where the key has ended, or was taken back', async () => {
      make('ended', 'Ann Three <ann@example.com>', ['ed25519', 'sign', '1d'], ['--faked-system-time', '20200101T000000']);
      const script = '#!/bin/sh\nexec gpg --faked-system-time 20200101T003000 "$@"\n';
      const program = written(folder, 'gpg-of-2020', script);
      chmodSync(program, 0o700);
      const early = repository.commit([`gpg.program=${program}`, ...signing('ended')]);
      const keys = { openPgpKeys: exported('ended') };
      expect((await repository.check(early, keys, Date.UTC(2020, 0, 1, 1) / 1000)).kind).toBe('good');
      expect((await repository.check(early, keys, Date.UTC(2020, 0, 3) / 1000)).kind).toBe('outdated');
      expect(repository.gitAccepts(early, [])).toBe(false);
      make('taken', 'Ann Four <ann@example.com>', ['ed25519', 'sign', 'never']);
      const oid = repository.commit(signing('taken'));
      expect((await repository.check(oid, { openPgpKeys: exported('taken') })).kind).toBe('good');
      const revocations = join(folder, '.gnupg/openpgp-revocs.d');
      const file = readdirSync(revocations).find((name) => name.startsWith(prints.get('taken') ?? '-')) ?? '';
      gpg(['--import'], readFileSync(join(revocations, file), 'utf8').replace(/^:/m, ''));
      expect((await repository.check(oid, { openPgpKeys: exported('taken') })).kind).toBe('outdated');
      expect(repository.gitAccepts(oid, [])).toBe(false);
    });

    test('never stops the check, whichever byte was changed', async () => {
      const openPgpKeys = exported('edwards');
      const text = repository.text(repository.commit(signing('edwards')));
      const armoured = (/-----BEGIN PGP[^]*-----END PGP SIGNATURE-----/.exec(text)?.[0] ?? '').replaceAll('\n ', '\n');
      const payload = text.replace(/gpgsig [^]*-----END PGP SIGNATURE-----\n(?: \n)?/, '');
      expect((await checkText(signedBy(payload, armoured), { openPgpKeys })).kind).toBe('good');
      const kinds = new Set<string>();
      for (let at = armoured.indexOf('\n\n'); at < armoured.length; at += 5) {
        const changed = armoured.slice(0, at) + (armoured[at] === 'B' ? 'C' : 'B') + armoured.slice(at + 1);
        kinds.add((await checkText(signedBy(payload, changed), { openPgpKeys })).kind);
      }
      // Not everything in it is signed: a checksum of the armour, a hint which key it is.
      expect([...kinds]).toEqual(expect.arrayContaining(['bad', 'unreadable', 'unknown-key']));
    });

    test('needs public keys that can be read', async () => {
      const files = new Map<string, Uint8Array>([
        [`${keysFolder}a.asc`, Buffer.from(gpg(['--armor', '--export-secret-keys', prints.get('edwards') ?? '']))],
        [`${keysFolder}b.asc`, Buffer.from('ann')],
        ...exported('nist'),
      ]);
      const { keys, faults } = await readOpenPgpKeys(files);
      expect(keys.map((key) => key.getFingerprint().toUpperCase())).toEqual([prints.get('nist')]);
      expect(faults).toEqual([
        { path: `${keysFolder}a.asc`, why: 'it has a private key in it: take it back, everybody may have it now' },
        { path: `${keysFolder}b.asc`, why: 'it can’t be read as armoured public keys of OpenPGP: Misformed armored text' },
      ]);
    });
  },
  ['gpg'],
);

function signedBy(payload: string, armoured: string): string {
  return payload.replace('\n\n', `\ngpgsig ${armoured.trim().replaceAll('\n', '\n ')}\n\n`);
}
