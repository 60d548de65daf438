import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeSigningKey, readSigningKey } from '@moby/trust';
import { startCli } from '@moby/testkit';
import { describe, expect, test } from 'vitest';
import { asObject, startStrictRegistry, token } from '../../registry/test/strict-registry.ts';
import { change, sharedPublishWorld } from './publish-world.ts';
import { put, type Visit } from './world.ts';

const registry = sharedPublishWorld();
const { golden } = registry;
const from = (): readonly string[] => ['--registry', registry.url];

async function proven(place: Visit, ...lines: readonly string[]): Promise<void> {
  const run = await place.run(['component', 'build', '--check', ...lines]);
  expect(run.exitCode, run.stderr).toBe(0);
}

test('a line is published, again without a change, and never with another content', async () => {
  const place = await registry.visit('mike');
  const args = ['component', 'publish', 'redis/8.0', ...from()];
  await proven(place, 'redis/8.0');
  await golden('publish', 0, args, place);
  const { json } = await registry.ask('/@moby%2fredis');
  expect(json['dist-tags']).toMatchObject({ next: '8.0.201', 'line-8.0': '8.0.201' });
  expect(json.readme).toBe('# redis\n\nFor tests.\n');
  await golden('publish-again', 0, args, place);
  change(place, 'redis/8.0', '"description": "', '"description": "Another ');
  await golden('publish-frozen', 1, args, place);
  change(place, 'redis/8.0', '"version": "8.0.201"', '"version": "8.0.202"');
  await golden('publish-raised', 0, args, place);
});

test('nothing is sent by a dry run, nor before all is in order', async () => {
  const place = await registry.visit();
  const args = ['component', 'publish', 'linux', 'init', 'glibc', ...from()];
  await golden('publish-dry', 0, [...args, '--dry-run'], place);
  await golden('publish-nobody', 69, args, place);
  const logged = await registry.visit('carol');
  change(logged, 'glibc/2.41', '"license": "Apache-2.0"', '"license": "Apache-2.0", "private": true');
  logged.write('components/init/README.md', '');
  await golden('publish-invalid', 1, args, logged);
  for (const name of ['linux', 'init', 'glibc']) expect((await registry.ask(`/@moby%2f${name}`)).status).toBe(404);
});

test('a payload that is not what the manifest says is found before the registry is asked', async () => {
  const place = await registry.visit('carol');
  place.write('components/crun/1.21/files/usr/bin/crun', 'changed since it was built\n');
  await golden('publish-unproven', 1, ['component', 'publish', 'crun', ...from()], place);
});

test('what the rules of the registry find reaches the person, and says nothing of the others', async () => {
  const place = await registry.visit('carol');
  change(place, 'runc/1.1', '"description": "the test component runc"', '"description": "bad"');
  await golden('publish-refused', 1, ['component', 'publish', 'runc', 'crun', ...from()], place);
  const run = await place.run(['component', 'publish', 'runc', 'crun', ...from(), '--json']);
  const { releases } = JSON.parse(run.stdout);
  expect([run.exitCode, run.stderr]).toEqual([1, '']);
  expect(releases).toMatchObject([
    {
      component: 'runc/1.1',
      state: 'refused',
      findings: [{ code: 'refused', message: expect.stringContaining('\nMOBY-T001 test-rule: ') }],
    },
    {
      component: 'crun/1.21',
      state: 'as before',
      package: '@moby/crun@1.21.1',
      proven: ['linux/amd64'],
      tags: expect.arrayContaining(['next']),
    },
  ]);
});

test('killed at any moment, a second publish ends it', { timeout: 300_000 }, async () => {
  const place = await registry.visit('carol');
  const args = ['component', 'publish', 'linux', 'glibc', ...from()];
  for (const delayMs of [300, 700, 1000, 1200, 1400]) {
    const running = startCli(args, { cwd: place.folder, env: { ...place.env, NPM_CONFIG_USERCONFIG: undefined } });
    const timer = setTimeout(() => running.kill('SIGKILL'), delayMs);
    await running.ended;
    clearTimeout(timer);
  }
  const last = await place.run([...args, '--json']);
  expect(last.exitCode, last.stderr).toBe(0);
  const { releases } = JSON.parse(last.stdout);
  for (const { integrity, package: id } of releases) {
    const [, name = '', version = ''] = /^(@moby\/[a-z]+)@(.*)$/.exec(id) ?? [];
    const { json } = await registry.ask(`/${name.replace('/', '%2f')}`);
    expect(json.versions[version].dist.integrity).toBe(integrity);
  }
  expect(releases).toHaveLength(3);
});

describe('a registry that signs', () => {
  async function signedWorld(): Promise<{ readonly place: Visit; readonly strict: Awaited<ReturnType<typeof startStrictRegistry>> }> {
    const strict = await startStrictRegistry();
    const place = await registry.visit();
    put(join(place.env['HOME'] ?? '', '.npmrc'), `${strict.url.replace('http:', '')}:_authToken=${token}\n`);
    return { place, strict };
  }

  test('gets one’s own key’s statement where there is a key, or that of another', async () => {
    const { place, strict } = await signedWorld();
    const args = ['component', 'publish', 'init', '--registry', strict.url];
    const missing = await place.run([...args, '--key', 'nowhere.pem']);
    expect([missing.exitCode, missing.stderr]).toEqual([
      1,
      'error[not-found]: there is no key `nowhere.pem`\n  hint: make one with moby-compose key new\n',
    ]);
    const made = JSON.parse((await place.run(['key', 'new', '--json'])).stdout);
    const run = await place.run(args);
    expect(run.stderr).toContain(`✔ signed (key ${made.keyid.slice(7, 11)}…)`);
    const hintOf = (id: string): unknown =>
      asObject(asObject(asObject(strict.bundles.get(id))['verificationMaterial'])['publicKey'])['hint'];
    expect(hintOf('@moby/init@1.0.1')).toBe(made.keyid);
    expect(strict.seen.find(({ method }) => method === 'PUT')?.body['dist-tags']).toEqual({ 'line-1': '1.0.1' });
    const other = makeSigningKey();
    put(join(place.folder, 'other.pem'), other);
    change(place, 'init/1', '"version": "1.0.1"', '"version": "1.0.2"');
    expect((await place.run([...args, '--key', 'other.pem'])).exitCode).toBe(0);
    expect(hintOf('@moby/init@1.0.2')).toBe(readSigningKey(other, 'other').keyid);
    await strict.close();
  });

  test('is asked for no tag of its own, and sets another', async () => {
    const { place, strict } = await signedWorld();
    const args = ['component', 'publish', 'init', '--registry', strict.url];
    for (const tag of ['latest', 'line-1', '1.x', 'a b'])
      expect(await place.run([...args, '--tag', tag])).toMatchObject({ exitCode: 2, stdout: '' });
    expect(strict.seen).toEqual([]);
    expect((await place.run([...args, '--tag', 'beta'])).stdout).toContain('as `next`, `beta`, `line-1`');
    expect((await place.run([...args, '--tag', 'next'])).exitCode).toBe(0);
    await strict.close();
  });
});

test.each([
  ['publish-none', 2, ['component', 'publish']],
  ['publish-nowhere', 2, ['component', 'publish', 'redis']],
  ['publish-files', 2, ['component', 'publish', 'redis', '--registry', 'file:///srv/components']],
  ['publish-silent', 69, ['component', 'publish', 'redis', '--dry-run', '--registry', 'http://127.0.0.1:9/']],
])('%s: a message that says what to do', async (name, exitCode, args) => {
  const place = await registry.visit();
  const run = await golden(name, exitCode, args, place);
  expect(run.stdout).toBe('');
});

test('the registry of npm’s configuration is the one that is published to, and needs to be named in no library', async () => {
  const place = await registry.visit('carol');
  const file = join(place.env['HOME'] ?? '', '.npmrc');
  put(file, `@moby:registry=${registry.url}\n${readFileSync(file, 'utf8')}`);
  const run = await place.run(['component', 'publish', 'init']);
  expect([run.exitCode, run.stdout]).toEqual([
    0,
    expect.stringContaining(`published init 1.0.0+r1 (npm: @moby/init@1.0.1) to ${registry.url} as \`next\`, \`line-1\``),
  ]);
});
