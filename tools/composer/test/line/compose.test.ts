import { chmod, readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Composed, Line, Variation } from '@moby/composer';
import type { Diagnostic, Judged } from '@moby/model';
import { scratchFolder } from '@moby/testkit';
import { describe, expect, test } from 'vitest';
import { told } from '../author/scratch-component.ts';
import { ask } from './quiet-surroundings.ts';
import { type ScratchComponent, type ScratchLibrary, scratchLibrary, service } from './scratch-library.ts';

const web = 'name: web\nversion: 1.0.0\ndefaults: { "runtime:oci": crun }\nservices:\n  - component: app\n';

function value<T>(judged: Judged<T>): T {
  if (!judged.ok) throw new Error(told(judged.findings));
  return judged.value;
}

async function composed(line: Line, assembly: string, more: Parameters<typeof ask>[1] = {}): Promise<Composed> {
  return value(await line.compose(ask(assembly, more)));
}

const crunOld: Omit<ScratchComponent, 'upstream'> = {
  name: 'crun',
  files: { 'usr/bin/crun': 'older crun\n' },
  executable: ['usr/bin/crun'],
  manifest: { kind: 'runtime', provides: { 'runtime:oci': '1.0.0' }, runtime: { program: '/usr/bin/crun' } },
};

/** Newer than the library's own kernel, so it is taken. */
function kernelAt(path: string): ScratchComponent {
  const manifest = { kind: 'kernel', provides: { 'kernel:linux': '6.13.2' }, exclusive: ['slot:kernel'] };
  return { name: 'linux', upstream: '6.13.2', files: { [path]: `kernel at ${path}\n` }, manifest };
}

/** The findings about a try of `text` in a library that has one service, `app`. */
async function judge(text: string, variation: Partial<Variation>): Promise<readonly Diagnostic[]> {
  const library = await scratchLibrary();
  await library.add(service('app', '1.0.0'));
  await library.assembly('web', text);
  const asked = ask('web', { variation: { with: [], without: [], replace: [], ...variation } });
  return (await (await library.open()).compose(asked)).findings;
}

describe('the lock', () => {
  test('is written once the check has passed, and the same again the second time', async () => {
    const library = await scratchLibrary();
    await library.add(service('app', '1.0.0'));
    await library.assembly('web', web);
    const line = await library.open();
    expect((await composed(line, 'web')).lockState).toBe('written');
    const first = await readFile(join(library.folder, 'assemblies/web/assembly.lock.json'), 'utf8');
    expect((await composed(await library.open(), 'web')).lockState).toBe('unchanged');
    expect(await readFile(join(library.folder, 'assemblies/web/assembly.lock.json'), 'utf8')).toBe(first);
    expect(first.endsWith('}\n')).toBe(true);
  });

  test('is the same after a change that says nothing else', async () => {
    const library = await scratchLibrary();
    await library.add(service('app', '1.0.0'));
    await library.assembly('web', web);
    await composed(await library.open(), 'web');
    await library.assembly('web', web.replace('version: 1.0.0\n', '# a comment\nversion: "1.0.0"\ndescription: a page\n'));
    expect((await composed(await library.open(), 'web')).lockState).toBe('unchanged');
    await library.assembly('web', `${web}    args: [/usr/bin/app, again]\n`);
    expect((await composed(await library.open(), 'web')).lockState).toBe('written');
  });

  test('is not written where the check finds that parts do not fit', async () => {
    const library = await scratchLibrary();
    await library.add(service('app', '1.0.0', { service: { args: ['/usr/bin/missing'] } }));
    await library.assembly('web', web);
    const judged = await (await library.open()).compose(ask('web'));
    expect(judged.ok).toBe(false);
    expect(judged.findings[0]?.code).toBe('exec-path');
    expect(await readdir(join(library.folder, 'assemblies/web'))).toEqual(['assembly.yaml']);
  });

  test('keeps versions that it can keep, and changes the least', async () => {
    const library = await scratchLibrary();
    await library.add({ name: 'lib', upstream: '1.0.0', files: { 'usr/share/lib': '1' } });
    await library.add(service('app', '1.0.0', { requires: { lib: '*' } }));
    await library.assembly('web', web);
    const before = (await composed(await library.open(), 'web')).lock;
    await library.add({ name: 'lib', upstream: '1.1.0', files: { 'usr/share/lib': '1.1' } });
    await library.add(service('other', '1.0.0', { requires: { lib: '*' } }));
    await library.assembly('web', `${web}  - component: other\n`);
    const after = (await composed(await library.open(), 'web')).lock;
    expect(after.roots['app']).toEqual(before.roots['app']);
    expect(after.roots['app']?.['lib']?.version).toBe('1.0.0+r1');
  });

  test('with --locked may not be missing, and may not change', async () => {
    const library = await scratchLibrary();
    await library.add(service('app', '1.0.0'));
    await library.assembly('web', web);
    const locked = { policy: { locked: true, offline: true } };
    await expect((await library.open()).compose(ask('web', locked))).rejects.toMatchObject({
      code: 'lock-stale',
      message: "`assemblies/web/assembly.lock.json` is missing, and with --locked it can't be written",
    });
    await composed(await library.open(), 'web');
    expect((await composed(await library.open(), 'web', locked)).lockState).toBe('unchanged');
    const text = await readFile(join(library.folder, 'assemblies/web/assembly.lock.json'), 'utf8');
    await library.add({ ...service('app', '1.0.0'), revision: 2 });
    await expect((await library.open()).compose(ask('web', locked))).rejects.toMatchObject({
      code: 'lock-stale',
      message: '`assemblies/web/assembly.lock.json` is not current: app@1.0.0+r1 is gone, app@1.0.0+r2 is new',
      hints: ['write it: moby-compose assemble web'],
    });
    expect(await readFile(join(library.folder, 'assemblies/web/assembly.lock.json'), 'utf8')).toBe(text);
  });

  test('of another compressor is kept as it is, because what is compressed is the same', async () => {
    const library = await scratchLibrary();
    await library.add(service('app', '1.0.0'));
    await library.assembly('web', web);
    await composed(await library.open(), 'web');
    const file = join(library.folder, 'assemblies/web/assembly.lock.json');
    const other = (await readFile(file, 'utf8')).replace(/"version": "[0-9.]+"\n {2}\}/, '"version": "1.4.0"\n  }');
    expect(other).toContain('"1.4.0"');
    await writeFile(file, other);
    expect((await composed(await library.open(), 'web', { policy: { locked: true, offline: true } })).lockState).toBe('unchanged');
    expect(await readFile(file, 'utf8')).toBe(other);
  });

  test('that is damaged is said to be, with the way out', async () => {
    const library = await scratchLibrary();
    await library.add(service('app', '1.0.0'));
    await library.assembly('web', web);
    await writeFile(join(library.folder, 'assemblies/web/assembly.lock.json'), '{ "lockfile": 1,');
    const judged = await (await library.open()).compose(ask('web'));
    expect(judged.findings[0]).toMatchObject({
      code: 'syntax',
      place: { file: 'assemblies/web/assembly.lock.json' },
      hints: ['take the file away, and it is written anew: rm assemblies/web/assembly.lock.json'],
    });
  });
});

describe('a try', () => {
  test('leaves the lock alone and writes to a folder of its own', async () => {
    const library = await scratchLibrary();
    await library.add(service('app', '1.0.0'));
    await library.assembly('web', web);
    const line = await library.open();
    await composed(line, 'web');
    const lock = await readFile(join(library.folder, 'assemblies/web/assembly.lock.json'), 'utf8');
    const tried = await composed(line, 'web', { variation: { with: [], without: [], replace: ['crun=runc'] } });
    expect(tried).toMatchObject({ lockState: 'left alone', folder: join(library.folder, 'out/web--replace-crun-runc/linux-amd64') });
    expect(Object.keys(tried.lock.roots['machine'] ?? {})).toEqual(['busybox', 'init', 'linux', 'runc']);
    expect(await readFile(join(library.folder, 'assemblies/web/assembly.lock.json'), 'utf8')).toBe(lock);
  });

  test('--without leaves a service out, and --with adds one', async () => {
    const library = await scratchLibrary();
    await library.add(service('app', '1.0.0'));
    await library.add(service('more', '2.0.0'));
    await library.assembly('web', web);
    const tried = await composed(await library.open(), 'web', { variation: { with: ['more@^2'], without: ['app'], replace: [] } });
    expect(tried.artifact.services).toEqual([{ name: 'more', hasProbe: false }]);
  });

  test.each([
    ['left out', { without: ['crnu'] }, 'crnu', 'crun'],
    ['replaced', { replace: ['crnu=runc'] }, 'crnu', 'crun'],
    ['the replacement', { replace: ['crun=rnuc'] }, 'rnuc', 'runc'],
    ['added', { with: ['bsuybox'] }, 'bsuybox', 'busybox'],
  ])('of a component that nobody has is refused with the nearest name: %s', async (_, change, wrong, meant) => {
    const judged = await judge(web, change);
    expect(judged).toMatchObject([
      { code: 'unknown-component', message: `there is no component \`${wrong}\``, note: `did you mean \`${meant}\`?` },
    ]);
  });

  test('by a component that offers nothing of what the other did is refused', async () => {
    expect(await judge(web, { replace: ['crun=busybox'] })).toMatchObject([
      {
        code: 'wrong-default',
        message: '`busybox` doesn’t offer `runtime:oci`, which `--replace crun=busybox` asks of it',
        note: 'offered by crun, runc',
      },
    ]);
  });

  test('of what was in by a default keeps to the range that was given', async () => {
    expect(await judge(web, { replace: ['crun=runc@^1.1'] })).toEqual([]);
    expect(await judge(web, { replace: ['crun=runc@^9'] })).toMatchObject([{ code: 'no-solution' }]);
  });
});

describe('a component in another line of itself', () => {
  const linuxOf = async (library: ScratchLibrary, replace: readonly string[]): Promise<string | undefined> => {
    const tried = await composed(await library.open(), 'web', { variation: { with: [], without: [], replace } });
    return tried.lock.roots['machine']?.['linux']?.version;
  };

  test('takes the place of what the assembly asks for, and of what is in by a default', async () => {
    const library = await scratchLibrary();
    await library.add(service('app', '1.0.0'));
    await library.add(kernelAt('boot/vmlinuz'));
    await library.add({ ...crunOld, upstream: '1.8.0' });
    await library.assembly('web', `${web}kernel: { component: linux@^6.13 }\n`);
    expect(await linuxOf(library, [])).toBe('6.13.2+r1');
    expect(await linuxOf(library, ['linux=linux@~6.12'])).toBe('6.12.1+r1');
    const tried = await composed(await library.open(), 'web', { variation: { with: [], without: [], replace: ['crun=crun@~1.8'] } });
    expect(tried.lock.roots['machine']?.['crun']?.version).toBe('1.8.0+r1');
  });
});

describe('an assembly that extends another', () => {
  const extended = (more: string): string => `name: more\nversion: 1.0.0\nextends: web\n${more}`;
  const machineOf = async (more: string): Promise<readonly string[]> => {
    const library = await scratchLibrary();
    await library.add(service('app', '1.0.0'));
    await library.assembly('web', web);
    await library.assembly('more', extended(more));
    return Object.keys((await composed(await library.open(), 'more')).lock.roots['machine'] ?? {});
  };

  test('replaces what is in by a default', async () => {
    expect(await machineOf('replace: { crun: runc }\n')).toEqual(['busybox', 'init', 'linux', 'runc']);
  });

  test('expects what the other expects, and then its own, or its own alone', async () => {
    const expects = (text: string): string => `expect:\n  - { console: ${text}, within: 60s }\n`;
    const library = await scratchLibrary();
    await library.add(service('app', '1.0.0'));
    await library.assembly('web', `${web}${expects('hello')}`);
    const expected = async (more: string): Promise<readonly unknown[]> => {
      await library.assembly('more', extended(more));
      const { artifact } = await composed(await library.open(), 'more');
      return artifact.expect.map((expectation) => expectation.kind === 'console' && expectation.contains);
    };
    expect(await expected(expects('there'))).toEqual(['hello', 'there']);
    expect(await expected(`ownExpect: false\n${expects('there')}`)).toEqual(['hello', 'there']);
    expect(await expected(`ownExpect: true\n${expects('there')}`)).toEqual(['there']);
    expect(await expected('ownExpect: true\n')).toEqual([]);
  });

  test('replaces what the other replaced', async () => {
    const library = await scratchLibrary();
    await library.add(service('app', '1.0.0'));
    await library.assembly('web', web);
    await library.assembly('more', extended('replace: { crun: runc }\n'));
    const tried = await composed(await library.open(), 'more', { variation: { with: [], without: [], replace: ['runc=crun'] } });
    expect(Object.keys(tried.lock.roots['machine'] ?? {})).toEqual(['busybox', 'crun', 'init', 'linux']);
  });

  test.each([
    ['replace: { crun: rnuc }\n', 'there is no component `rnuc`', 4, 18],
    ['without: [crnu]\n', 'there is no component `crnu`', 4, 11],
    ['defaults: { "runtime:oci": crnu }\n', 'there is no component `crnu`', 4, 28],
    ['defaults: { "runtime:oci": busybox }\n', '`busybox` doesn’t offer `runtime:oci`', 4, 28],
    ['defaults: { "runtime:oic": crun }\n', 'no component offers `runtime:oic`', 4, 28],
  ])('has its wrong names pointed at: %s', async (more, message, line, column) => {
    const library = await scratchLibrary();
    await library.add(service('app', '1.0.0'));
    await library.assembly('web', web);
    await library.assembly('more', extended(more));
    const judged = await (await library.open()).compose(ask('more'));
    expect(judged.findings).toMatchObject([{ message, place: { file: 'assemblies/more/assembly.yaml', line, column } }]);
  });
});

describe('what containers share', () => {
  test('is in the image once', async () => {
    const library = await scratchLibrary();
    await library.add({ name: 'lib', upstream: '1.0.0', files: { 'usr/share/lib': '1' } });
    await library.add({ name: 'lib', upstream: '2.0.0', files: { 'usr/share/lib': '2' } });
    for (const name of ['one', 'two', 'three']) await library.add(service(name, '1.0.0', { requires: { lib: '*' } }));
    const services = ['one', 'two', 'three']
      .map((name) => `  - component: ${name}\n${name === 'three' ? '    constraints: [lib@^1]\n' : ''}`)
      .join('');
    await library.assembly('shared', `name: shared\nversion: 1.0.0\ndefaults: { "runtime:oci": crun }\nservices:\n${services}`);
    const { artifact } = await composed(await library.open(), 'shared');
    expect(artifact.segments.map(({ label }) => label.replace(/ .*/, '')).toSorted()).toEqual([
      'busybox',
      'crun',
      'generated',
      'init',
      'lib',
      'lib',
      'modules',
      'one',
      'sentinel',
      'three',
      'two',
    ]);
    expect(artifact.segments.at(-1)?.label).toBe('sentinel');
    expect(artifact.segments.slice(0, 2).map(({ label }) => label)).toEqual(['init 1.0.0+r1', 'generated']);
    expect(
      artifact.segments
        .slice(2, 4)
        .map(({ label }) => label.replace(/ .*/, ''))
        .toSorted(),
    ).toEqual(['busybox', 'crun']);
  });

  test("what is listed with a container is in that container's root alone, and can be left out or replaced like all else", async () => {
    const library = await scratchLibrary();
    for (const name of ['client', 'other']) await library.add({ name, upstream: '1.0.0', files: { [`usr/share/${name}`]: name } });
    await library.add(service('app', '1.0.0'));
    await library.assembly('web', `${web}    with: [client@^1]\n`);
    const rootOf = async (variation: Partial<Variation>): Promise<readonly string[]> => {
      const asked = { variation: { with: [], without: [], replace: [], ...variation } };
      const { resolution } = await composed(await library.open(), 'web', asked);
      return resolution.roots.find(({ scope }) => scope === 'app')?.components.map(({ name }) => name) ?? [];
    };
    expect(await rootOf({})).toEqual(['app', 'client']);
    expect(await rootOf({ without: ['client'] })).toEqual(['app']);
    expect(await rootOf({ replace: ['client=other'] })).toEqual(['app', 'other']);
    await library.assembly('web', `${web}    with: [cleint]\n`);
    const judged = await (await library.open()).compose(ask('web'));
    expect(judged.findings).toMatchObject([{ code: 'unknown-component', note: 'did you mean `client`?', place: { line: 6, column: 12 } }]);
  });

  test('two components with the same path in one root are refused by name', async () => {
    const library = await scratchLibrary();
    await library.add({ name: 'a', upstream: '1.0.0', files: { 'usr/share/x': 'a' } });
    await library.add({ name: 'b', upstream: '1.0.0', files: { 'usr/share/x': 'b' } });
    await library.add(service('app', '1.0.0', { requires: { a: '*', b: '*' } }));
    await library.assembly('web', web);
    const judged = await (await library.open()).compose(ask('web'));
    expect(judged.findings[0]).toMatchObject({
      code: 'path-conflict',
      message: '`/usr/share/x` is in both a 1.0.0+r1 and b 1.0.0+r1, which share the root of `app`',
    });
  });
});

describe('the artifact', () => {
  test('is the same from two libraries in two folders, whatever times and modes their files have', async () => {
    const digests: string[] = [];
    for (const [time, mode] of [
      [1, 0o600],
      [2_000_000_000, 0o644],
    ] as const) {
      const library = await scratchLibrary();
      await library.add(service('app', '1.0.0'));
      const file = await library.assembly('web', web);
      await utimes(file, time, time);
      await chmod(join(library.folder, 'components/app/1.0/files/usr/bin/app'), mode);
      const { artifact, folder } = await composed(await library.open(), 'web');
      digests.push(
        `${artifact.files.map(({ digest }) => digest).join(' ')} ${await readFile(join(folder, 'NOTICES'), 'utf8')} ${await readFile(join(library.folder, 'assemblies/web/assembly.lock.json'), 'utf8')}`,
      );
    }
    expect(digests[0]).toBe(digests[1]);
  });

  test('is not written again where it is the same, and is where somebody has touched it', async () => {
    const library = await scratchLibrary();
    await library.add(service('app', '1.0.0'));
    await library.assembly('web', web);
    const store = scratchFolder();
    const first = await composed(await library.open({ store }), 'web');
    expect(first.unchanged).toBe(false);
    expect((await composed(await library.open({ store }), 'web')).unchanged).toBe(true);
    await writeFile(join(first.folder, 'initrd.img'), 'x');
    const third = await composed(await library.open({ store }), 'web');
    expect(third.unchanged).toBe(false);
    expect((await stat(join(first.folder, 'initrd.img'))).size).toBe(third.artifact.files[1]?.sizeBytes);
    expect(await readdir(join(library.folder, 'out/web'))).toEqual(['linux-amd64']);
  });

  test('of a component whose files have changed since it was built is refused', async () => {
    const library = await scratchLibrary();
    await library.add(service('app', '1.0.0'));
    await library.assembly('web', web);
    await writeFile(join(library.folder, 'components/app/1.0/files/usr/bin/app'), 'changed\n');
    await expect((await library.open()).compose(ask('web'))).rejects.toMatchObject({
      code: 'wrong-digest',
      hints: [expect.stringContaining('moby-compose component build')],
    });
  });

  test('goes to the folder that is asked for, absolute or from here', async () => {
    const library = await scratchLibrary();
    await library.add(service('app', '1.0.0'));
    await library.assembly('web', web);
    const elsewhere = scratchFolder();
    const line = await library.open();
    expect((await composed(line, 'web', { out: join(elsewhere, 'a') })).folder).toBe(join(elsewhere, 'a'));
    expect((await composed(line, 'web', { out: 'b/c' })).folder).toBe(join(library.folder, 'b/c'));
    expect((await readdir(join(elsewhere, 'a'))).sort()).toEqual(['NOTICES', 'artifact.json', 'initrd.img', 'sources.json', 'vmlinuz']);
  });

  test.each(['boot/vmlinuz-6.13.2', 'boot/vmlinuz', 'usr/lib/modules/6.13.2/vmlinuz'])('has the kernel from %s', async (path) => {
    const library = await scratchLibrary();
    await library.add(service('app', '1.0.0'));
    await library.add(kernelAt(path));
    await library.assembly('web', web);
    const { folder } = await composed(await library.open(), 'web');
    expect(await readFile(join(folder, 'vmlinuz'), 'utf8')).toBe(`kernel at ${path}\n`);
  });

  test('of a kernel without an image is refused', async () => {
    const library = await scratchLibrary();
    await library.add(service('app', '1.0.0'));
    await library.add(kernelAt('usr/lib/modules/6.13.2/kernel/vmlinuz'));
    await library.assembly('web', web);
    await expect((await library.open()).compose(ask('web'))).rejects.toThrow(
      'linux 6.13.2+r1 has no kernel image: no file `boot/vmlinuz*` or `usr/lib/modules/*/vmlinuz`',
    );
  });

  test('over its budget is refused, with the largest parts; for a try it is a warning', async () => {
    const library = await scratchLibrary();
    await library.add(service('app', '1.0.0'));
    await library.assembly('web', `${web}budget: { size: 100B }\n`);
    const judged = await (await library.open()).compose(ask('web'));
    expect(judged.findings[0]).toMatchObject({ severity: 'error', code: 'over-budget' });
    const tried = await (await library.open()).compose(ask('web', { variation: { with: [], without: [], replace: ['crun=runc'] } }));
    expect(tried.ok).toBe(true);
    expect(tried.findings).toMatchObject([{ severity: 'warning', code: 'over-budget' }]);
  });

  test('survives a store that has lost its memory', async () => {
    const library = await scratchLibrary();
    await library.add(service('app', '1.0.0'));
    await library.assembly('web', web);
    const store = scratchFolder();
    const first = await composed(await library.open({ store }), 'web');
    await rm(join(store, 'moby-compose/memory'), { recursive: true });
    expect((await composed(await library.open({ store }), 'web')).artifact).toEqual(first.artifact);
  });
});

describe('a component of one’s own', () => {
  test('is a folder beside the assembly, in no library', async () => {
    const library = await scratchLibrary();
    await library.add(service('shop', '1.2.0'));
    const outside = scratchFolder();
    const { rename, mkdir } = await import('node:fs/promises');
    await mkdir(join(outside, 'x'));
    await rename(join(library.folder, 'components/shop/1.2'), join(outside, 'my-app'));
    await rm(join(library.folder, 'components/shop'), { recursive: true });
    await writeFile(
      join(outside, 'shop.yaml'),
      'name: shop-os\nversion: 1.0.0\ndefaults: { "runtime:oci": crun }\nservices:\n  - component: ./my-app\n',
    );
    const result = await composed(await library.open({ currentFolder: outside }), 'shop.yaml');
    expect(result.artifact.services).toEqual([{ name: 'shop', hasProbe: false }]);
    expect(result.folder).toBe(join(outside, 'out/shop-os/linux-amd64'));
    expect(await readdir(outside)).toContain('shop.lock.json');
  });
});
