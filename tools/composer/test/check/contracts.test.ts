import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openLine } from '@moby/composer';
import { checkout, scratchFolder } from '@moby/testkit';
import { expect, test } from 'vitest';
import { ask } from '../line/scratch-library.ts';

/** Verdicts of the rules about declared contracts, over the components of the library; or what is said against the assembly. */
async function verdicts(text: string): Promise<readonly string[]> {
  const folder = scratchFolder();
  await writeFile(join(folder, 'assembly.yaml'), `name: try\nversion: 1.0.0\ndefaults: { "program:runc": runc }\n${text}`);
  const line = await openLine({
    library: checkout,
    componentFolders: [],
    currentFolder: folder,
    environment: { XDG_CACHE_HOME: scratchFolder() },
    debianMirror: undefined,
    now: () => new Date('2026-11-24T00:00:00Z'),
    progress: { step: () => undefined },
    warn: () => undefined,
    signal: new AbortController().signal,
  });
  const judged = await line.check(ask(join(folder, 'assembly.yaml')));
  if (!judged.ok) return judged.findings.map(({ code, message }) => `${code}: ${message}`);
  const about = /^(?:netfilter|docker|cni|config|engine|cgroup)\./;
  return judged.value.verdict.edges
    .filter(({ rule }) => about.test(rule))
    .map(({ rule, verdict, root }) => `${rule} ${verdict} in ${root}`);
}

test('an engine is judged with its client, its containerd, its packet filter', async () => {
  expect(await verdicts('with: [docker-cli@~20.10]\nservices:\n  - component: docker@~28.5\n')).toEqual([
    'cgroup.mode ok in machine',
    'cgroup.mode ok in machine',
    'cgroup.mode ok in machine',
    'netfilter.backend ok in docker',
    'docker.api-window ok in machine',
    'engine.containerd-range ok in docker',
  ]);
});

test('an engine on a containerd that it is not meant for is a warning', async () => {
  const found = await verdicts('services:\n  - component: docker@~28.5\n    constraints: [containerd@~1.6]\n');
  expect(found).toContain('engine.containerd-range warn in docker');
});
