import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openLine, type Line } from '@moby/composer';
import { checkout, scratchFolder } from '@moby/testkit';
import { ask, quietSurroundings } from '../line/quiet-surroundings.ts';

/** Checks an assembly of this repository's components; `text` follows its name and version. */
export async function checkOwn(text: string): ReturnType<Line['check']> {
  const currentFolder = scratchFolder();
  await writeFile(join(currentFolder, 'assembly.yaml'), `name: try\nversion: 1.0.0\n${text}`);
  const line = await openLine(quietSurroundings(checkout, { currentFolder, environment: { XDG_CACHE_HOME: scratchFolder() } }));
  return line.check(ask(join(currentFolder, 'assembly.yaml')));
}
