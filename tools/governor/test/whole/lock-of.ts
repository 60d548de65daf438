import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openLine } from '@moby/composer/line';
import { removeFolder, temporaryFolder } from '@moby/testkit';
import { ask, quietSurroundings } from '../../../composer/test/line/quiet-surroundings.ts';

/** The lock of an assembly, as `moby-compose resolve` writes it over files of a library. */
export async function lockOf(assembly: string, files: Readonly<Record<string, string>>): Promise<string> {
  const library = temporaryFolder();
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(library, path)), { recursive: true });
      writeFileSync(join(library, path), text);
    }
    const line = await openLine(quietSurroundings(library, { environment: { XDG_CACHE_HOME: join(library, 'cache') } }));
    const relocked = await line.relock(ask(assembly));
    if (!relocked.ok) throw new Error(`${assembly} has no lock: ${JSON.stringify(relocked.findings, undefined, 1)}`);
    return readFileSync(join(library, 'assemblies', assembly, 'assembly.lock.json'), 'utf8');
  } finally {
    await removeFolder(library);
  }
}
