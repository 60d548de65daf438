import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
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
  const owners = (text: string, name = 'tango'): void => {
    mkdirSync(join(library, 'components', name, '1.0'), { recursive: true });
    writeFileSync(join(library, 'components', name, 'OWNERS.yaml'), text);
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

  test('whose owners are no users here is seeded by a steward and the bot, and by nobody else', async () => {
    owners('lifecycle: maintained\nmaintainers:\n  - { name: Carol }\n', 'victor');
    for (const user of ['carol', 'mike']) expect((await ask(user, { name: 'victor' })).json['code']).toBe('MOBY-D426');
    expect((await ask('bo', { name: 'victor' })).status).toBe(201);
    expect((await ask('stella', { name: 'victor', revision: 2 })).status).toBe(201);
    expect((await ask('carol', { name: 'victor', revision: 3 })).json['code']).toBe('MOBY-D426');
    // Where no OWNERS.yaml was merged the bot has nothing to publish.
    expect(said(await ask('bo', { name: 'whiskey' }))).toEqual([422, 'MOBY-O401 owners-valid']);
  });

  test('lets pass what its docs/governance/policy.yaml has a waiver for', async () => {
    const policy = (text: string): void => {
      mkdirSync(join(library, 'docs/governance'), { recursive: true });
      writeFileSync(join(library, 'docs/governance/policy.yaml'), text);
    };
    const waiver = (rule: string, by = 'steward', end = 'version: 1.0.1'): string =>
      `  - { rule: ${rule}, package: '@moby/systmd', ${end}, by: ${by}, reason: they are told apart }\n`;
    owners('lifecycle: maintained\nmaintainers:\n  - { name: Mike, registry: mike }\n', 'systmd');
    expect(said(await ask('mike', { name: 'systmd' }))).toEqual([422, 'MOBY-N304 typosquat']);
    for (const [text, why] of [
      ['waivers: yes\n', '`waivers` must be a list, not a text (line 1, column 10)'],
      [`waivers:\n${waiver('MOBY-N399')}`, '`MOBY-N399` is the number of no rule (line 2, column 13)'],
      [
        `waivers:\n${waiver('MOBY-N304', 'mike')}`,
        '`waivers[0].by` must be one of `owner`, `steward`, `security-team` (line 2, column 69)',
      ],
      [`rules: []\n`, '`rules` is not a key of the document (line 1, column 1)'],
      [`# ${'x'.repeat(70_000)}\n`, 'it is larger than 65536 bytes'],
    ] as const) {
      policy(text);
      const { status, json } = await ask('mike', { name: 'systmd' });
      expect([status, json['code'], json['error']]).toEqual([503, 'MOBY-D432', expect.stringContaining(why)]);
    }
    policy(`waivers:\n${waiver('MOBY-N304', 'owner')}`);
    expect(said(await ask('mike', { name: 'systmd' }))).toEqual([422, 'MOBY-N304 typosquat']);
    policy(`waivers:\n${waiver('MOBY-N304', 'steward', 'until: 2020-01-31')}`);
    expect(said(await ask('mike', { name: 'systmd' }))).toEqual([422, 'MOBY-N304 typosquat']);
    policy(`waivers:\n${waiver('MOBY-N304', 'steward', 'until: 2999-12-31')}`);
    expect((await ask('mike', { name: 'systmd' })).status).toBe(201);
    rmSync(join(library, 'docs'), { recursive: true });
  });

  test('lets become `latest` what nobody has built, by a waiver for it, and says so for ever', async () => {
    const elsewhere = temporaryFolder();
    owners('lifecycle: maintained\nmaintainers:\n  - { name: Mike, registry: mike }\n', 'zulu');
    expect((await ask('mike', { name: 'zulu', deb: { store: elsewhere, content: 'data\n' } })).json['payload']).toBe('unproven');
    const promoted = async (user: string): Promise<Answered> =>
      owned.ask({
        method: 'POST',
        path: '/-/moby/v1/package/@moby/zulu/promote',
        token: await owned.login(user),
        body: { version: '1.0.1' },
      });
    for (const user of ['mike', 'stella']) expect(said(await promoted(user))).toEqual([422, 'MOBY-P706 reproducible']);
    mkdirSync(join(library, 'docs/governance'), { recursive: true });
    for (const [rule, version, status] of [
      ['MOBY-P706', '1.0.2', 422],
      ['MOBY-P703', '1.0.1', 422],
      ['MOBY-P706', '1.0.1', 201],
    ] as const) {
      const waiver = `{ rule: ${rule}, package: '@moby/zulu', version: ${version}, by: owner, reason: built by hand }`;
      writeFileSync(join(library, 'docs/governance/policy.yaml'), `waivers:\n  - ${waiver}\n`);
      expect((await promoted('mike')).status).toBe(status);
    }
    const { json } = await owned.ask({ path: publishPath('@moby/zulu') });
    expect([json['dist-tags'].latest, json['versions']['1.0.1'].dist.payload]).toEqual(['1.0.1', 'unproven']);
    rmSync(join(library, 'docs'), { recursive: true });
    await removeFolder(elsewhere);
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

describe('judging is done beside the server', () => {
  /** Facts that take as long to follow as facts may: everybody loads everybody, and inherits where. */
  const hostile = async (name: string): Promise<Json> => {
    const count = 1000;
    const base = { class: 64, machine: 'x86-64', needs: [], offers: [] };
    const elf = Array.from({ length: count }, (_, at) => [
      { ...base, path: `/usr/bin/p${at}`, interpreter: '/lib64/ld-linux-x86-64.so.2', needed: [`l${at}`] },
      { ...base, path: `/usr/lib/l${at}`, needed: [`l${(at + 1) % count}`], rpath: true, runpath: ['/opt'] },
    ]).flat();
    return bodyOf(edit(await builtComponent({ name }), 'facts.json', (json) => (json['platforms']['linux/amd64'].elf = elf)));
  };
  const judgeOf = (pid: number): number | undefined => {
    const found = readdirSync('/proc').find((entry) => {
      if (!/^[0-9]+$/.test(entry)) return false;
      try {
        const [, parent] = / [A-Z] ([0-9]+) /.exec(readFileSync(`/proc/${entry}/stat`, 'utf8')) ?? [];
        return Number(parent) === pid && readFileSync(`/proc/${entry}/cmdline`, 'utf8').includes('judge-entry');
      } catch {
        return false;
      }
    });
    return found === undefined ? undefined : Number(found);
  };
  const serverPid = (): number => server.process.pid ?? 0;

  test('facts that lead round and round are refused, and others are answered before', async () => {
    const events: string[] = [];
    const body = await hostile('victor');
    const publishing = send(body).then((answered) => {
      events.push('refused');
      return answered;
    });
    for (let reads = 0; reads < 3; reads += 1) {
      expect((await server.ask({ path: publishPath('@moby/alpha') })).status).toBe(200);
      events.push('read');
    }
    const answered = await publishing;
    expect(said(answered)).toEqual([422, 'MOBY-P703 digests']);
    expect(answered.json['error']).toContain('the links and libraries take more than 67108864 steps to follow');
    expect(events).toEqual(['read', 'read', 'read', 'refused']);
  });

  test('a judge that stands still holds up publishes alone', async () => {
    expect((await publish({ name: 'whiskey' })).status).toBe(201);
    const judge = judgeOf(serverPid());
    if (judge === undefined) throw new Error('nobody judges');
    process.kill(judge, 'SIGSTOP');
    const events: string[] = [];
    const publishing = publish({ name: 'whiskey', revision: 2 }).then((answered) => {
      events.push('published');
      return answered;
    });
    try {
      for (let reads = 0; reads < 20; reads += 1) expect((await server.ask({ path: publishPath('@moby/whiskey') })).status).toBe(200);
      expect((await server.ask({ path: '/-/readyz' })).status).toBe(200);
      events.push('read');
    } finally {
      process.kill(judge, 'SIGCONT');
    }
    expect((await publishing).status).toBe(201);
    expect(events).toEqual(['read', 'published']);
  });

  test('a judge that dies lets nothing in, and the next one judges on', async () => {
    expect((await publish({ name: 'xray' })).status).toBe(201);
    const answered = new AbortController();
    const publishing = publish({ name: 'xray', revision: 2 }).finally(() => answered.abort());
    while (!answered.signal.aborted) {
      const judge = judgeOf(serverPid());
      if (judge !== undefined) process.kill(judge, 'SIGKILL');
      await setTimeout(20);
    }
    const { status, json } = await publishing;
    expect([status, json['error']]).toEqual([
      422,
      'MOBY-D433 not-judged: judging @moby/xray@1.0.2 was given up: it ended early (SIGKILL); send it again, and make it smaller where it is given up again',
    ]);
    expect(Object.keys((await packument('xray')).versions)).toEqual(['1.0.1']);
    expect((await publish({ name: 'xray', revision: 2 })).status).toBe(201);
  });
});

test('no request was a bug of the server', () => {
  expect(server.log().filter(({ event }) => event === 'bug')).toEqual([]);
});
