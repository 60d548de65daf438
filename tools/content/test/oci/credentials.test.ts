import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findCredentials, type CredentialsFound } from '@moby/content';
import { scratchFolder } from '@moby/testkit';
import { expect, test } from 'vitest';
import { failureOf } from '../archive-world.ts';
import { login } from './oci-world.ts';

const encoded = (text: string): string => Buffer.from(text).toString('base64');

/** What is found for a host beside a docker config of this content. */
async function found(
  host: string,
  config: unknown,
  more: Omit<Parameters<typeof findCredentials>[0], 'host'> = { env: {} },
): Promise<CredentialsFound> {
  const folder = scratchFolder();
  if (config !== undefined) writeFileSync(join(folder, 'config.json'), typeof config === 'string' ? config : JSON.stringify(config));
  return findCredentials({ host, ...more, env: { DOCKER_CONFIG: folder, ...more.env } });
}

const ada = { credentials: { username: 'ada', password: 'l0ve:lace' } };

test('are those of the very host in docker’s configuration', async () => {
  const config = {
    auths: { 'registry.example:5000': { auth: encoded('ada:l0ve:lace') }, 'registry.example': { auth: encoded('other:x') } },
  };
  expect(await found('registry.example:5000', config)).toEqual(ada);
  expect(await found('registry.example:5001', config)).toEqual({ credentials: undefined });
  expect(await found('evil.registry.example:5000', config)).toEqual({ credentials: undefined });
});

test.each([
  ['registry.example', 'https://registry.example', { auth: encoded('ada:l0ve:lace') }],
  ['registry.example', 'https://registry.example/v1/', { auth: encoded('ada:l0ve:lace') }],
  ['docker.io', 'https://index.docker.io/v1/', { auth: encoded('ada:l0ve:lace\0') }],
  ['registry.example', 'registry.example', { username: 'ada', password: 'l0ve:lace' }],
])('for %s stand below `%s`', async (host, key, entry) => {
  expect(await found(host, { auths: { [key]: entry } })).toEqual(ada);
});

test('of the environment come first, but not where they could be for another host', async () => {
  const config = { auths: { 'registry.example': { auth: encoded('docker:x') } } };
  expect(await found('registry.example', config, { env: login })).toEqual(ada);
  expect(await found('registry.example', config, { env: login, username: 'eve' })).toEqual({
    credentials: { username: 'eve', password: 'l0ve:lace' },
  });
  expect(await found('registry.example', config, { env: login, isOneOfSeveral: true })).toEqual({
    credentials: { username: 'docker', password: 'x' },
  });
  expect(await found('other.example', config, { env: login, isOneOfSeveral: true })).toMatchObject({
    credentials: undefined,
    note: expect.stringContaining('names no host'),
  });
});

test('of helpers are not asked for, and that is said', async () => {
  const note = async (config: unknown): Promise<string | undefined> => (await found('registry.example', config)).note;
  expect(await note({ credHelpers: { 'registry.example': 'gcloud' } })).toContain(
    'leaves credentials to the helper `gcloud`, which is not run',
  );
  expect(await note({ credsStore: 'desktop', auths: { 'registry.example': {} } })).toContain('the helper `desktop`');
  expect(await note({ auths: { 'registry.example': { identitytoken: 'x' } } })).toContain('identity token');
});

test('are none where there is no configuration', async () => {
  expect(await found('registry.example', undefined)).toEqual({ credentials: undefined });
  expect(await found('__proto__', { auths: {} })).toEqual({ credentials: undefined });
});

test.each([
  ['{ "auths": {', 'is no JSON object'],
  ['[]', 'is no JSON object'],
  [{ auths: { 'registry.example': { auth: encoded('secret') } } }, 'is not `user:password` in base64'],
  [{ auths: { 'registry.example': { auth: encoded('ada:secret\nx') } } }, 'control character'],
  [`{ "x": "${'x'.repeat(1_100_000)}" }`, 'at most 1048576 are read'],
])('that can’t be read are an error, which does not tell them', async (config, why) => {
  const failure = await failureOf(found('registry.example', config));
  expect(failure.message).toContain(why);
  expect(failure.message).not.toContain('secret');
});

test('need a password beside a user', async () => {
  expect((await failureOf(found('registry.example', undefined, { env: {}, username: 'ada' }))).code).toBe('usage');
});
