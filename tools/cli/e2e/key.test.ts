import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readVerifyingKey } from '@moby/trust';
import { runCli, scratchFolder, type CliRun } from '@moby/testkit';

function keys(folder: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<CliRun> {
  return runCli(['key', ...args], { cwd: folder, env: { XDG_CONFIG_HOME: join(folder, 'config'), ...environment } });
}

test('a key is made once, for its owner alone, and its public half is shown', async () => {
  const folder = scratchFolder();
  const missing = await keys(folder, ['show']);
  expect(missing).toMatchObject({ exitCode: 1, stdout: '' });
  expect(missing.stderr).toMatch(/error\[not-found\]: there is no key .*\n {2}hint: make one with/);

  const made = await keys(folder, ['new', '--json']);
  expect(made.exitCode).toBe(0);
  const file = join(folder, 'config/moby-compose/signing-key.pem');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(folder, 'config/moby-compose'))).toEqual(['signing-key.pem']);
  const pem = readFileSync(file, 'utf8');

  const again = await keys(folder, ['new']);
  expect(again.exitCode).toBe(1);
  expect(again.stderr).toContain('is there already, and a key is never replaced');
  expect(readFileSync(file, 'utf8')).toBe(pem);

  const shown = await keys(folder, ['show', '--json']);
  expect(shown.stdout).toBe(made.stdout);
  const told: unknown = JSON.parse(shown.stdout);
  expect(told).toMatchObject({ file, scheme: 'ecdsa-sha2-nistp256' });
  expect(Object.keys(Object(told))).toEqual(['file', 'keyid', 'scheme', 'key']);
  const text = await keys(folder, ['show']);
  const [, keyid = '', key = ''] = /^keyid {3}(\S+)\npublic {2}(\S+)\n$/.exec(text.stdout) ?? [];
  expect(readVerifyingKey(key, 'shown').keyid).toBe(keyid);
  expect(told).toMatchObject({ keyid, key });
});

test('a passphrase protects a key, and is asked for by name', async () => {
  const folder = scratchFolder();
  const phrase = { MOBY_COMPOSE_KEY_PASSPHRASE: 'open sesame' };
  expect((await keys(folder, ['new', 'k.pem'], phrase)).exitCode).toBe(0);
  expect(readFileSync(join(folder, 'k.pem'), 'utf8')).toContain('ENCRYPTED');
  expect((await keys(folder, ['show', 'k.pem'], phrase)).exitCode).toBe(0);
  expect((await keys(folder, ['show', 'k.pem'])).stderr).toContain('hint: put the passphrase into MOBY_COMPOSE_KEY_PASSPHRASE');
  const wrong = await keys(folder, ['show', 'k.pem'], { MOBY_COMPOSE_KEY_PASSPHRASE: 'x' });
  expect(wrong.stderr).toContain('`k.pem` does not open with this passphrase');
});

test('what is no key, or no place for one, is said', async () => {
  const folder = scratchFolder();
  mkdirSync(join(folder, 'folder'));
  writeFileSync(join(folder, 'text'), 'hello');
  expect((await keys(folder, ['show', 'text'])).stderr).toContain('`text` holds no private key in PEM');
  expect((await keys(folder, ['show', 'folder'])).stderr).toContain("the key `folder` can't be read: EISDIR");
  const nowhere = await keys(folder, ['new', 'no/such/folder/k.pem']);
  expect(nowhere.exitCode).toBe(74);
  expect(nowhere.stderr).toContain('hint: make the folder no/such/folder first, or name another file');
  expect(readdirSync(folder).sort()).toEqual(['folder', 'text']);
});
