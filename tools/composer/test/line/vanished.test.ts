import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openLine, updateComponents, openArchive, openPayloadReader, openPinFinder, type Line, type Surroundings } from '@moby/composer';
import { openContentStore } from '@moby/content';
import type { Diagnostic } from '@moby/model';
import {
  kernelPackages,
  makeDebianArchive,
  scratchFolder,
  startFaultyServer,
  type ArchiveSpec,
  type DebianArchive,
  type DebInput,
  type FaultyServer,
} from '@moby/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { makeElf } from '../../../abi/test/elf-writer.ts';
import { greeter } from '../author/scratch-archive.ts';
import { draft, told, writeTree } from '../author/scratch-component.ts';
import { ask, quietSurroundings } from './quiet-surroundings.ts';
import { scratchLibrary, type ScratchLibrary } from './scratch-library.ts';

interface World {
  readonly library: ScratchLibrary;
  readonly archive: DebianArchive;
  readonly server: FaultyServer;
  readonly warnings: Diagnostic[];
  /** A line as another machine has it: with an empty store. */
  fresh(store?: string): Promise<Line>;
}

const text = 'name: web\nversion: 1.0.0\ndefaults: { "runtime:oci": crun }\nservices:\n  - component: hello\n';

/** A library with a service and a kernel that come from packages, pinned to what the archive has now. */
async function world(packages: ArchiveSpec['suites'][string]['packages'], keep: readonly string[] = ['usr/bin/hello']): Promise<World> {
  const library = await scratchLibrary();
  const archive = await makeDebianArchive(scratchFolder(), suitesOf(packages));
  const server = await startFaultyServer(archive.folder);
  onTestFinished(() => server.close());
  const keys = join(scratchFolder(), 'keys.asc');
  await writeFile(keys, archive.publicKey);
  const warnings: Diagnostic[] = [];
  const surroundings = (store: string): Surroundings =>
    quietSurroundings(library.folder, {
      environment: { XDG_CACHE_HOME: store, MOBY_COMPOSE_ARCHIVE_KEYS: keys },
      debianMirror: server.url,
      warn: (finding) => void warnings.push(finding),
    });
  const source = { kind: 'deb', package: 'hello', suite: 'scratch', keep };
  const kernel = {
    kind: 'deb',
    package: 'linux-image-unpinned',
    follows: 'linux-image-cloud-amd64',
    suite: 'scratch',
    keep: ['boot/vmlinuz-*', 'usr/lib/modules/**'],
  };
  await writeTree(join(library.folder, 'components'), {
    'hello/1.0/package.json': draft({
      name: 'hello',
      version: '1.0.1',
      upstream: '1.0.0',
      sources: [source],
      manifest: { kind: 'service', requires: { busybox: '*' }, service: { args: ['/usr/bin/hello'] } },
    }),
    'linux/6.12/package.json': draft({
      name: 'linux',
      version: '6.12.101',
      upstream: '6.12.1',
      sources: [kernel],
      manifest: { kind: 'kernel', provides: { 'kernel:linux': '6.12.1' }, exclusive: ['slot:kernel'] },
    }),
  });
  // Debian's packages have `#!/bin/sh`; a shell of the library stands in the container's root.
  await library.add({
    name: 'busybox',
    upstream: '1.37.0',
    files: { 'usr/bin/busybox': 'busybox\n' },
    executable: ['usr/bin/busybox'],
    links: { 'usr/bin/sh': 'busybox' },
    manifest: { kind: 'tool' },
  });
  await library.assembly('web', text);
  const store = openContentStore(scratchFolder());
  const reach = openArchive({ surroundings: surroundings(scratchFolder()), store, isOffline: false });
  onTestFinished(() => reach.close());
  const report = await updateComponents({
    folders: ['hello/1.0', 'linux/6.12'].map((line) => join(library.folder, 'components', line)),
    finder: openPinFinder({ open: reach.openSuite, warn: () => undefined }),
    payloads: openPayloadReader({ store, download: reach.download, warn: () => undefined }),
  });
  if (report.findings.length > 0) throw new Error(told(report.findings));
  return { library, archive, server, warnings, fresh: (cache = scratchFolder()) => openLine(surroundings(cache)) };
}

function suitesOf(packages: ArchiveSpec['suites'][string]['packages']): ArchiveSpec {
  return { suites: { scratch: { packages }, 'scratch-security': { packages: [] } } };
}

const greetLibrary = 'usr/lib/x86_64-linux-gnu/libgreet.so.1';

/** A program that imports a name from its own library. */
function symbolPackage(version: string, name: string): DebInput {
  const program = makeElf({
    interpreter: `/${greetLibrary}`,
    needed: ['libgreet.so.1'],
    symbols: [{ name, defined: false }],
  });
  const library = makeElf({ soname: 'libgreet.so.1', symbols: [{ name, defined: true }] });
  const plain = greeter(version);
  const folders = ['usr/lib', 'usr/lib/x86_64-linux-gnu'].map((path) => ({ path, kind: 'directory' as const }));
  const kept = (plain.files ?? []).filter(({ path }) => path !== 'usr/bin/hello');
  const files = [
    ...kept,
    ...folders,
    { path: 'usr/bin/hello', mode: 0o755, content: program },
    { path: greetLibrary, mode: 0o644, content: library },
  ];
  return { ...plain, files };
}

const online = { policy: { locked: false, offline: false } };
const locked = { policy: { locked: true, offline: false } };

async function lockOf({ library }: World): Promise<string> {
  return readFile(join(library.folder, 'assemblies/web/assembly.lock.json'), 'utf8');
}

describe('a pin that has vanished', () => {
  test('is refreshed within its line, loudly, and stands in the lock; the kernel’s kind too', async () => {
    const made = await world([greeter('1.0-1'), ...kernelPackages('linux-image-cloud-amd64', '6.12.1-cloud', '6.12.1-1')]);
    expect((await (await made.fresh()).compose(ask('web', online))).ok).toBe(true);
    const before = await lockOf(made);
    await made.archive.publish(
      suitesOf([greeter('1.0-2', 'hi'), ...kernelPackages('linux-image-cloud-amd64', '6.12.9-cloud', '6.12.9-1')]),
    );
    const store = scratchFolder();
    const judged = await (await made.fresh(store)).compose(ask('web', online));
    expect(judged.ok).toBe(true);
    expect(made.warnings.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      'source-moved: the archive has dropped hello 1.0-1, which hello 1.0.0+r1 pins',
      'source-moved: the archive has dropped linux-image-6.12.1-cloud 6.12.1-1, which linux 6.12.1+r1 pins',
    ]);
    const after: unknown = JSON.parse(await lockOf(made));
    expect(await lockOf(made)).not.toBe(before);
    expect(after).toMatchObject({
      components: {
        'hello@1.0.0+r1': { refreshed: [{ package: 'hello', from: '1.0-1', to: '1.0-2' }] },
        'linux@6.12.9+r1': { refreshed: [{ package: 'linux-image-6.12.1-cloud', from: '6.12.1-1' }] },
      },
    });
    // The second run on this machine takes the same components, asks nobody, and says so again.
    const requests = made.server.requests.length;
    const second = await (await made.fresh(store)).compose(ask('web', locked));
    expect(second).toMatchObject({ ok: true, value: { lockState: 'unchanged', unchanged: true } });
    expect(made.server.requests.length).toBe(requests);
    expect(made.warnings.map(({ code }) => code)).toEqual(Array(4).fill('source-moved'));
  });

  test('keeps its symbols, in the run that refreshes it and in later ones that recall it', async () => {
    const kernel = kernelPackages('linux-image-cloud-amd64', '6.12.1-cloud', '6.12.1-1');
    const made = await world([symbolPackage('1.0-1', 'greet'), ...kernel], ['usr/bin/hello', 'usr/lib/**']);
    expect((await (await made.fresh()).compose(ask('web', online))).ok).toBe(true);
    await made.archive.publish(suitesOf([symbolPackage('1.0-2', 'wave'), ...kernel]));
    const store = scratchFolder();
    const said = async (line: Line): Promise<readonly string[]> => {
      const judged = await line.check(ask('web', locked));
      if (!judged.ok) throw new Error(told(judged.findings));
      return judged.value.verdict.edges
        .filter(({ rule }) => rule === 'elf.symbol')
        .map(({ verdict, sentence }) => `${verdict} ${sentence}`);
    };
    expect((await (await made.fresh(store)).compose(ask('web', online))).ok).toBe(true);
    expect(made.warnings.map(({ code }) => code)).toEqual(['source-moved']);
    expect(await said(await made.fresh(store))).toEqual([
      'ok the 1 symbols that /usr/bin/hello imports are in the 2 files that are loaded together',
    ]);
  });

  test('with --locked stays refused, and the command that re-pins is named', async () => {
    const made = await world([greeter('1.0-1'), ...kernelPackages('linux-image-cloud-amd64', '6.12.1-cloud', '6.12.1-1')]);
    expect((await (await made.fresh()).compose(ask('web', online))).ok).toBe(true);
    const before = await lockOf(made);
    await made.archive.publish(suitesOf([greeter('1.0-2'), ...kernelPackages('linux-image-cloud-amd64', '6.12.1-cloud', '6.12.1-1')]));
    await expect((await made.fresh()).compose(ask('web', locked))).rejects.toMatchObject({
      code: 'source-vanished',
      hints: ['pin what the archive has now: moby-compose component update hello/1.0'],
    });
    await expect((await made.fresh()).compose(ask('web', { policy: { locked: true, offline: true } }))).rejects.toMatchObject({
      code: 'offline',
    });
    expect(await lockOf(made)).toBe(before);
  });

  test('is never taken from another line', async () => {
    const made = await world([greeter('1.0-1'), ...kernelPackages('linux-image-cloud-amd64', '6.12.1-cloud', '6.12.1-1')]);
    await made.archive.publish(suitesOf([greeter('2.0-1'), ...kernelPackages('linux-image-cloud-amd64', '6.12.1-cloud', '6.12.1-1')]));
    await expect((await made.fresh()).compose(ask('web', online))).rejects.toMatchObject({
      code: 'source-vanished',
      message: expect.stringContaining('2.0.0'),
    });
  });
});
