import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { expectGolden, pinnedNode, writeDeb, type DebInput } from '@moby/testkit';
import { sharedWorld, transcript, webAssembly, type Visit } from './world.ts';

const world = sharedWorld();
afterEach(() => world.server.setFaults([]));

/** Runs, compares the whole transcript, and checks the exit code by itself: it is part of the contract. */
async function golden(
  name: string,
  exitCode: number,
  args: readonly string[],
  place: Visit,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const run = await place.run(args, { env });
  const text = transcript(args, run, world, place);
  expectGolden(`${name}.txt`, text);
  expect(run.exitCode).toBe(exitCode);
  return text;
}

const assembly = (place: Visit, change: (text: string) => string): void => place.write('assemblies/web/assembly.yaml', change(webAssembly));

test('an unknown key, with the one that was meant', async () => {
  const place = world.visit();
  assembly(place, (text) => text.replace('    ports:', '    prots:'));
  await golden('unknown-key', 1, ['assemble', 'web'], place);
});

test('a value of the wrong type', async () => {
  const place = world.visit();
  assembly(place, (text) => text.replace('["6379:6379"]', '6379'));
  await golden('wrong-type', 1, ['assemble', 'web'], place);
});

test('an unknown component, with the one that was meant', async () => {
  const place = world.visit();
  assembly(place, (text) => text.replace('redis@^8', 'redsi@^8'));
  await golden('unknown-component', 1, ['assemble', 'web'], place);
});

test('ranges that nothing meets, with ways out that were tried', async () => {
  const place = world.visit();
  assembly(place, (text) => text.replace('services:', 'constraints: [glibc@~2.36]\nservices:'));
  await golden('impossible-ranges', 1, ['assemble', 'web'], place);
});

test('no such assembly', async () => {
  await golden('no-such-assembly', 1, ['assemble', 'wbe'], world.visit());
});

test('no assembly named where none can be guessed', async () => {
  const place = world.visit();
  place.write('assemblies/shop/assembly.yaml', webAssembly.replace('name: web', 'name: shop'));
  await golden('which-assembly', 2, ['assemble'], place);
});

test('a payload that is not the one its manifest names', async () => {
  const place = world.visit();
  place.write('components/crun/1.21/files/usr/bin/crun', 'changed since it was built\n');
  await golden('wrong-digest', 74, ['assemble', 'web'], place);
});

test('a download whose bytes are not those that were pinned, from every location', async () => {
  world.server.setFaults([{ path: 'redis-tools', kind: 'flip', at: 100 }]);
  await golden('corrupt-download', 74, ['assemble', 'web'], world.visit());
});

test('no mirror can be reached', async () => {
  await golden('no-mirror', 69, ['assemble', 'web', '--debian-mirror', 'http://127.0.0.1:9/debian'], world.visit());
});

test('offline with an empty store', async () => {
  await golden('offline', 69, ['assemble', 'web', '--offline'], world.visit());
});

test('a package that ends too early', async () => {
  const place = world.visit();
  const bytes = await writeDeb({ package: 'redis-tools', version: '5:8.0.2-3' });
  pinRedis(place, bytes.subarray(0, bytes.length - 40));
  await golden('truncated-deb', 74, ['assemble', 'web'], place);
});

test('a package with a path that leads out of it', async () => {
  const place = world.visit();
  const files: DebInput['files'] = [{ path: '../../etc/passwd', content: 'root::0:0::/:/bin/sh\n' }];
  pinRedis(place, await writeDeb({ package: 'redis-tools', version: '5:8.0.2-3', files }));
  await golden('path-traversal', 74, ['assemble', 'web'], place);
});

/** Puts bytes into the pool, and their true sha256 into the pin: the package is authentic, and bad. */
function pinRedis(place: Visit, bytes: Uint8Array): void {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const path = `pool/main/r/redis/bad-${sha256.slice(0, 8)}.deb`;
  mkdirSync(dirname(join(world.archive.folder, path)), { recursive: true });
  writeFileSync(join(world.archive.folder, path), bytes);
  const file = 'components/redis/8.0/package.json';
  const text = readFileSync(join(place.folder, file), 'utf8')
    .replace(/"sha256": "[0-9a-f]{64}"/, `"sha256": "${sha256}"`)
    .replace(/("sha256": "[0-9a-f]{64}",\s*"size": )\d+/, `$1${bytes.length}`)
    .replace(/"path": "pool[^"]*"/, `"path": "${path}"`);
  place.write(file, text);
}

test('no QEMU', async () => {
  const place = world.visit();
  const bin = join(place.cache, 'bin');
  mkdirSync(bin, { recursive: true });
  await golden('qemu-missing', 69, ['run', 'web'], place, { PATH: bin });
});

test('a port that is taken', async () => {
  const place = world.visit();
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const bin = pretendQemu(place);
  const args = ['run', 'web', '--publish', `${port}:6379`];
  const run = await place.run(args, { env: { PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` } });
  const text = transcript(args, run, world, place)
    .replaceAll(String(port), '<port>')
    .replaceAll(String(port < 50_000 ? port + 10_000 : port - 10_000), '<other port>');
  expectGolden('port-in-use.txt', text);
  expect(run.exitCode).toBe(69);
});

/** Says a version; the machine is never started, because its port is settled before. */
function pretendQemu(place: Visit): string {
  const bin = join(place.cache, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'qemu-system-x86_64'), '#!/bin/sh\necho "QEMU emulator version 7.2.22"\n');
  chmodSync(join(bin, 'qemu-system-x86_64'), 0o755);
  return bin;
}

test('a usage error names the flag that was meant, and so does its JSON document', async () => {
  const place = world.visit();
  await golden('usage', 2, ['assemble', 'web', '--ofline'], place);
  await golden('usage-json', 2, ['assemble', 'web', '--ofline', '--json'], place);
});

test('findings as JSON are one document on stdout, and nothing else anywhere', async () => {
  const place = world.visit();
  assembly(place, (text) => text.replace('    ports:', '    prots:'));
  const run = await place.run(['assemble', 'web', '--json']);
  expect(run.stderr).toBe('');
  expect(JSON.parse(run.stdout)).toMatchObject({
    error: { code: 'unknown-key', findings: [{ place: { file: 'assemblies/web/assembly.yaml', line: 9, column: 5, length: 5 } }] },
  });
});

test('a command that there is not', async () => {
  await golden('unknown-command', 2, ['asemble', 'web'], world.visit());
});

test('contributed text can not command the terminal', async () => {
  const place = world.visit();
  assembly(place, (text) => text.replace('    ports:', '    "a\u009b31mb\u202e": 1\n    ports:'));
  const text = await golden('hostile-text', 1, ['assemble', 'web'], place);
  expect(text).not.toMatch(/[\u0080-\u009f\u202e]/);
});

test('a pipe that is closed early is no error', async () => {
  const { spawnSync } = await import('node:child_process');
  const place = world.visit();
  const program = join(import.meta.dirname, '../bin/run.js');
  const run = spawnSync('sh', ['-c', `"${pinnedNode()}" "${program}" info redis --json | true`], {
    cwd: place.folder,
    encoding: 'utf8',
    env: { ...process.env, ...place.env },
  });
  expect(run.stderr).toBe('');
});
