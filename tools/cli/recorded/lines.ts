import { digestOf, type LibraryClone } from './library-clone.ts';

/** A line of a component, where it stands. */
export interface RecordedLine {
  readonly component: string;
  readonly line: string;
  /** `components/redis/8.0`. */
  readonly folder: string;
  /** `components/redis/8.0/package.json`. */
  readonly manifest: string;
  /** npm's version and upstream's. */
  readonly version: string;
  readonly upstream: string;
}

/** The newest line of a component, whatever it is by now. */
export function newestLine(library: LibraryClone, component: string): RecordedLine {
  const lines = library.names(`components/${component}`).filter((name) => /^\d/.test(name));
  return lineAt(library, component, lines.at(-1) ?? '');
}

function lineAt(library: LibraryClone, component: string, line: string): RecordedLine {
  const folder = `components/${component}/${line}`;
  const manifest = `${folder}/package.json`;
  const json: { readonly version: string; readonly component: { readonly upstream: { readonly version: string } } } = JSON.parse(
    library.read(manifest),
  );
  return { component, line, folder, manifest, version: json.version, upstream: json.component.upstream.version };
}

/** The next packaging revision: npm's patch and one more. */
export function raiseRevision(library: LibraryClone, { manifest, version }: RecordedLine): void {
  library.edit(manifest, (text) => text.replace(`"version": "${version}"`, `"version": "${raised(version, 1)}"`));
}

/** Upstream's next patch, of packages that nobody has: their digests, and the payload's, are others. */
export function raiseUpstream(library: LibraryClone, line: RecordedLine): void {
  const { folder, manifest, version, upstream } = line;
  const next = raised(upstream, 1);
  const [major, minor, patch] = next.split('.').map(Number);
  library.edit(manifest, (text) =>
    text
      .replace(`"version": "${version}"`, `"version": "${major}.${minor}.${(patch ?? 0) * 100 + 1}"`)
      .replaceAll(upstream, next)
      .replaceAll(/"sha256": "([0-9a-f]{64})"/g, (_, old: string) => `"sha256": "${digestOf(old)}"`),
  );
  otherPayloads(library, folder);
}

/** The payloads of a line have other digests, in all of its files that say them. */
export function otherPayloads(library: LibraryClone, folder: string): void {
  const digests = [...library.read(`${folder}/package.json`).matchAll(/"digest": "sha256:([0-9a-f]{64})"/g)].map(([, hex = '']) => hex);
  for (const file of ['package.json', 'facts.json', 'symbols.json']) {
    if (!library.has(`${folder}/${file}`)) continue;
    library.edit(`${folder}/${file}`, (text) => digests.reduce((all, hex) => all.replaceAll(hex, digestOf(hex)), text));
  }
}

/** Writes anew the locks of all assemblies that have a component. */
export async function relockThoseWith(library: LibraryClone, component: string): Promise<void> {
  for (const assembly of assembliesWith(library, component)) await library.relock(assembly);
}

export function assembliesWith(library: LibraryClone, component: string): readonly string[] {
  return library.names('assemblies').filter((name) => {
    const lock = lockOf(name);
    return library.has(lock) && library.read(lock).includes(`"${component}@`);
  });
}

export function lockOf(assembly: string): string {
  return `assemblies/${assembly}/assembly.lock.json`;
}

/** The last number of a version, so much higher. */
function raised(version: string, by: number): string {
  return version.replace(/\d+$/, (last) => String(Number(last) + by));
}
