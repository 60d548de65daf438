import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { packComponent, releaseDigests } from '@moby/registry/pack';
import { checkout } from '@moby/testkit';
import { expect, test } from 'vitest';

test('a release’s digests are those of its archive, its manifest, its payloads and their packages', async () => {
  const { manifest, npmVersion, tarball, files } = await packComponent(join(checkout, 'components/redis/8.0'), 'redis/8.0');
  const packageJson = files.find(({ path }) => path === 'package.json')?.bytes ?? new Uint8Array();
  const digests = releaseDigests({ manifest, npmVersion, tarball, packageJson });
  expect(digests).toMatchObject({
    name: '@moby/redis',
    version: npmVersion,
    tarball: createHash('sha512').update(tarball).digest('hex'),
    manifest: createHash('sha256').update(packageJson).digest('hex'),
    payloads: { 'linux/amd64': manifest.payload.platforms['linux/amd64']?.digest.slice('sha256:'.length) },
  });
  expect(digests.sources.length).toBeGreaterThan(0);
  for (const { uri, sha256 } of digests.sources) {
    expect(uri).toMatch(/^pkg:deb\/debian\/[a-z0-9.+-]+@(?:\d+:)?[A-Za-z0-9.~%-]+\?arch=(?:amd64|arm64|all)$/);
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  }
});
