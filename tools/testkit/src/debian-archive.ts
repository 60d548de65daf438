import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { compressed, controlText, type DebInput, writeDeb } from './deb-writer.ts';

export interface ArchiveSpec {
  /** Suites by their code name, as `trixie` and `trixie-security`: what lies below `dists/`. */
  readonly suites: Readonly<Record<string, SuiteSpec>>;
}

export interface SuiteSpec {
  readonly packages: readonly DebInput[];
  /** As `Sat, 21 Nov 2026 09:15:44 UTC`. */
  readonly validUntil?: string;
  /** Default `Debian`. */
  readonly origin?: string;
  readonly label?: string;
  /** Written into the Release file in place of the suite's own. */
  readonly codename?: string;
  /** Pool paths begin with it; `pool/updates/main` in a security archive. Default `pool/main`. */
  readonly pool?: string;
}

export interface DebianArchive {
  readonly folder: string;
  /** The armored public key that signs the indexes: for those who are to trust it. */
  readonly publicKey: string;
  /** Writes packages and indexes anew; what is no longer listed is gone from the pool, as an archive drops it. */
  publish(spec: ArchiveSpec): Promise<readonly PublishedPackage[]>;
}

export interface PublishedPackage {
  readonly suite: string;
  readonly package: string;
  readonly version: string;
  readonly path: string;
  readonly sha256: string;
  readonly size: number;
}

/**
 * A Debian archive in a folder, for amd64 and the architectures of its packages, of real packages with Packages, Packages.xz, by-hash and an InRelease that is signed by a
 * key of its own. Serve it with `startFaultyServer`.
 */
export async function makeDebianArchive(folder: string, spec: ArchiveSpec): Promise<DebianArchive> {
  const { generateKey } = await import('openpgp');
  const key = await generateKey({
    type: 'curve25519',
    userIDs: [{ name: 'Test archive' }],
    format: 'armored',
    date: new Date('2026-01-01T00:00:00Z'),
  });
  const publish = (next: ArchiveSpec): Promise<readonly PublishedPackage[]> => publishArchive(folder, next, key.privateKey);
  await publish(spec);
  return { folder, publicKey: key.publicKey, publish };
}

/** The two packages of a kernel as Debian has them: an image whose name carries the version, and a metapackage for it. */
export function kernelPackages(metapackage: string, release: string, version: string): readonly DebInput[] {
  const image = `linux-image-${release}`;
  const parents = [
    'boot',
    'usr',
    'usr/lib',
    'usr/lib/modules',
    `usr/lib/modules/${release}`,
    'usr/share',
    'usr/share/doc',
    `usr/share/doc/${image}`,
  ];
  return [
    { package: metapackage, version, source: 'linux-signed-amd64', depends: `${image} (= ${version})` },
    {
      package: image,
      version,
      source: `linux-signed-amd64 (${version})`,
      files: [
        ...parents.map((path) => ({ path, kind: 'directory' as const })),
        { path: `boot/vmlinuz-${release}`, content: `kernel ${version}\n` },
        { path: `usr/lib/modules/${release}/modules.builtin`, content: 'kernel/fs/overlayfs/overlay.ko\n' },
        { path: `usr/share/doc/${image}/copyright`, content: 'GPL-2\n' },
      ],
    },
  ];
}

async function publishArchive(folder: string, spec: ArchiveSpec, privateKey: string): Promise<readonly PublishedPackage[]> {
  await rm(join(folder, 'pool'), { recursive: true, force: true });
  const published: PublishedPackage[] = [];
  const architectures = architecturesOf(Object.values(spec.suites).flatMap(({ packages }) => packages));
  for (const [suite, suiteSpec] of Object.entries(spec.suites)) {
    const packages = await Promise.all(
      suiteSpec.packages.map((input) => writePackage({ folder, suite, input, pool: suiteSpec.pool ?? 'pool/main' })),
    );
    published.push(...packages.map((entry) => entry.published));
    await writeIndexes({ folder, suite, spec: suiteSpec, packages, architectures, privateKey });
  }
  return published;
}

interface IndexedPackage {
  readonly architecture: string;
  readonly stanza: string;
  readonly published: PublishedPackage;
}

async function writePackage(options: {
  readonly folder: string;
  readonly suite: string;
  readonly input: DebInput;
  readonly pool: string;
}): Promise<IndexedPackage> {
  const { folder, suite, input, pool } = options;
  const bytes = await writeDeb(input);
  const source = (input.source ?? input.package).split(' ')[0] ?? '';
  // File names carry no epoch.
  const architecture = input.architecture ?? 'amd64';
  const file = `${input.package}_${input.version.replace(/^\d+:/, '')}_${architecture}.deb`;
  const path = `${pool}/${source.startsWith('lib') ? source.slice(0, 4) : source.slice(0, 1)}/${source}/${file}`;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await put(join(folder, path), bytes);
  return {
    architecture,
    stanza: `${controlText(input)}Filename: ${path}\nSize: ${bytes.length}\nSHA256: ${sha256}\n`,
    published: { suite, package: input.package, version: input.version, path, sha256, size: bytes.length },
  };
}

async function writeIndexes(options: {
  readonly folder: string;
  readonly suite: string;
  readonly spec: SuiteSpec;
  readonly packages: readonly IndexedPackage[];
  readonly architectures: readonly string[];
  readonly privateKey: string;
}): Promise<void> {
  const { folder, suite, spec, packages, architectures, privateKey } = options;
  const base = join(folder, 'dists', suite);
  const sums: string[] = [];
  for (const architecture of architectures) {
    const own = packages.filter((one) => one.architecture === architecture || one.architecture === 'all');
    const index = Buffer.from(own.map(({ stanza }) => stanza).join('\n'));
    for (const [name, bytes] of [['Packages', index] as const, ['Packages.xz', await compressed(index, 'xz')] as const]) {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const place = `main/binary-${architecture}`;
      await put(join(base, place, name), bytes);
      await put(join(base, place, 'by-hash/SHA256', sha256), bytes);
      sums.push(` ${sha256} ${bytes.length} ${place}/${name}`);
    }
  }
  const release = [
    `Origin: ${spec.origin ?? 'Debian'}`,
    `Label: ${spec.label ?? (suite.endsWith('-security') ? 'Debian-Security' : 'Debian')}`,
    `Codename: ${spec.codename ?? suite}`,
    'Date: Sat, 21 Nov 2026 09:15:44 UTC',
    ...(spec.validUntil === undefined ? [] : [`Valid-Until: ${spec.validUntil}`]),
    'Acquire-By-Hash: yes',
    `Architectures: ${architectures.join(' ')}`,
    'Components: main',
    'SHA256:',
    ...sums,
  ].join('\n');
  const { createCleartextMessage, readPrivateKey, sign } = await import('openpgp');
  const message = await createCleartextMessage({ text: `${release}\n` });
  const signed = await sign({
    message,
    signingKeys: await readPrivateKey({ armoredKey: privateKey }),
    date: new Date('2026-11-21T09:15:44Z'),
  });
  await put(join(base, 'InRelease'), Buffer.from(signed));
}

/** amd64 always, and every other one that a package was made for: an archive has the same in all of its suites. */
function architecturesOf(packages: readonly DebInput[]): readonly string[] {
  const others = packages.map(({ architecture }) => architecture ?? 'amd64').filter((one) => one !== 'all');
  return [...new Set(['amd64', ...others])].sort();
}

async function put(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
}
