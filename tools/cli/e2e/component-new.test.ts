import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ManifestJson } from '@moby/model';
import { expectGolden, startCli } from '@moby/testkit';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { newArchive } from './new-archive.ts';
import { sharedWorld, transcript, webAssembly, type Visit } from './world.ts';

const world = sharedWorld();
beforeAll(() => world.archive.publish(newArchive()).then(() => undefined));
afterEach(() => world.server.setFaults([]));

/** No name that this machine's git has may stand in a golden file. */
const nobody = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
const somebody = { ...nobody, GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'user.name', GIT_CONFIG_VALUE_0: 'Ada Lovelace' };

async function golden(
  name: string,
  exitCode: number,
  args: readonly string[],
  place: Visit,
  env: Readonly<Record<string, string>> = somebody,
): Promise<void> {
  const run = await place.run(args, { env });
  expectGolden(`${name}.txt`, transcript(args, run, world, place));
  expect(run.exitCode, run.stderr).toBe(exitCode);
}

const greeter = ['component', 'new', 'greeter', '--from', 'deb:greeter@trixie'];

async function withLibc(): Promise<Visit> {
  const place = world.visit();
  const run = await place.run(['component', 'new', 'libc', '--from', 'deb:libc6@trixie'], { env: somebody });
  expect(run.exitCode, run.stderr).toBe(0);
  return place;
}

interface ReadManifest {
  readonly component: Pick<ManifestJson['component'], 'service' | 'payload'>;
}

const read = (place: Visit, path: string): string => readFileSync(join(place.folder, 'components', path), 'utf8');

test('a daemon becomes a component: files, pins, service, license, and what is missing', async () => {
  const place = await withLibc();
  await golden('component-new', 0, greeter, place);
  expectGolden(
    'component-new-package.json.txt',
    read(place, 'greeter/1.2/package.json')
      .replaceAll(/"(sha256|digest)": "[^"]*"/g, '"$1": "…"')
      .replaceAll(/"size": \d+/g, '"size": 0'),
  );
  expectGolden('component-new-readme.txt', read(place, 'greeter/README.md'));
  expect(read(place, 'greeter/OWNERS.yaml')).toBe('lifecycle: experimental\nmaintainers:\n  - name: Ada Lovelace\n');
  expect(readdirSync(join(place.folder, 'components')).filter((name) => name.startsWith('.'))).toEqual([]);
});

test('with its libraries it is valid, built, and resolves where the library has one platform', async () => {
  const place = await withLibc();
  await golden('component-new-libraries', 0, [...greeter, '--with-libraries'], place);
  const all = ['libc', 'greeter', 'libgreet', 'libbase'];
  const validated = await place.run(['component', 'validate', ...all]);
  expect(validated.exitCode, validated.stdout + validated.stderr).toBe(0);
  const built = await place.run(['component', 'build', '--check', ...all]);
  expect(built.exitCode, built.stdout + built.stderr).toBe(0);
  const updated = await place.run(['component', 'update', 'greeter', '--json']);
  expect(JSON.parse(updated.stdout)).toMatchObject({ components: [{ component: 'greeter/1.2', changed: false }], findings: [] });
  place.write(
    'assemblies/greet/assembly.yaml',
    webAssembly.replace('name: web', 'name: greet').replace('redis@^8', 'greeter@^1.2').replaceAll('6379', '79'),
  );
  const resolved = await place.run(['resolve', 'greet', '--json']);
  expect(resolved.exitCode, resolved.stdout + resolved.stderr).toBe(0);
  expect(resolved.stdout).toMatch(/libgreet/);
  expect(read(place, 'libc/2.41/package.json')).not.toContain('linux/arm64');
});

test('a wrapper, a name that is no capability, a copyright file elsewhere, and a platform that the library lacks', async () => {
  const place = await withLibc();
  await golden('component-new-namer', 0, ['component', 'new', 'namer', '--from', 'deb:namer-2@trixie'], place);
  const { component }: ReadManifest = JSON.parse(read(place, 'namer/2/package.json'));
  expect(component.service?.args).toEqual(['/usr/sbin/namerd']);
  expect(component.service?.tmpfs?.map(({ path }) => path)).toEqual(['/run', '/run/namer']);
  expect(component.payload.platforms['linux/amd64']?.links).toEqual({ 'etc/namer/on': 'namer.conf' });
  expect(component.payload.platforms['linux/arm64']?.sources).toMatchObject([
    { package: 'namer-2', keep: ['etc/namer/namer.conf', 'usr/sbin/namerd', 'usr/share/namer/start'] },
    { package: 'namer-libs', keep: ['usr/lib/aarch64-linux-gnu/libnamer-*-Debian.so'] },
    { package: 'namer-base', keep: ['usr/share/doc/namer-base'] },
    { package: 'namer-texts', keep: ['usr/share/doc/namer-texts/copyright'] },
  ]);
  const built = await place.run(['component', 'build', '--check', 'namer']);
  expect([built.exitCode, built.stderr]).toEqual([0, expect.not.stringContaining('copyright-elsewhere')]);
  place.write(
    'assemblies/naming/assembly.yaml',
    webAssembly.replace('name: web', 'name: naming').replace('redis@^8', 'namer@^2').replaceAll('6379', '53'),
  );
  const resolved = await place.run(['resolve', 'naming', '--json']);
  expect(resolved.exitCode, resolved.stdout + resolved.stderr).toBe(0);
});

test('the commands to type next work as they stand, wherever the component went', async () => {
  const place = await withLibc();
  place.write("my own/it's here/README.md", '');
  const places = ['--components', "my own/it's here", '--components', 'components'];
  await golden('component-new-elsewhere', 0, [...greeter, '--line', '1.2.3', ...places], place);
  const run = await place.run([...greeter, '--line', '1.2.3', '--with-libraries', '--force', ...places], { env: somebody });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(run.stderr).toContain(
    String.raw`component validate libbase/3.4 libgreet/3.4 greeter/1.2.3 --components 'my own/it'\''s here' --components components`,
  );
  expect((await place.run(['component', 'validate', 'libbase/3.4', 'libgreet/3.4', 'greeter/1.2.3', ...places])).exitCode).toBe(0);
});

test('whoever answers for it is named as a pull request needs them', async () => {
  const place = world.visit();
  const named = ['--owner', '1e3: Ada', '--owner-github', '0815', '--owner-id', '4711'];
  const run = await place.run(['component', 'new', 'wave', ...named], { env: somebody });
  expect([run.exitCode, run.stderr]).toEqual([0, expect.not.stringContaining('OWNERS.yaml')]);
  expect(read(place, 'wave/OWNERS.yaml')).toBe(
    'lifecycle: experimental\nmaintainers:\n  - name: "1e3: Ada"\n    github: "0815"\n    id: 4711\n',
  );
  const again = await place.run(['component', 'new', 'wave', '--line', '2', '--owner', 'Bob']);
  expect([again.exitCode, again.stderr]).toEqual([0, expect.stringContaining('OWNERS.yaml was there already')]);
  const owner = await place.run(['component', 'owner', 'wave', '--json']);
  expect(JSON.parse(owner.stdout)).toMatchObject({ maintainers: [{ name: '1e3: Ada', github: '0815', id: 4711 }] });
});

test('it says the same as JSON', async () => {
  const place = await withLibc();
  const run = await place.run([...greeter, '--with-libraries', '--json'], { env: somebody });
  expect(run.stderr).toBe('');
  const document: unknown = JSON.parse(run.stdout);
  expectGolden('component-new-json.txt', `${JSON.stringify(document, undefined, 2)}\n`);
});

test('a line that is there is not touched without --force, and written anew with it', async () => {
  const place = await withLibc();
  expect((await place.run([...greeter, '--with-libraries'], { env: somebody })).exitCode).toBe(0);
  const before = read(place, 'greeter/1.2/package.json');
  place.write('components/greeter/README.md', '# mine\n');
  place.write('components/greeter/1.2/package.json', before.replace('greets', 'insults'));
  await golden('component-new-exists', 2, greeter, place);
  expect(read(place, 'greeter/1.2/package.json')).toContain('insults');
  const forced = await place.run([...greeter, '--force', '--json'], { env: somebody });
  expect(forced.exitCode, forced.stderr).toBe(0);
  expect([read(place, 'greeter/1.2/package.json'), read(place, 'greeter/README.md')]).toEqual([before, '# mine\n']);
});

test('a platform whose package is of another version is left out, and a license that nobody knows is left to a hand', async () => {
  const place = await withLibc();
  await golden('component-new-lonely', 0, ['component', 'new', 'lonely', '--from', 'deb:lonely@trixie'], place, nobody);
  await golden('component-new-blank', 1, ['component', 'validate', 'lonely'], place);
});

test.each([
  ['unknown package', 1, ['greter', '--from', 'deb:greter@trixie']],
  ['unknown suite', 1, ['greeter', '--from', 'deb:greeter@sarge']],
  ['moving suite', 2, ['greeter', '--from', 'deb:greeter@stable']],
  ['no package', 2, ['greeter', '--from', 'greeter']],
  ['bad name', 2, ['Greeter_2', '--from', 'deb:greeter@trixie']],
  ['bad line', 2, ['greeter', '--from', 'deb:greeter@trixie', '--line', 'one']],
  ['other line', 2, ['greeter', '--from', 'deb:greeter@trixie', '--line', '1.3']],
  ['prerelease', 1, ['early', '--from', 'deb:early@trixie']],
  ['nothing to keep', 1, ['greeter-doc', '--from', 'deb:greeter-doc@trixie']],
  ['another name', 1, ['hello', '--from', 'deb:greeter-defaults@trixie']],
  ['libraries of nothing', 2, ['hello', '--with-libraries']],
  ['bad number', 2, ['hello', '--owner-id', '@ann']],
  ['bad login', 2, ['hello', '--owner-github', '@ann']],
  ['no owner', 2, ['hello', '--owner', '']],
])('%s: a message that says what to do, and nothing written', async (title, exitCode, args) => {
  const place = world.visit();
  const before = readdirSync(join(place.folder, 'components'));
  await golden(`component-new-${title.replaceAll(' ', '-')}`, exitCode, ['component', 'new', ...args], place);
  expect(readdirSync(join(place.folder, 'components'))).toEqual(before);
});

test('a download that breaks off leaves nothing', async () => {
  const place = await withLibc();
  world.server.setFaults([{ path: 'libgreet1t64', kind: 'flip', at: 90 }]);
  const run = await place.run([...greeter, '--with-libraries'], { env: somebody });
  expect([run.exitCode, existsSync(join(place.folder, 'components/greeter'))]).toEqual([74, false]);
});

test('killed at any moment it leaves a whole component or none, and the next run clears up', { timeout: 300_000 }, async () => {
  const place = await withLibc();
  const components = join(place.folder, 'components');
  const names = ['libbase', 'libgreet', 'greeter'];
  for (const delay of [500, 900, 1100, 1300, 1500]) {
    const running = startCli([...greeter, '--with-libraries', '--force'], { cwd: place.folder, env: { ...place.env, ...somebody } });
    const timer = setTimeout(() => running.kill('SIGKILL'), delay);
    await running.ended;
    clearTimeout(timer);
    const there = names.filter((name) => existsSync(join(components, name)));
    if (there.length === 0) continue;
    const checked = await place.run(['component', 'validate', ...there]);
    expect(checked.exitCode, checked.stdout + checked.stderr).toBe(0);
  }
  const last = await place.run([...greeter, '--with-libraries', '--force'], { env: somebody });
  expect(last.exitCode, last.stderr).toBe(0);
  expect((await place.run(['component', 'validate', ...names])).exitCode).toBe(0);
  expect(readdirSync(components).filter((name) => name.startsWith('.'))).toEqual([]);
});

test('without a package: a skeleton that builds, and is valid once its blanks are filled in', async () => {
  const place = world.visit();
  await golden('component-new-skeleton', 0, ['component', 'new', 'wave', '--line', '0.3'], place, nobody);
  await golden('component-new-skeleton-validate', 1, ['component', 'validate', 'wave'], place);
  expect((await place.run(['component', 'build', '--check', 'wave'])).exitCode).toBe(0);
  for (const path of ['wave/0.3/package.json', 'wave/README.md', 'wave/OWNERS.yaml'])
    place.write(
      `components/${path}`,
      read(place, path).replaceAll(/"?TODO: [^"\n]*"?/g, (text) => (text.startsWith('"') ? '"MIT"' : 'waves at you')),
    );
  const validated = await place.run(['component', 'validate', 'wave']);
  expect(validated.exitCode, validated.stdout + validated.stderr).toBe(0);
  await golden('component-new-skeleton-exists', 2, ['component', 'new', 'wave', '--line', '0.3'], place);
});
