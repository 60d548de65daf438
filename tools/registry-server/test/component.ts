import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildComponent, openPayloadReader } from '@moby/composer';
import { openContentStore } from '@moby/content/store';
import { packComponent, publishDocument } from '@moby/registry/pack';
import { packageTar, scratchFolder, writeDeb, type PackageTarEntry } from '@moby/testkit';
import type { Json } from './running-server.ts';

export interface ComponentText {
  readonly name: string;
  /** Upstream's version, as `1.3.1`. */
  readonly upstream?: string;
  readonly revision?: number;
  /** On top of the manifest. */
  readonly manifest?: object;
  /** Path below `files/` → content: the payload. */
  readonly files?: Readonly<Record<string, string>>;
  /** A package that the payload is made of too; `store` has it. */
  /** Where its folder is made; by default in one that goes with the test. */
  readonly below?: string;
  readonly deb?: { readonly store: string; readonly content: string };
}

/** A component in a folder of its own, built as `component build` does. */
export async function builtComponent({
  name,
  upstream = '1.0.0',
  revision = 1,
  manifest = {},
  files,
  deb,
  below = scratchFolder(),
}: ComponentText): Promise<string> {
  const folder = join(below, name, '1.0');
  const [major, minor, patch] = upstream.split('.').map(Number);
  const own = files ?? (deb === undefined ? { [`usr/share/${name}/text`]: `${name} ${upstream}\n` } : {});
  const store = deb?.store ?? join(below, 'store');
  const sources = [
    ...(Object.keys(own).length === 0 ? [] : [{ kind: 'files' }]),
    ...(deb === undefined ? [] : [await pinned(`${name}-tools`, { ...deb, store })]),
  ];
  write(join(folder, 'package.json'), {
    name: `@moby/${name}`,
    version: `${major}.${minor}.${(patch ?? 0) * 100 + revision}`,
    description: 'A component that tests publish',
    license: 'Apache-2.0',
    files: ['facts.json', ...(Object.keys(own).length === 0 ? [] : ['files/'])],
    component: {
      kind: 'config',
      category: 'test',
      upstream: { version: upstream, license: 'MIT' },
      payload: { form: 1, platforms: { 'linux/amd64': { sources } } },
      ...manifest,
    },
  });
  for (const [path, content] of Object.entries(own)) write(join(folder, 'files', path), content);
  write(join(folder, 'README.md'), `# ${name}\n`);
  const download = (): Promise<never> => Promise.reject(new Error('nothing is fetched in tests'));
  await buildComponent({ folder, payloads: openPayloadReader({ store: openContentStore(store), download, warn: () => undefined }) });
  return folder;
}

async function pinned(name: string, { store, content }: { readonly store: string; readonly content: string }): Promise<object> {
  const parents = ['usr', 'usr/share', `usr/share/${name}`].map((path) => ({ path, kind: 'directory' as const }));
  const copyright = ['usr/share/doc', `usr/share/doc/${name}`].map((path) => ({ path, kind: 'directory' as const }));
  const bytes = await writeDeb({
    package: name,
    version: '1.0-1',
    files: [
      ...parents,
      { path: `usr/share/${name}/data`, content },
      ...copyright,
      { path: `usr/share/doc/${name}/copyright`, content: 'MIT\n' },
    ],
  });
  const { digest } = await openContentStore(store).write(bytes);
  return {
    kind: 'deb',
    package: name,
    suite: 'trixie',
    version: '1.0-1',
    sha256: digest.slice('sha256:'.length),
    size: bytes.length,
    path: `pool/main/${name.slice(0, 1)}/${name}/${name}_1.0-1_amd64.deb`,
    source: name,
    sourceVersion: '1.0-1',
    keep: [`usr/share/${name}/**`],
  };
}

/** Changes a file of JSON in place. */
export function edit(folder: string, file: string, change: (json: Json) => void): string {
  const json: Json = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  change(json);
  write(join(folder, file), json);
  return folder;
}

/** What `component publish` sends. */
export async function bodyOf(folder: string): Promise<Json> {
  const packed = await packComponent(folder, `${basename(dirname(folder))}/${basename(folder)}`);
  return structuredClone(publishDocument({ packed, registry: 'http://localhost/', tag: 'next' }));
}

/** The same with an archive of these entries in place of its own: its digests are right. */
export function withArchive(body: Json, entries: readonly PackageTarEntry[]): Json {
  return withTarball(body, gzipSync(packageTar(entries)));
}

export function withTarball(body: Json, bytes: Uint8Array): Json {
  const changed: Json = structuredClone(body);
  const [version]: Json[] = Object.values(changed['versions']);
  version['dist'].integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
  version['dist'].shasum = createHash('sha1').update(bytes).digest('hex');
  const [key = ''] = Object.keys(changed['_attachments']);
  changed['_attachments'][key] = {
    content_type: 'application/octet-stream',
    data: Buffer.from(bytes).toString('base64'),
    length: bytes.length,
  };
  return changed;
}

export function tarballOf(body: Json): Buffer {
  const [attachment]: Json[] = Object.values(body['_attachments']);
  return Buffer.from(attachment['data'], 'base64');
}

function write(path: string, content: unknown): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : `${JSON.stringify(content, undefined, 2)}\n`);
}
