import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openLine } from '@moby/composer/line';
import { canonicalJson } from '@moby/model';
import { openRepository } from '@moby/governor/collect';
import { checkout, scratchFolder } from '@moby/testkit';
import { expect, test } from 'vitest';
import { collectLibrary } from '../../src/collect/library/collect-library.ts';
import type { AssemblyAnswer } from '../../src/library/library-change.ts';
import { ask, quietSurroundings } from '../../../composer/test/line/quiet-surroundings.ts';
import { rawRepository } from '../collect/raw-repository.ts';

/** What `check` says of the assemblies of this repository, with components of a folder in the place of the library's. */
async function openChecks(components: readonly string[]): Promise<(assembly: string) => Promise<unknown>> {
  const line = await openLine(
    quietSurroundings(checkout, { componentFolders: components, environment: { XDG_CACHE_HOME: scratchFolder() } }),
  );
  return async (assembly) => {
    const judged = await line.check(ask(assembly));
    return { passes: judged.ok, lock: judged.ok ? judged.value.lock : undefined, messages: judged.findings.map(({ message }) => message) };
  };
}

test('of each assembly of this repository a review says what check says, before and after a change', async () => {
  const files = filesBelow('components', 'assemblies');
  const repository = rawRepository(scratchFolder());
  const base = repository.files(files);
  const { objects } = openRepository(repository.folder);
  const changed: Readonly<Record<string, string>> = {
    // Every assembly has it, and nobody minds.
    'components/glibc/2.41/package.json': `${files['components/glibc/2.41/package.json']}\n`,
    // Only redis needs it, and nobody else offers it.
    'components/jemalloc/5.3/package.json': (files['components/jemalloc/5.3/package.json'] ?? '').replaceAll(
      'libjemalloc.so.2',
      'libjemalloc.so.9',
    ),
  };
  const laid = new Map(Object.entries(changed).map(([path, text]) => [path, { mode: '100644', oid: repository.blob(text) }]));
  const { assemblies } = await collectLibrary({ objects, base, laid, cacheFolder: undefined });
  expect(assemblies.map(({ name, before, after }) => [name, before?.state, after?.state])).toEqual([
    ['containerd-os', 'passes', 'passes'],
    ['minimal', 'passes', 'passes'],
    ['moby-origin', 'passes', 'passes'],
    ['moby-podman', 'passes', 'passes'],
    ['redis-os', 'passes', 'fails'],
  ]);
  const [was, is] = [await openChecks([]), await openChecks([laidOut({ ...files, ...changed }, Object.keys(changed))])];
  for (const { name, before, after } of assemblies) {
    expect(canonicalJson(toldOf(before)), name).toBe(canonicalJson(await was(name)));
    expect(canonicalJson(toldOf(after)), name).toBe(canonicalJson(await is(name)));
  }
});

function toldOf(answer: AssemblyAnswer | undefined): unknown {
  const messages = answer?.findings.map(({ message }) => message);
  return { passes: answer?.state === 'passes', lock: answer?.chosen?.lock, messages };
}

/** The lines of some files, in a folder of components. */
function laidOut(files: Readonly<Record<string, string>>, changed: readonly string[]): string {
  const folder = scratchFolder();
  for (const [path, text] of Object.entries(files)) {
    if (!changed.some((one) => path.startsWith(`${dirname(one)}/`))) continue;
    const file = join(folder, path.slice('components/'.length));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return folder;
}

function filesBelow(...tops: readonly string[]): Record<string, string> {
  const files: Record<string, string> = {};
  for (const top of tops) {
    for (const entry of readdirSync(join(checkout, top), { recursive: true, withFileTypes: true })) {
      const full = join(entry.parentPath, entry.name);
      if (entry.isFile()) files[full.slice(checkout.length + 1)] = readFileSync(full, 'utf8');
    }
  }
  return files;
}
