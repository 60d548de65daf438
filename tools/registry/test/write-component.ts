import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface ComponentText {
  readonly name: string;
  /** Upstream's, as `1.3.1`. */
  readonly upstream: string;
  readonly revision?: number;
  readonly description?: string;
  readonly scope?: string;
  /** Into the manifest, beside what every component has. */
  readonly manifest?: object;
  /** Into package.json. */
  readonly packageJson?: object;
  /** Path below `files/` → content. */
  readonly files?: Readonly<Record<string, string>>;
}

/** A component whose payload are its own files. */
export function writeComponent(folder: string, component: ComponentText): void {
  const {
    name,
    upstream,
    revision = 1,
    description = 'a component',
    scope = '@moby',
    files = { 'usr/share/hello': 'hello\n' },
  } = component;
  const [major, minor, patch] = upstream.split('.').map(Number);
  const packageJson = {
    name: `${scope}/${name}`,
    version: `${major}.${minor}.${(patch ?? 0) * 100 + revision}`,
    description,
    license: 'Apache-2.0',
    files: ['facts.json', 'files/'],
    component: {
      kind: 'library',
      category: 'library',
      upstream: { version: upstream, license: 'MIT' },
      payload: {
        form: 1,
        platforms: { 'linux/amd64': { sources: [{ kind: 'files' }], digest: `sha256:${'ab'.repeat(32)}`, size: 1024 } },
      },
      ...component.manifest,
    },
    ...component.packageJson,
  };
  writeBelow(folder, { 'package.json': `${JSON.stringify(packageJson, undefined, 2)}\n` });
  for (const [path, content] of Object.entries(files)) writeBelow(folder, { [`files/${path}`]: content });
}

export function writeBelow(folder: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}
