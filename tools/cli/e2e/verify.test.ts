import { appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { expectGolden } from '@moby/testkit';
import { sharedWorld, transcript, type Visit } from './world.ts';

const world = sharedWorld();
const out = 'out/web/linux-amd64';

/** One bit of a file's byte is turned. */
function tamper(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

async function built(): Promise<Visit> {
  const place = world.visit();
  const run = await place.run(['assemble', 'web']);
  expect(run.exitCode).toBe(0);
  return place;
}

interface Told {
  readonly ok: number;
  readonly wrong: number;
  readonly absent: number;
  readonly verified: readonly { readonly what: string; readonly verdict: string; readonly why?: string }[];
}

async function verify(
  place: Visit,
  target: string,
): Promise<{ readonly exitCode: number | undefined; readonly told: Told; readonly wrong: readonly string[] }> {
  const run = await place.run(['verify', target, '--json']);
  const told: Told = JSON.parse(run.stdout);
  const wrong = told.verified.filter(({ verdict }) => verdict === 'wrong').map(({ what, why }) => `${what}: ${why}`);
  return { exitCode: run.exitCode, told, wrong };
}

test('an artifact and its lock are what they say', async () => {
  const place = await built();
  const targets = { artifact: out, assembly: 'web', lock: 'assemblies/web/assembly.lock.json' };
  for (const [name, target] of Object.entries(targets))
    expectGolden(`verify-${name}.txt`, transcript(['verify', target], await place.run(['verify', target]), world, place));
});

test('a changed byte of an initrd is found, with the component whose part it is', async () => {
  const place = await built();
  const folder = join(place.folder, out);
  const artifact: { readonly segments: readonly { readonly label: string; readonly sizeBytes: number }[] } = JSON.parse(
    readFileSync(join(folder, 'artifact.json'), 'utf8'),
  );
  const whole = readFileSync(join(folder, 'initrd.img'));
  let at = 0;
  for (const { label, sizeBytes } of artifact.segments) {
    tamper(join(folder, 'initrd.img'), at + Math.floor(sizeBytes / 2));
    expect((await verify(place, out)).wrong).toEqual([`initrd.img: differs in ${label}`]);
    writeFileSync(join(folder, 'initrd.img'), whole);
    at += sizeBytes;
  }
  expect((await verify(place, out)).exitCode).toBe(0);
});

test('other files of an artifact are named too', async () => {
  const place = await built();
  const folder = join(place.folder, out);
  tamper(join(folder, 'vmlinuz'), 0);
  writeFileSync(join(folder, 'stranger'), '');
  appendFileSync(join(folder, 'initrd.img'), 'x');
  const { exitCode, wrong } = await verify(place, out);
  expect(exitCode).toBe(1);
  expect(wrong.map((line) => line.replace(/has .* in place of .*/, 'has another size'))).toEqual([
    'vmlinuz: has other bytes',
    'initrd.img: has another size',
    'stranger: artifact.json says nothing of it',
  ]);
  rmSync(join(folder, 'vmlinuz'));
  expect((await verify(place, out)).wrong[0]).toBe('vmlinuz: is missing');
});

test('a component that is not as it was locked is named, and its payload is not taken for good', async () => {
  const place = await built();
  const file = join(place.folder, 'components/redis/8.0/package.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace('"description": "', '"description": "Another '));
  const { exitCode, told, wrong } = await verify(place, 'web');
  expect(exitCode).toBe(1);
  expect(wrong).toEqual(['redis@8.0.2+r1: has another manifest, facts or files in components than when it was locked']);
  expect(told.verified).toContainEqual(expect.objectContaining({ what: 'payload of redis@8.0.2+r1 for linux/amd64', verdict: 'absent' }));
});

test('a changed byte of the store is found in the payload that is made from it', async () => {
  const place = await built();
  const blobs = join(place.cache, 'moby-compose/blobs/sha256');
  const { sha256 = '' } =
    /"sha256": "(?<sha256>[0-9a-f]{64})"/.exec(readFileSync(join(place.folder, 'components/redis/8.0/package.json'), 'utf8'))?.groups ?? {};
  expect(readdirSync(blobs)).toContain(sha256);
  tamper(join(blobs, sha256), 100);
  const { wrong } = await verify(place, 'web');
  expect(wrong.map((line) => line.replace(/: .*/, ''))).toEqual(['payload of redis@8.0.2+r1 for linux/amd64']);
  expect(wrong[0]).toContain(sha256);
  rmSync(join(blobs, sha256));
  const { exitCode, told } = await verify(place, 'web');
  expect({ exitCode, wrong: told.wrong, absent: told.absent }).toEqual({ exitCode: 0, wrong: 0, absent: 1 });
});

test('what is neither is said', async () => {
  const place = await built();
  for (const target of ['nothing', 'none.lock.json']) {
    const run = await place.run(['verify', target]);
    expect(run).toMatchObject({ exitCode: 1, stdout: '' });
    expect(run.stderr).toMatch(/^error\[not-found\]: there is no .*\n {2}hint: /m);
  }
  writeFileSync(join(place.folder, out, 'artifact.json'), '{');
  expect((await place.run(['verify', out])).stderr).toContain('artifact.json');
});
