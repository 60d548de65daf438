import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DebianLocation, findLocations, type MirrorChoice, proxySettings, readAptConfiguration } from '@moby/content';
import { expectGolden, scratchFolder } from '@moby/testkit';
import { expect, test } from 'vitest';
import { parseSourcesList, parseSourcesStanzas } from '../src/debian/apt-sources.ts';
import { failureOf, makeWorld, textOf, type World } from './archive-world.ts';

function aptFolder(files: Readonly<Record<string, string>>): string {
  const folder = scratchFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

async function find(world: World, choice: Partial<MirrorChoice>): Promise<readonly string[]> {
  const found: readonly DebianLocation[] = await findLocations(
    { env: {}, aptFolder: aptFolder({}), publicMirrors: [], ...choice },
    world.http,
  );
  return found.map(({ url, origin }) => `${url.replace(world.server.url, '')} ${origin}`);
}

const specOf = (origin: string): { readonly packages: []; readonly origin: string } => ({ packages: [], origin });

test('takes the option before the environment before the configuration before apt before public mirrors', async () => {
  const world = await makeWorld({ suites: { trixie: { packages: [] } } });
  const { url } = world.server;
  const all: MirrorChoice = {
    option: `${url}/option/debian`,
    env: { MOBY_COMPOSE_DEBIAN_MIRROR: `${url}/env/debian/` },
    configuration: `${url}/configuration/main, ${url}/configuration/security`,
    aptFolder: aptFolder({ 'sources.list': `deb ${url}/debian trixie main\n` }),
    publicMirrors: [{ name: 'Somewhere', main: `${url}/public/debian`, security: `${url}/public/debian-security` }],
  };
  expect(await find(world, all)).toEqual(['/option/debian --debian-mirror', '/option/debian-security --debian-mirror']);
  expect(await find(world, { ...all, option: undefined })).toEqual([
    '/env/debian MOBY_COMPOSE_DEBIAN_MIRROR',
    '/env/debian-security MOBY_COMPOSE_DEBIAN_MIRROR',
  ]);
  const noEnv = { ...all, option: undefined, env: {} };
  expect(await find(world, noEnv)).toEqual(['/configuration/main the configuration', '/configuration/security the configuration']);
  expect(await find(world, { ...noEnv, configuration: undefined })).toEqual(["/debian apt's sources", "/debian-security apt's sources"]);
  expect(await find(world, { ...noEnv, configuration: undefined, aptFolder: aptFolder({}) })).toEqual([
    '/public/debian public mirror of Somewhere',
    '/public/debian-security public mirror of Somewhere',
  ]);
});

test("takes of apt's sources those whose Release says that they are Debian's, in both formats", async () => {
  const world = await makeWorld({ suites: { trixie: specOf('Debian'), other: specOf('Debian Backports'), foreign: specOf('Ubuntu') } });
  const { url } = world.server;
  const folder = aptFolder({
    'sources.list': `# deb ${url}/off trixie main\ndeb [arch=amd64 signed-by=/x.gpg] ${url}/debian/ trixie main contrib\ndeb-src ${url}/source trixie main\ndeb cdrom:[x]/ trixie main\n`,
    'sources.list.d/b.sources': `Types: deb deb-src\nURIs: ${url}/./debian\nSuites: foreign\nComponents: main\n\nEnabled: no\nTypes: deb\nURIs: ${url}/disabled\nSuites: trixie\n`,
    'sources.list.d/c.sources': `# a comment\nTypes: deb\nURIs:\n ${url}/debian/../debian\n ${url}/gone\nSuites: other\n  trixie\nComponents: main\n`,
    'sources.list.d/d.list.disabled': `deb ${url}/debian-3 trixie main\n`,
  });
  expect(await find(world, { aptFolder: folder })).toEqual(["/debian apt's sources", "/debian-security apt's sources"]);
});

test('reads both formats of sources', () => {
  expect(parseSourcesList('deb http://a/debian trixie main # x\n deb [ a=b ] https://b/x/ sid main\ndeb http://c ./\n')).toEqual([
    { url: 'http://a/debian', suite: 'trixie' },
    { url: 'https://b/x', suite: 'sid' },
  ]);
  expect(
    parseSourcesStanzas(
      'Types: deb\n# URIs: http://no\nURIs: http://a/debian http://b\nSuites: trixie trixie-updates\n\n\nTypes: deb-src\nURIs: http://c\nSuites: x\n',
    ).map((source) => `${source.url} ${source.suite}`),
  ).toEqual(['http://a/debian trixie', 'http://a/debian trixie-updates', 'http://b trixie', 'http://b trixie-updates']);
});

test('passes a public mirror over of which one archive does not answer', async () => {
  const world = await makeWorld();
  const { url } = world.server;
  world.server.setFaults([{ path: '/first/debian-security', kind: 'reset' }]);
  const mirrors = ['first', 'second'].map((name) => ({ name, main: `${url}/${name}/debian`, security: `${url}/${name}/debian-security` }));
  expect((await find(world, { publicMirrors: mirrors }))[0]).toBe('/second/debian public mirror of second');
});

test('the list of the repository names mirrors with both archives', async () => {
  const { readFileSync } = await import('node:fs');
  const data: { readonly mirrors: readonly { readonly main: string; readonly security: string }[] } = JSON.parse(
    readFileSync(join(import.meta.dirname, '../data/public-mirrors.json'), 'utf8'),
  );
  expect(data.mirrors).toHaveLength(2);
  for (const { main, security } of data.mirrors) expect([main.endsWith('/debian'), security]).toEqual([true, `${main}-security`]);
});

test('says what was tried and how to name a mirror when none can be reached', async () => {
  const world = await makeWorld();
  const { url } = world.server;
  world.server.setFaults([
    { path: '/silent', kind: 'stall', at: 0 },
    { path: '/gateway', kind: 'status', status: 502 },
    { path: '/cut', kind: 'reset' },
  ]);
  const option = await failureOf(find(world, { option: `${url}/gateway ${url}/cut` }));
  const everything = await failureOf(
    find(world, {
      aptFolder: aptFolder({ 'sources.list': `deb ${url}/cut trixie main\n` }),
      publicMirrors: [{ name: 'Somewhere', main: `${url}/gateway`, security: `${url}/cut` }],
    }),
  );
  const nothing = await failureOf(find(world, {}));
  const wrong = await failureOf(find(world, { option: 'ftp://host/debian' }));
  expect(option.exitCode).toBe(69);
  expectGolden('no-mirror.txt', [option, everything, nothing, wrong].map((failure) => textOf(failure, world)).join('\n'));
});

test("takes proxies from the environment, else from apt's configuration", async () => {
  const apt = await readAptConfiguration(
    aptFolder({
      'apt.conf.d/10-first': 'Acquire::http::Proxy "http://old:1";\n// Acquire::https::Proxy "http://commented:1";\n',
      'apt.conf.d/20-second.conf':
        'Acquire { http { Proxy "http://apt:3128"; Proxy::intranet "DIRECT"; } Retries "3"; };\n/* Acquire::http::Proxy "http://no:1"; */\n',
      'apt.conf.d/30.disabled.bak': 'Acquire::http::Proxy "http://bak:1";\n',
      'apt.conf': 'APT::Architectures { "amd64"; };\n# Acquire::http::Proxy "http://hash:1";\n',
    }),
  );
  expect(proxySettings({}, apt)).toEqual({ http: 'http://apt:3128', https: 'http://apt:3128', except: 'intranet' });
  expect(proxySettings({ http_proxy: 'http://env:1', NO_PROXY: 'localhost' }, apt)).toEqual({
    http: 'http://env:1',
    https: 'http://apt:3128',
    except: 'localhost,intranet',
  });
  expect(proxySettings({ HTTPS_PROXY: 'http://env:2', all_proxy: 'socks5://no:1' }, new Map())).toEqual({
    http: undefined,
    https: 'http://env:2',
    except: undefined,
  });
});
