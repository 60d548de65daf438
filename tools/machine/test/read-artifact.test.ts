import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Artifact } from '@moby/model';
import { parseDigest } from '@moby/model';
import { parseArtifact, readArtifact } from '@moby/machine';
import { scratchFolder } from '@moby/testkit';
import { describe, expect, test } from 'vitest';

const digest = parseDigest(`sha256:${'0'.repeat(64)}`);
if (digest === undefined) throw new TypeError('not a digest');
const artifact: Artifact = {
  artifact: 1,
  name: 'redis-os',
  version: '1.0.0',
  platform: 'linux/amd64',
  kernelRelease: '6.12.107',
  cmdline: 'console=ttyS0',
  files: [
    { role: 'kernel', name: 'vmlinuz', sizeBytes: 1, digest },
    { role: 'initrd', name: 'initrd.img', sizeBytes: 2, digest },
    { role: 'disk', name: 'system.erofs', serial: 'moby-trees', sizeBytes: 4096, digest },
    { role: 'test', name: 'test-1-a.mts', sizeBytes: 1, digest },
  ],
  segments: [{ label: 'busybox 1.37.0', digest, unpackedBytes: 4, sizeBytes: 2 }],
  sizeBytes: 3,
  budgetBytes: 24_000_000,
  memoryBytes: 268_435_456,
  leastMemoryBytes: 134_217_728,
  ports: [{ host: 6379, machine: 6379, service: 'redis' }],
  services: [{ name: 'redis', hasProbe: true }],
  expect: [
    { kind: 'tcp', port: 6379, send: 'PING\r\n', receive: '+PONG', withinMs: 60_000 },
    { kind: 'tcp', port: 22, receive: 'SSH-', withinMs: 60_000 },
    { kind: 'http', port: 80, path: '/', status: 200, body: 'hello', withinMs: 1000 },
    { kind: 'console', contains: 'ready', withinMs: 1000 },
    {
      kind: 'script',
      script: 'test/a.ts',
      file: 'test-1-a.mts',
      payloads: [{ component: 'busybox', file: 'payload-busybox.tar' }],
      withinMs: 1000,
    },
    { kind: 'reboot', withinMs: 1000 },
  ],
  volumes: [{ name: 'data', sizeBytes: 4096 }],
  test: { cmdline: 'a=b', ports: [{ host: 0, machine: 2375 }] },
};

describe('reading artifact.json', () => {
  test('gives back what was written', async () => {
    const folder = scratchFolder();
    writeFileSync(join(folder, 'artifact.json'), JSON.stringify(artifact));
    expect(await readArtifact(folder)).toEqual(artifact);
  });

  test('a missing one is told', async () => {
    await expect(readArtifact(scratchFolder())).rejects.toMatchObject({ code: 'not-found', hints: ['assemble it first'] });
  });

  test('one that is too long is not read', async () => {
    const folder = scratchFolder();
    writeFileSync(join(folder, 'artifact.json'), ' '.repeat(1024 * 1024 + 1));
    await expect(readArtifact(folder)).rejects.toMatchObject({ code: 'limit' });
  });

  test.each([
    ['it is not JSON', '{'],
    ['it is not an object', '[]'],
    ['`artifact` is not 1, the form that is known here', JSON.stringify({ ...artifact, artifact: 2 })],
    ['`platform` `plan9/mips` is not known', JSON.stringify({ ...artifact, platform: 'plan9/mips' })],
    ['`memoryBytes` is not a whole number from 0 up', JSON.stringify({ ...artifact, memoryBytes: '256MB' })],
    [
      '`files[0].name` is not the name of a file beside it',
      JSON.stringify({ ...artifact, files: [{ ...artifact.files[0], name: '../vmlinuz' }] }),
    ],
    [
      '`files[0].digest` is not `sha256:` and 64 hex digits',
      JSON.stringify({ ...artifact, files: [{ ...artifact.files[0], digest: 'md5:0' }] }),
    ],
    [
      '`files[0].serial` is not a serial number of at most 20 characters',
      JSON.stringify({ ...artifact, files: [{ ...artifact.files[2], serial: 'moby,trees' }] }),
    ],
    ['`files[0].role` is none of `kernel`, `initrd`, `disk`', JSON.stringify({ ...artifact, files: [{ role: 'floppy' }] })],
    ['`ports[0].host` is not a port from 1 to 65535', JSON.stringify({ ...artifact, ports: [{ host: 70_000 }] })],
    ['`services[0].hasProbe` is not true or false', JSON.stringify({ ...artifact, services: [{ name: 'redis' }] })],
    ['`expect[0].kind` is none of `tcp`, `http`, `console`', JSON.stringify({ ...artifact, expect: [{ kind: 'udp', withinMs: 1 }] })],
    [
      '`expect[0].path` is not an absolute path in printable ASCII',
      JSON.stringify({ ...artifact, expect: [{ kind: 'http', path: '/ HTTP/1.0\r\n', withinMs: 1 }] }),
    ],
    [
      '`expect` is not a list of at most 1024 entries',
      JSON.stringify({ ...artifact, expect: Array.from({ length: 1025 }, () => artifact.expect[0]) }),
    ],
  ])('%s', (message, text) => {
    expect(() => parseArtifact(text, 'artifact.json')).toThrow(`\`artifact.json\`: ${message}`);
  });
});
