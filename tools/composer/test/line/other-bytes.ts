import { readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';

/** What both a run and a check have read, by what it is and where it lies in the library. */
export const readByBoth: readonly (readonly [string, string])[] = [
  ['the assembly', 'assemblies/web/assembly.yaml'],
  ['the manifest of a component', 'components/app/1.0/package.json'],
  ['the manifest of a component that was not chosen', 'components/other/1.0/package.json'],
  ['the facts of a component', 'components/app/1.0/facts.json'],
];

/** An answer is none while one letter of the file is another, with the same size and time, and is one again once it is as it was. */
export async function expectForgotten(
  file: { readonly library: string; readonly path: string },
  again: () => Promise<unknown>,
): Promise<void> {
  const path = join(file.library, file.path);
  const text = await readFile(path, 'utf8');
  await writeFile(
    path,
    text.replace(/[a-z]/, (letter) => (letter === 'x' ? 'y' : 'x')),
  );
  await utimes(path, 0, 0);
  expect(await again()).toBeUndefined();
  await writeFile(path, text);
  expect(await again()).toBeDefined();
}
