import { parseDigest } from '@moby/model';
import { expect, test } from 'vitest';
import { payloadManifest, payloadTag } from '../../src/mirror/payload-manifest.ts';

const platform = 'linux/amd64';
/** OCI distribution specification 1.1, "Pulling manifests". */
const tagPattern = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

test.each([
  ['redis', '8.0.2+r1', 'redis-8.0.2_r1-linux-amd64'],
  ['libc-bin', '2.41.0-rc.1+r12', 'libc-bin-2.41.0-rc.1_r12-linux-amd64'],
])('the tag of %s %s', (name, version, tag) => {
  expect(payloadTag({ name, version, platform })).toBe(tag);
  expect(tag).toMatch(tagPattern);
});

test('names that are too long for a tag differ by their sum', () => {
  const tags = ['1', '2'].map((revision) =>
    payloadTag({ name: 'a'.repeat(64), version: `1.0.0-${'b'.repeat(80)}+r${revision}`, platform }),
  );
  for (const tag of tags) expect(tag).toMatch(tagPattern);
  expect(new Set(tags).size).toBe(2);
});

test('a manifest has the same bytes each time', () => {
  const digest = parseDigest(`sha256:${'0'.repeat(64)}`);
  if (digest === undefined) throw new TypeError('no digest');
  const payload = { name: 'redis', version: '8.0.2+r1', platform, digest, sizeBytes: 1024 } as const;
  expect(Buffer.from(payloadManifest(payload)).toString()).toBe(
    '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","artifactType":"application/vnd.moby-compose.payload.v1+tar",' +
      '"config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2},' +
      `"layers":[{"mediaType":"application/vnd.moby-compose.payload.v1+tar","digest":"${digest}","size":1024}],` +
      '"annotations":{"org.opencontainers.image.title":"redis","org.opencontainers.image.version":"8.0.2+r1","vnd.moby-compose.platform":"linux/amd64"}}',
  );
});
