import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import type { Composed, Line } from '@moby/composer';
import { openContentStore } from '@moby/content';
import { scratchFolder } from '@moby/testkit';
import { describe, expect, test } from 'vitest';
import { told } from '../author/scratch-component.ts';
import { ask } from './quiet-surroundings.ts';
import { scratchLibrary, service, type ScratchLibrary } from './scratch-library.ts';

const web = 'name: web\nversion: 1.0.0\ndefaults: { "runtime:oci": crun }\nlayout: disk\nservices:\n  - component: app\n';
const text = 'a text that stands in the image as it is '.repeat(300);

/** A service with a library of its own, and with busybox, which the machine's root needs too. */
async function library(): Promise<ScratchLibrary> {
  const made = await scratchLibrary();
  await made.add({ name: 'words', upstream: '1.0.0', files: { 'usr/share/words/list': text, 'usr/share/words/again': text } });
  await made.add(service('app', '1.0.0', { requires: { words: '^1.0', busybox: '^1.37' } }));
  await made.add(service('other', '1.0.0'));
  await made.assembly('web', web);
  return made;
}

async function composed(line: Line, more: Parameters<typeof ask>[1] = {}): Promise<Composed> {
  const judged = await line.compose(ask('web', more));
  if (!judged.ok) throw new Error(told(judged.findings));
  return judged.value;
}

function diskOf({ artifact, folder }: Composed): { readonly bytes: Buffer; readonly digest: string } {
  const file = artifact.files.find(({ role }) => role === 'disk');
  if (file === undefined) throw new Error('no disk');
  return { bytes: readFileSync(join(folder, file.name)), digest: file.digest };
}

/** What one segment of the initrd holds, as text. */
function segmentText({ artifact, folder }: Composed, label: string): string {
  const initrd = readFileSync(join(folder, 'initrd.img'));
  let at = 0;
  for (const segment of artifact.segments) {
    if (segment.label === label) return zstdDecompressSync(initrd.subarray(at, at + segment.sizeBytes)).toString('latin1');
    at += segment.sizeBytes;
  }
  throw new Error(`no segment ${label}`);
}

const labels = ({ artifact }: Composed): readonly string[] => artifact.segments.map(({ label }) => label.replace(/ .*/, ''));

describe('an assembly whose trees lie on a disk', () => {
  test('has an erofs image of what only containers need, and an initrd of the rest', async () => {
    const made = await composed(await (await library()).open());
    expect(labels(made)).toEqual(expect.arrayContaining(['init', 'busybox', 'crun']));
    expect(labels(made)).not.toContain('app');
    expect(labels(made)).not.toContain('words');
    const { bytes, digest } = diskOf(made);
    expect(made.artifact.files.at(-1)).toMatchObject({ name: 'trees.erofs', serial: 'moby-trees', sizeBytes: bytes.length });
    expect(`sha256:${createHash('sha256').update(bytes).digest('hex')}`).toBe(digest);
    expect(bytes.readUInt32LE(1024)).toBe(0xe0f5_e1e2);
    // Two files with the same bytes are there once.
    expect(bytes.indexOf(text)).toBeGreaterThan(0);
    expect(bytes.indexOf(text)).toBe(bytes.lastIndexOf(text));
    expect(bytes.includes('busybox\n')).toBe(false);
  });

  test('tells the guest where the disk is, and what lies on it', async () => {
    const generated = segmentText(await composed(await (await library()).open()), 'generated');
    expect(generated).toContain('moby-trees /d\n');
    const lower = /\n?(\/c\/[0-9a-f]{12}(?::\/[cd]\/[0-9a-f]{12})+)\n/.exec(generated)?.[1]?.split(':') ?? [];
    expect(lower.map((tree) => tree.slice(1, 2)).sort()).toEqual(['c', 'c', 'd', 'd']);
  });

  test('asks the kernel for what the disk needs, and another one does not', async () => {
    const line = await (await library()).open();
    const needs = async (more = {}): Promise<readonly string[]> =>
      (await composed(line, more)).verdict.edges.flatMap(({ need }) => (/virtio_blk|erofs/.exec(JSON.stringify(need)) ?? []).slice(0, 1));
    expect(await needs()).toHaveLength(2);
    expect(await needs({ variation: { with: [], without: [], replace: [], layout: 'initrd' } })).toEqual([]);
  });

  test('counts the disk as a part of its size, and not as memory', async () => {
    const line = await (await library()).open();
    const made = await composed(line);
    const other = await composed(line, { variation: { with: [], without: [], replace: [], layout: 'initrd' } });
    expect(made.artifact.sizeBytes).toBe(made.artifact.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
    expect(other.artifact.files.map(({ role }) => role)).toEqual(['kernel', 'initrd']);
    const unpacked = ({ artifact }: Composed): number => artifact.segments.reduce((sum, { unpackedBytes }) => sum + unpackedBytes, 0);
    expect(unpacked(made)).toBeLessThan(unpacked(other) - text.length);
  });

  test('over its budget is refused with what is largest on the disk', async () => {
    const made = await library();
    await made.assembly('web', `${web}budget: { size: 1kB }\n`);
    const judged = await (await made.open()).compose(ask('web'));
    expect(judged.ok).toBe(false);
    expect(judged.findings.find(({ code }) => code === 'over-budget')?.hints?.[0]).toContain('words 1.0.0+r1 16.4 kB');
  });

  test('has the same bytes from another store, and from the same store again', async () => {
    const made = await library();
    const store = scratchFolder();
    const first = await composed(await made.open({ store }));
    const again = await composed(await made.open({ store }));
    expect(again.unchanged).toBe(true);
    const other = await composed(await made.open(), { out: scratchFolder() });
    expect(other.artifact).toEqual(first.artifact);
    expect(diskOf(other).bytes.equals(diskOf(first).bytes)).toBe(true);
  });

  test('does not hang on whether the store remembers it, or on what it remembers in another shape', async () => {
    const made = await library();
    const store = scratchFolder();
    const first = await composed(await made.open({ store }));
    const memory = join(openContentStore(join(store, 'moby-compose')).folder, 'memory');
    for (const namespace of ['disks', 'disk-trees']) {
      const files = readdirSync(join(memory, namespace)).map((name) => join(memory, namespace, name));
      expect(files.length, namespace).toBeGreaterThan(0);
      for (const file of files) {
        const { key } = Object(JSON.parse(readFileSync(file, 'utf8')));
        writeFileSync(file, JSON.stringify({ key, value: { blobs: [1], data: 'none', label: 1 } }));
      }
      const again = await composed(await made.open({ store }), { out: scratchFolder() });
      expect(again.artifact).toEqual(first.artifact);
      expect(diskOf(again).bytes.equals(diskOf(first).bytes)).toBe(true);
    }
  });

  test('is made again where the store has lost a part of it', async () => {
    const made = await library();
    const store = scratchFolder();
    const first = await composed(await made.open({ store }));
    for (const part of first.made.disk) {
      rmSync((await openContentStore(join(store, 'moby-compose')).pathOf(part)) ?? '');
      const again = await composed(await made.open({ store }), { out: scratchFolder() });
      expect(diskOf(again).bytes.equals(diskOf(first).bytes)).toBe(true);
    }
  });

  test('shares in the store what another one has of the same trees', async () => {
    const made = await library();
    const line = await made.open();
    const first = await composed(line);
    const more = await composed(line, { variation: { with: ['other'], without: [], replace: [] } });
    expect(more.made.disk).toEqual(expect.arrayContaining(first.made.disk.slice(1)));
    expect(more.made.disk).toHaveLength(first.made.disk.length + 1);
  });

  test('has no disk where no container has a tree of its own', async () => {
    const made = await library();
    await made.assembly('web', 'name: web\nversion: 1.0.0\ndefaults: { "runtime:oci": crun }\nlayout: disk\n');
    const { artifact, verdict } = await composed(await made.open());
    expect(artifact.files.map(({ role }) => role)).toEqual(['kernel', 'initrd']);
    expect(JSON.stringify(verdict.edges)).not.toContain('virtio_blk');
  });
});

describe('the layout', () => {
  test('of an extended assembly is that of the other, unless it has its own', async () => {
    const made = await library();
    await made.assembly('child', 'name: child\nversion: 1.0.0\nextends: web@^1\n');
    await made.assembly('other', 'name: other\nversion: 1.0.0\nextends: web@^1\nlayout: initrd\n');
    const line = await made.open();
    const none = { with: [], without: [], replace: [] };
    const layoutOf = async (name: string): Promise<string> => {
      const parsed = await line.parse(name, none);
      return parsed.ok ? parsed.value.layout : told(parsed.findings);
    };
    expect(await layoutOf('child')).toBe('disk');
    expect(await layoutOf('other')).toBe('initrd');
  });

  test('that is tried leaves the lock alone and writes to a folder of its own', async () => {
    const made = await library();
    const line = await made.open();
    await composed(line);
    const lock = readFileSync(join(made.folder, 'assemblies/web/assembly.lock.json'), 'utf8');
    const tried = await composed(line, { variation: { with: [], without: [], replace: [], layout: 'initrd' } });
    expect(tried.lockState).toBe('left alone');
    expect(tried.folder).toBe(join(made.folder, 'out/web--layout-initrd/linux-amd64'));
    expect(readFileSync(join(made.folder, 'assemblies/web/assembly.lock.json'), 'utf8')).toBe(lock);
  });
});
