import { createHash } from 'node:crypto';
import { appendFileSync, linkSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packComponent, type PackedComponent } from '@moby/registry/pack';
import { checkout } from '@moby/testkit';

/** How much is published in both storages. */
export const counts = { components: 1000, versions: 20, versionsOfLarge: 1000 } as const;

export const smallNames: readonly string[] = Array.from(
  { length: counts.components },
  (_, index) => `@moby/part-${String(index).padStart(4, '0')}`,
);
export const largeName = '@moby/many';

/** What all of them are copies of. */
const pattern = 'redis/8.0';
const day = '2026-01-01T00:00:00.000Z';

/**
 * Writes the same packages as our server and as Verdaccio keep them, without publishing anything: the same bytes in every run. All
 * tarballs are one file, as nothing of a packument is read from them.
 */
export async function makeStorages(ours: string, stock: string): Promise<void> {
  const packed = await packComponent(join(checkout, 'components', pattern), pattern);
  for (const root of [ours, stock]) {
    mkdirSync(join(root, 'packages'), { recursive: true });
    writeFileSync(join(root, 'tarball.tgz'), packed.tarball);
  }
  for (const name of [...smallNames, largeName]) {
    const versions = Array.from({ length: name === largeName ? counts.versionsOfLarge : counts.versions }, (_, index) => index);
    const documents = versions.map((index) => versionDocument(packed, name, index));
    for (const root of [ours, stock]) writePackage(root, name, root === ours ? documents.map(signed) : documents);
    const journal = documents.map(({ version, dist }) => ({ name, version, integrity: dist.integrity, at: day, by: 'carol' }));
    appendFileSync(join(ours, 'published.jsonl'), journal.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }
  writeFileSync(join(stock, 'packages/.verdaccio-db.json'), JSON.stringify({ list: [...smallNames, largeName], secret: 'b'.repeat(32) }));
}

interface VersionDocument {
  readonly name: string;
  readonly version: string;
  readonly _id: string;
  readonly dist: { readonly integrity: string; readonly shasum: string; readonly [field: string]: unknown };
}

/** As a client sends it. */
function versionDocument(packed: PackedComponent, name: string, index: number): VersionDocument {
  const { packageJson, integrity, shasum } = packed;
  const component: unknown = packageJson['component'];
  const version = `1.0.${index * 100 + 1}`;
  const own = name.slice(name.indexOf('/') + 1);
  return {
    ...packageJson,
    name,
    version,
    ...(typeof component === 'object'
      ? {
          component: {
            ...component,
            upstream: { version: `1.0.${index}`, license: 'MIT' },
            provides: { [`service:${own}`]: `1.0.${index}` },
          },
        }
      : {}),
    _id: `${name}@${version}`,
    dist: { integrity, shasum, tarball: `http://localhost/${name}/-/${own}-${version}.tgz` },
  };
}

/** What our server adds: a signature of this form, which nobody verifies here. */
function signed(document: VersionDocument): VersionDocument {
  const digest = createHash('sha512').update(`${document.name}@${document.version}`).digest();
  const signatures = [
    {
      keyid: `SHA256:${digest.subarray(0, 32).toString('base64')}`,
      sig: Buffer.concat([digest, digest.subarray(0, 8)]).toString('base64'),
    },
  ];
  return { ...document, dist: { ...document.dist, signatures, payload: 'unproven' } };
}

function writePackage(root: string, name: string, documents: readonly VersionDocument[]): void {
  const folder = join(root, 'packages', name);
  mkdirSync(folder, { recursive: true });
  const own = name.slice(name.indexOf('/') + 1);
  const files = documents.map(({ version }) => `${own}-${version}.tgz`);
  for (const file of files) linkSync(join(root, 'tarball.tgz'), join(folder, file));
  writeFileSync(
    join(folder, 'package.json'),
    `${JSON.stringify({
      _id: name,
      name,
      versions: Object.fromEntries(documents.map((document) => [document.version, document])),
      time: { created: day, modified: day, ...Object.fromEntries(documents.map(({ version }) => [version, day])) },
      'dist-tags': { latest: documents.at(-1)?.version },
      users: {},
      _uplinks: {},
      _distfiles: {},
      _attachments: Object.fromEntries(documents.map(({ version, dist }, index) => [files[index], { shasum: dist.shasum, version }])),
      _rev: `${documents.length}-0123456789abcdef`,
      readme: '# A component\n',
      maintainers: [{ name: 'carol' }],
    })}\n`,
  );
}
