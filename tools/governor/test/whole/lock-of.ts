import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openLine } from '@moby/composer/line';
import { removeFolder, temporaryFolder } from '@moby/testkit';

/** The lock of an assembly, as `moby-compose resolve` writes it over files of a library. */
export async function lockOf(assembly: string, files: Readonly<Record<string, string>>): Promise<string> {
  const library = temporaryFolder();
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(library, path)), { recursive: true });
      writeFileSync(join(library, path), text);
    }
    const line = await openLine({
      library,
      componentFolders: [],
      registries: undefined,
      currentFolder: library,
      environment: { XDG_CACHE_HOME: join(library, 'cache') },
      debianMirror: undefined,
      blobMirrors: { addresses: [], plainHttp: false },
      now: () => new Date('2027-01-31T00:00:00Z'),
      progress: { step: () => undefined },
      warn: () => undefined,
      signal: new AbortController().signal,
    });
    const relocked = await line.relock({
      assembly,
      platform: 'linux/amd64',
      variation: { with: [], without: [], replace: [] },
      policy: { locked: false, offline: true },
      out: undefined,
      level: 3,
    });
    if (!relocked.ok) throw new Error(`${assembly} has no lock: ${JSON.stringify(relocked.findings, undefined, 1)}`);
    return readFileSync(join(library, 'assemblies', assembly, 'assembly.lock.json'), 'utf8');
  } finally {
    await removeFolder(library);
  }
}
