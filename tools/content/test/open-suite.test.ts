import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type DebianSuite, fetchBlobs, openSuite, pinPackage } from '@moby/content';
import { type ArchiveSpec, type DebInput, expectGolden, kernelPackages, makeDebianArchive, scratchFolder } from '@moby/testkit';
import { expect, test } from 'vitest';
import { failureOf, makeWorld, plainSpec, textOf, type World } from './archive-world.ts';

const now = new Date('2026-11-24T12:00:00Z');

function open(
  world: World,
  more: { readonly keys?: readonly string[]; readonly suite?: string; readonly now?: Date } = {},
): Promise<DebianSuite> {
  return openSuite({ suite: 'trixie', component: 'main', architecture: 'amd64', ...world, now, keys: [world.archive.publicKey], ...more });
}

const fullSpec: ArchiveSpec = {
  suites: {
    trixie: {
      packages: [
        ...(plainSpec.suites['trixie']?.packages ?? []),
        ...kernelPackages('linux-image-cloud-amd64', '6.12.9+deb13-cloud-amd64', '6.12.9-1'),
      ],
    },
    'trixie-updates': { packages: [{ package: 'libc6', version: '2.41-12+deb13u1', source: 'glibc' }] },
    'trixie-security': {
      pool: 'pool/updates/main',
      packages: [
        { package: 'libc6', version: '2.41-12+deb13u1~sec', source: 'glibc (2.41-12+deb13u1)' },
        ...kernelPackages('linux-image-cloud-amd64', '6.12.10+deb13-cloud-amd64', '6.12.10-1'),
      ],
    },
  },
};

test('finds the newest of a package over suite, updates and security', async () => {
  const world = await makeWorld(fullSpec);
  const suite = await open(world);
  expect(suite.findings).toEqual([]);
  expect(suite.findVersions('libc6').map((found) => [found.version, found.suite])).toEqual([
    ['2.41-12+deb13u1', 'trixie-updates'],
    ['2.41-12+deb13u1~sec', 'trixie-security'],
    ['2.41-12', 'trixie'],
  ]);
  expect(suite.findPackage('redis-tools')).toEqual({
    package: 'redis-tools',
    version: '5:8.0.2-3',
    architecture: 'amd64',
    path: 'pool/main/r/redis/redis-tools_8.0.2-3_amd64.deb',
    size: world.published[0]?.size,
    sha256: world.published[0]?.sha256,
    source: 'redis',
    sourceVersion: '5:8.0.2-3',
    depends: [[{ package: 'libc6', relation: '>=', version: '2.38' }], [{ package: 'adduser' }, { package: 'sysusers' }]],
    suite: 'trixie',
  });
  expect(suite.findVersions('libc6')[1]).toMatchObject({ source: 'glibc', sourceVersion: '2.41-12+deb13u1' });
  for (const name of ['libc', 'libc6-dev', 'redis-tool', 'Package', '', 'ibc6']) expect(suite.findPackage(name)).toBeUndefined();
});

test('follows a metapackage to the image whose name carries the version, and what it finds can be fetched', async () => {
  const world = await makeWorld(fullSpec);
  const suite = await open(world);
  const image = suite.followMetapackage('linux-image-cloud-amd64');
  expect([image.package, image.version, image.suite]).toEqual(['linux-image-6.12.10+deb13-cloud-amd64', '6.12.10-1', 'trixie-security']);
  const pin = pinPackage(image, { suite: 'trixie', keep: ['boot/*'], follows: 'linux-image-cloud-amd64' });
  expect(pin).toMatchObject({
    follows: 'linux-image-cloud-amd64',
    path: 'pool/updates/main/l/linux-signed-amd64/linux-image-6.12.10+deb13-cloud-amd64_6.12.10-1_amd64.deb',
  });
  expect(await fetchBlobs([pin], { ...world, locations: () => Promise.resolve(world.locations) })).toMatchObject({ fetched: 1 });
  expect(() => suite.followMetapackage('redis-tools')).toThrow(
    '`redis-tools` 5:8.0.2-3 is no metapackage: it depends on 2 packages, and not on one in an exact version',
  );
}, 20_000);

test('follows a metapackage through an image to the part that is called like an earlier one', async () => {
  const [release, version] = ['7.2.12+deb14-cloud-amd64', '7.2.12-1'];
  const exact = (...names: readonly string[]): string => names.map((name) => `${name} (= ${version})`).join(', ');
  const deb = (name: string, depends = ''): DebInput => ({ package: name, version, ...(depends === '' ? {} : { depends }) });
  const world = await makeWorld({
    suites: {
      trixie: {
        packages: [
          deb('linux-image-cloud-amd64', exact('linux-base-cloud-amd64', `linux-image-${release}`)),
          deb('linux-base-cloud-amd64', exact(`linux-base-${release}`)),
          deb(`linux-image-${release}`, `dracut | initramfs-tools, ${exact(`linux-base-${release}`, `linux-binary-${release}`)}`),
          deb(`linux-base-${release}`),
          deb(`linux-binary-${release}`),
        ],
      },
    },
  });
  const suite = await open(world);
  const follow = (like?: string): string => suite.followMetapackage('linux-image-cloud-amd64', like).package;
  expect(follow('linux-image-7.1-cloud-amd64')).toBe(`linux-image-${release}`);
  expect(follow('linux-binary-7.2.9+deb14-cloud-amd64')).toBe(`linux-binary-${release}`);
  expect(follow('linux-base-6.1.0-56-cloud-amd64')).toBe(`linux-base-${release}`);
  expect(() => follow()).toThrow('`linux-image-cloud-amd64` 7.2.12-1 is no metapackage');
  expect(() => follow('linux-modules-7.2.9-cloud-amd64')).toThrow('and on none that is called like `linux-modules-7.2.9-cloud-amd64`');
});

test('a flipped byte in InRelease, in Packages and in a package gives three different errors', async () => {
  const world = await makeWorld();
  const pin = pinPackage((await open(world)).findPackage('libc6') ?? expect.fail(), { suite: 'trixie', keep: [] });
  world.server.setFaults([{ path: 'dists/trixie/InRelease', kind: 'flip', at: 90 }]);
  const inRelease = await failureOf(open(world));
  world.server.setFaults([{ path: 'binary-amd64', kind: 'flip', at: 40 }]);
  const packages = await failureOf(open({ ...world, store: (await makeWorld()).store }));
  world.server.setFaults([{ path: '.deb', kind: 'flip', at: 40 }]);
  const deb = await failureOf(fetchBlobs([pin], { ...world, locations: () => Promise.resolve(world.locations) }));
  expect([inRelease.code, packages.code, deb.code]).toEqual(['bad-signature', 'bad-index', 'source-corrupt']);
  expectGolden(
    'flipped-bytes.txt',
    [inRelease, packages, deb]
      .map((failure) => textOf(failure, world))
      .join('\n')
      .replace(/[0-9a-f]{16}: /g, '<key>: '),
  );
});

test('trusts its own keys only', async () => {
  const world = await makeWorld();
  const other = await makeDebianArchive(join(scratchFolder(), 'other'), { suites: {} });
  const failure = await failureOf(open(world, { keys: [other.publicKey] }));
  expect(failure.code).toBe('bad-signature');
  expect(await failureOf(openSuite({ suite: 'trixie', component: 'main', architecture: 'amd64', ...world, now }))).toMatchObject({
    code: 'bad-signature',
  });
  expect((await open(world, { keys: [other.publicKey, world.archive.publicKey] })).findPackage('libc6')?.version).toBe('2.41-12');
});

test('text outside the signature is not used', async () => {
  const world = await makeWorld();
  const { readFile, writeFile } = await import('node:fs/promises');
  const path = join(world.archive.folder, 'dists/trixie/InRelease');
  const text = await readFile(path, 'utf8');
  await writeFile(path, `Codename: evil\n\n${text}`);
  const outcome = await open(world).then(
    (suite) => suite.findPackage('libc6')?.version,
    (error: unknown) => (error instanceof Error && 'code' in error ? error.code : 'bug'),
  );
  expect(['2.41-12', 'bad-signature']).toContain(outcome);
  await writeFile(path, 'Codename: trixie\nSHA256:\n');
  expect((await failureOf(open(world))).code).toBe('bad-signature');
});

test('an index that has expired is a warning', async () => {
  const world = await makeWorld({
    suites: { trixie: { packages: [{ package: 'libc6', version: '1' }], validUntil: 'Sat, 21 Nov 2026 09:15:44 UTC' } },
  });
  const suite = await open(world);
  expect(
    suite.findings.map(({ severity, code, message }) => `${severity}[${code}]: ${message}`.replaceAll(world.server.url, 'http://HOST')),
  ).toEqual([
    'warning[index-expired]: the index of `trixie` was valid until 2026-11-21: newer versions may exist that this mirror does not have',
    'warning[security-missing]: no location has `trixie-security`, so security updates of `trixie` are not seen: `http://HOST/debian`, `http://HOST/debian-security`',
  ]);
  expect(suite.findPackage('libc6')?.version).toBe('1');
  expect((await open(world, { now: new Date('2026-11-21T09:00:00Z') })).findings.map((finding) => finding.code)).toEqual([
    'security-missing',
  ]);
});

test('an index of another suite, signed by the same key, is refused', async () => {
  const world = await makeWorld({ suites: { trixie: { packages: [], codename: 'bookworm' } } });
  const failure = await failureOf(open(world));
  expect(textOf(failure, world)).toContain(
    'error[bad-index]: `http://HOST/debian/dists/trixie/InRelease` is the index of `bookworm`, not of `trixie`',
  );
});

test('an unknown suite is told from a mirror that does not answer', async () => {
  const world = await makeWorld();
  expectGolden('unknown-suite.txt', textOf(await failureOf(open(world, { suite: 'sarge' })), world));
  await rm(join(world.archive.folder, 'dists/trixie/main'), { recursive: true });
  expect((await failureOf(open({ ...world, store: (await makeWorld()).store }))).code).toBe('network');
  world.server.setFaults([{ path: 'dists', kind: 'status', status: 502 }]);
  expect((await failureOf(open(world))).code).toBe('no-mirror');
});

test('reads an unchanged index from the store', async () => {
  const world = await makeWorld();
  await open(world);
  const asked = world.server.requests.filter((request) => request.includes('binary-amd64'));
  expect(asked).toHaveLength(1);
  expect(asked[0]).toContain('/by-hash/SHA256/');
  await open(world);
  expect(world.server.requests.filter((request) => request.includes('binary-amd64'))).toHaveLength(1);
});
