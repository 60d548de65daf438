import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageTarEntries, paxHeader, removeFolder, temporaryFolder, type PackageTarEntry } from '@moby/testkit';
import { bodyOf, builtComponent, edit, tarballOf, withArchive, withTarball, type ComponentText } from './component.ts';
import { prepareRoot, publishPath, startServer, type Answered, type Json, type RunningServer } from './running-server.ts';

let server: RunningServer;
let root: string;
let store: string;
const tokens: Record<string, string> = {};

/** The rules that refused, by their names. */
const refusing = /MOBY-[A-Z]\d{3} [a-z-]+(?=:)/g;

beforeAll(async () => {
  root = temporaryFolder();
  store = temporaryFolder();
  server = await startServer({ ...prepareRoot(root), rules: 'governor', store });
  for (const user of ['carol', 'mike', 'stella', 'bo']) tokens[user] = await server.login(user);
}, 60_000);

afterAll(async () => {
  await server.kill();
  await removeFolder(root);
  await removeFolder(store);
});

function send(body: Json, user = 'carol'): Promise<Answered> {
  return server.ask({ method: 'PUT', path: publishPath(body['name']), token: tokens[user], body });
}

async function publish(component: ComponentText, user?: string): Promise<Answered> {
  return send(await bodyOf(await builtComponent(component)), user);
}

function promote(name: string, version: string, user = 'stella'): Promise<Answered> {
  return server.ask({ method: 'POST', path: `/-/moby/v1/package/@moby/${name}/promote`, token: tokens[user], body: { version } });
}

/** `201`, or the rules that refused. */
function said({ status, json }: Answered): readonly unknown[] {
  return status === 422 ? [status, ...new Set(String(json['error']).match(refusing)?.slice(1))] : [status];
}

async function packument(name: string): Promise<Json> {
  return (await server.ask({ path: publishPath(`@moby/${name}`) })).json;
}

test('a statement that nobody could verify doesn’t keep a release out, and isn’t passed on', async () => {
  const body = await bodyOf(await builtComponent({ name: 'yankee' }));
  const data = JSON.stringify({ mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json' });
  body['_attachments']['@moby/yankee-1.0.1.sigstore'] = {
    content_type: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    data,
    length: data.length,
  };
  expect((await send(body)).status).toBe(201);
  expect((await packument('yankee')).versions['1.0.1'].dist).not.toHaveProperty('attestations');
  expect((await server.ask({ path: '/-/npm/v1/attestations/@moby/yankee@1.0.1' })).status).toBe(404);
});

describe('a payload', () => {
  test('of the component’s own files is proven by them, and may become `latest`', async () => {
    const { status, json } = await publish({ name: 'alpha' });
    expect([status, json['payload'], json['findings']]).toEqual([201, 'proven', []]);
    expect((await packument('alpha')).versions['1.0.1'].dist.payload).toBe('proven');
    expect((await promote('alpha', '1.0.1')).status).toBe(201);
  });

  test('of packages is proven where this machine’s store has them', async () => {
    const { status, json } = await publish({ name: 'bravo', deb: { store, content: 'data\n' } });
    expect([status, json['payload'], json['findings']]).toEqual([201, 'proven', []]);
  });

  test('of packages that are elsewhere is unproven: published, and kept from `latest` until they are here', async () => {
    const elsewhere = temporaryFolder();
    const folder = await builtComponent({ name: 'delta', deb: { store: elsewhere, content: 'data\n' } });
    const { status, json } = await send(await bodyOf(folder));
    expect([status, json['payload'], json['findings'].map(({ rule }: Json) => rule)]).toEqual([201, 'unproven', ['MOBY-P706']]);
    expect((await packument('delta')).versions['1.0.1'].dist.payload).toBe('unproven');
    const refused = await promote('delta', '1.0.1');
    expect(refused.json['error']).toContain(
      'MOBY-P706 reproducible: the payload is unproven: `delta-tools 1.0-1` is not at hand for linux/amd64',
    );
    expect((await packument('delta'))['dist-tags']).not.toHaveProperty('latest');
    await builtComponent({ name: 'delta', deb: { store, content: 'data\n' } });
    expect((await promote('delta', '1.0.1')).status).toBe(201);
    expect((await packument('delta')).versions['1.0.1'].dist.payload).toBe('proven');
    await removeFolder(elsewhere);
  });

  test('that is not what its sources give is refused, and so are facts that its bytes don’t show', async () => {
    const other = edit(await builtComponent({ name: 'echo' }), 'package.json', (json) => {
      json['component'].payload.platforms['linux/amd64'].size += 512;
    });
    expect(said(await send(await bodyOf(other)))).toEqual([422, 'MOBY-P703 digests']);
    const facts = edit(await builtComponent({ name: 'echo' }), 'facts.json', (json) => {
      json['platforms']['linux/amd64'].elf = { 'usr/bin/echo': { machine: 'x86-64', type: 'EXEC' } };
    });
    const { json } = await send(await bodyOf(facts));
    expect(json['error']).toContain('MOBY-');
    expect((await server.ask({ path: publishPath('@moby/echo') })).status).toBe(404);
  });
});

describe('an archive', () => {
  const entriesOf = async (name: string): Promise<{ readonly body: Json; readonly entries: readonly PackageTarEntry[] }> => {
    const body = await bodyOf(await builtComponent({ name }));
    const files = new Map<string, Buffer>();
    const tar = gunzipSync(tarballOf(body));
    for (let at = 0; tar[at] !== 0;) {
      const path = tar.toString('utf8', at, tar.indexOf(0, at)).slice('package/'.length);
      const size = Number.parseInt(tar.toString('latin1', at + 124, at + 135), 8);
      if (tar[at + 156] === 0x30) files.set(path, tar.subarray(at + 512, at + 512 + size));
      at += 512 * (1 + Math.ceil(size / 512));
    }
    return { body, entries: packageTarEntries(files) };
  };
  const evil = JSON.stringify({ name: '@moby/foxtrot', version: '1.0.1', scripts: { postinstall: 'evil' } });

  test('is taken as another tool packs it', async () => {
    const { body, entries } = await entriesOf('golf');
    expect(said(await send(withArchive(body, entries)))).toEqual([201]);
  });

  test.each<[string, readonly PackageTarEntry[]]>([
    ['a second package.json', [{ path: 'package/package.json', content: evil }]],
    ['a package.json below another folder', [{ path: 'zzz/package.json', content: evil }]],
    ['a package.json by another spelling', [{ path: 'package/./package.json', content: evil }]],
    ['a package.json that pax renames', [paxHeader([['path', 'package/package.json']]), { path: 'package/x', content: evil }]],
    ['a way out', [{ path: 'package/../../evil', content: 'x' }]],
    ['an absolute path', [{ path: '/etc/passwd', content: 'x' }]],
    ['a link', [{ path: 'package/files/link', type: '2', target: '/etc/passwd' }]],
    ['a hard link', [{ path: 'package/files/link', type: '1', target: 'package/package.json' }]],
    ['a device', [{ path: 'package/files/null', type: '3' }]],
  ])('with %s is refused', async (_what, more) => {
    const { body, entries } = await entriesOf('foxtrot');
    expect(said(await send(withArchive(body, [...entries, ...more])))).toContain('MOBY-P701 tar-entries');
  });

  test('that unpacks to far more than it is is refused', async () => {
    const { body, entries } = await entriesOf('foxtrot');
    const bomb = withArchive(body, [...entries, { path: 'package/files/zeros', content: Buffer.alloc(70 << 20) }]);
    expect(said(await send(bomb))).toContain('MOBY-P702 bomb');
  });

  test('with bytes behind it, or none at all, is refused', async () => {
    const { body } = await entriesOf('foxtrot');
    const tarball = tarballOf(body);
    expect(said(await send(withTarball(body, Buffer.concat([tarball, gzipSync('x')]))))).toContain('MOBY-P701 tar-entries');
    expect((await send(withTarball(body, Buffer.from('no archive')))).status).toBe(422);
  });

  test('and a document that says something else are refused', async () => {
    const { body } = await entriesOf('foxtrot');
    for (const change of [{ license: 'MIT' }, { dependencies: { evil: '*' } }, { scripts: { postinstall: 'evil' } }, { bin: { x: 'x' } }]) {
      const changed: Json = structuredClone(body);
      Object.assign(changed['versions']['1.0.1'], change);
      expect(said(await send(changed))).toContain('MOBY-M205 package-agree');
    }
    const changed: Json = structuredClone(body);
    changed['versions']['1.0.1'].component.kind = 'service';
    expect(said(await send(changed))).toContain('MOBY-M205 package-agree');
  });

  test('with scripts that run when it is installed is refused', async () => {
    const { body, entries } = await entriesOf('foxtrot');
    const scripted = entries.map((entry) =>
      entry.path === 'package/package.json'
        ? { ...entry, content: String(entry.content).replace('{', '{ "scripts": { "postinstall": "evil" },') }
        : entry,
    );
    const changed: Json = withArchive(body, scripted);
    changed['versions']['1.0.1'].scripts = { postinstall: 'evil' };
    expect(said(await send(changed))).toContain('MOBY-P705 no-lifecycle');
  });
});

describe('a name', () => {
  test('that reads as another is refused, also while that one is still coming', async () => {
    expect(said(await publish({ name: 'hotel-bar' }))).toEqual([201]);
    expect(said(await publish({ name: 'hotelbar' }, 'stella'))).toEqual([422, 'MOBY-N303 collide']);
    const bodies = await Promise.all(['kilo-lima', 'kilolima'].map(async (name) => bodyOf(await builtComponent({ name }))));
    const answers = await Promise.all(bodies.map((body) => send(body, 'stella')));
    expect(answers.map(({ status }) => `${status}`).sort()).toEqual(['201', '422']);
  });

  test('that is near to another is for a steward to decide, who decides by publishing', async () => {
    expect(said(await publish({ name: 'systmd' }, 'mike'))).toEqual([422, 'MOBY-N304 typosquat']);
    const { status, json } = await publish({ name: 'systmd' }, 'stella');
    expect([status, json['findings'].map(({ rule }: Json) => rule)]).toEqual([201, ['MOBY-N304']]);
  });

  test('that was given up stays taken', async () => {
    const first = await bodyOf(await builtComponent({ name: 'quebec-bar' }));
    expect(said(await send(first))).toEqual([201]);
    rmSync(join(root, 'packages/@moby/quebec-bar'), { recursive: true });
    expect((await publish({ name: 'quebec-bar', upstream: '1.1.0' })).json['code']).toBe('MOBY-D508');
    expect(said(await publish({ name: 'quebecbar' }, 'stella'))).toEqual([422, 'MOBY-N303 collide']);
    // What a disk has lost may come back as it was, from whom it belonged to.
    expect((await send(first, 'mike')).json['code']).toBe('MOBY-D426');
    expect(said(await send(first))).toEqual([201]);
    expect(said(await publish({ name: 'quebec-bar', upstream: '1.1.0' }))).toEqual([201]);
  });
});

describe('a version', () => {
  test('is compared with what is published before it', async () => {
    const elsewhere = temporaryFolder();
    const first = await builtComponent({ name: 'romeo', deb: { store: elsewhere, content: 'one\n' } });
    expect(said(await send(await bodyOf(first)))).toEqual([201]);
    // The same version of the same package has other bytes.
    const second = await builtComponent({ name: 'romeo', revision: 2, deb: { store: elsewhere, content: 'two\n' } });
    const { json } = await send(await bodyOf(second));
    expect(json['error']).toContain('MOBY-P704 unexplained-digest: `romeo-tools 1.0-1` had the sha256');
    await removeFolder(elsewhere);
  });

  test('is not compared with bytes that somebody has changed on the disk', async () => {
    expect(said(await publish({ name: 'sierra' }))).toEqual([201]);
    const path = join(root, 'packages/@moby/sierra/sierra-1.0.1.tgz');
    const bytes = readFileSync(path);
    writeFileSync(path, Buffer.concat([bytes, Buffer.from('x')]));
    expect((await publish({ name: 'sierra', revision: 2 })).status).toBe(422);
    expect(server.log()).toContainEqual(expect.objectContaining({ event: 'storage', kind: 'wrong-bytes', path }));
    writeFileSync(path, bytes);
    expect((await publish({ name: 'sierra', revision: 2 })).status).toBe(201);
  });
});

describe('a library', () => {
  let owned: RunningServer;
  let library: string;
  let folder: string;
  const owners = (text: string): void => {
    mkdirSync(join(library, 'components/tango/1.0'), { recursive: true });
    writeFileSync(join(library, 'components/tango/OWNERS.yaml'), text);
  };
  const ask = async (user: string, component: ComponentText): Promise<Answered> =>
    owned.ask({
      method: 'PUT',
      path: publishPath(`@moby/${component.name}`),
      token: await owned.login(user),
      body: await bodyOf(await builtComponent(component)),
    });

  beforeAll(async () => {
    [library, folder] = [temporaryFolder(), temporaryFolder()];
    owned = await startServer({ ...prepareRoot(folder, `library: ${library}\n`), rules: 'governor' });
  }, 60_000);

  afterAll(async () => {
    await owned.kill();
    await removeFolder(library);
    await removeFolder(folder);
  });

  test('says who may publish, from one write to the next', async () => {
    const nobody = await ask('carol', { name: 'tango' });
    expect([nobody.status, nobody.json['code']]).toEqual([403, 'MOBY-D426']);
    expect(nobody.json['error']).toContain('name `registry: carol` in components/tango/OWNERS.yaml by a pull request');
    owners('lifecycle: maintained\nmaintainers:\n  - { name: Carol, registry: carol }\n');
    expect((await ask('mike', { name: 'tango' })).json['error']).toContain(
      '`@moby/tango` belongs to `carol`, as components/tango/OWNERS.yaml says',
    );
    expect((await ask('carol', { name: 'tango' })).status).toBe(201);
    owners('lifecycle: maintained\nmaintainers:\n  - { name: Mike, registry: mike }\n');
    expect((await ask('carol', { name: 'tango', revision: 2 })).status).toBe(403);
    expect((await ask('mike', { name: 'tango', revision: 2 })).status).toBe(201);
    expect((await ask('stella', { name: 'uniform' })).status).toBe(201);
  });

  test('says on the page who owns it, also when nothing is written', async () => {
    const shown = async (): Promise<unknown> => {
      const { json } = await owned.ask({ path: '/-/web/data/components/tango.json' });
      const { components = [] } = (await owned.ask({ path: '/-/web/data/index.json' })).json;
      return [json['maintainers'], components.find(({ name }: Json) => name === 'tango')?.lifecycle];
    };
    await expect.poll(shown, { timeout: 20_000 }).toEqual([[{ name: 'Mike' }], 'maintained']);
    owners('lifecycle: deprecated\nmaintainers:\n  - { name: Stella, registry: stella }\n');
    await expect.poll(shown, { timeout: 20_000 }).toEqual([[{ name: 'Stella' }], 'deprecated']);
    rmSync(join(library, 'components/tango/OWNERS.yaml'));
    await expect.poll(shown, { timeout: 20_000 }).toEqual([[{ name: 'carol' }], undefined]);
  });

  test('that can’t be read lets nobody change anything of the component', async () => {
    for (const text of ['lifecycle: king\nmaintainers: []\n', 'a: &x 1\nb: *x\n', `# ${'x'.repeat(70_000)}\n`, '']) {
      owners(text);
      const answered = await ask('stella', { name: 'tango', revision: 3 });
      expect([answered.status, answered.json['code']]).toEqual([503, 'MOBY-D427']);
    }
    const owner = await owned.ask({
      method: 'PUT',
      path: '/@moby%2ftango/-rev/1',
      token: await owned.login('stella'),
      body: { maintainers: [{ name: 'stella' }] },
    });
    expect(owner.json['code']).toBe('MOBY-D427');
    rmSync(join(library, 'components/tango/OWNERS.yaml'));
    expect((await ask('mike', { name: 'tango', revision: 3 })).json['code']).toBe('MOBY-D426');
  });
});

test('no request was a bug of the server', () => {
  expect(server.log().filter(({ event }) => event === 'bug')).toEqual([]);
});
