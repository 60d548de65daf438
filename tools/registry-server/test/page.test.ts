import { readFileSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { removeFolder, temporaryFolder } from '@moby/testkit';
import { publishComponent, three } from './publish-component.ts';
import { prepareRoot, publishBody, publishPath, startServer, type Answered, type Json, type RunningServer } from './running-server.ts';

let server: RunningServer;
let root: string;
const tokens: Record<string, string> = {};

beforeAll(async () => {
  root = temporaryFolder();
  server = await startServer(prepareRoot(root));
  for (const user of ['carol', 'stella']) tokens[user] = await server.login(user);
  for (const component of three) await publish(component);
}, 60_000);

afterAll(async () => {
  await server.kill();
  await removeFolder(root);
});

function publish(component: Parameters<typeof publishComponent>[2]): Promise<Answered> {
  return publishComponent(server, tokens['carol'] ?? '', component);
}

async function document(path: string): Promise<Json> {
  const { status, json } = await server.ask({ path });
  expect(status, path).toBe(200);
  return json;
}

const index = (): Promise<Json> => document('/-/web/data/index.json');
const component = (name: string): Promise<Json> => document(`/-/web/data/components/${name}.json`);

/** Documents of neighbours follow as soon as they have been judged anew. */
async function eventually(read: () => Promise<unknown>, wanted: unknown): Promise<void> {
  await expect.poll(read, { timeout: 20_000 }).toEqual(wanted);
}

describe('the page', () => {
  test('is served at the registry’s own address, with what it may load', async () => {
    const page = await server.ask({ path: '/' });
    expect(page.status).toBe(200);
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': expect.stringContaining("default-src 'none'; script-src 'self'"),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    expect(page.text).toContain('-/web/page/main.js');
    const script = await server.ask({ path: '/-/web/page/main.js', headers: { 'accept-encoding': 'gzip' } });
    expect(script.headers).toMatchObject({ 'content-type': 'text/javascript; charset=utf-8', 'content-encoding': 'gzip' });
    const again = await server.ask({ path: '/-/web/page/main.js', headers: { 'if-none-match': String(script.headers['etag']) } });
    expect([again.status, again.text]).toEqual([304, '']);
    expect((await server.ask({ method: 'HEAD', path: '/' })).text).toBe('');
  });

  test('has the published components, with their dates', async () => {
    const { components } = await index();
    const today = new Date().toISOString().slice(0, 10);
    expect(components.map(({ name, version, lines, published }: Json) => [name, version, lines, published <= today])).toEqual([
      ['alone', '2.0.0+r1', ['2.0'], true],
      ['packer', '1.0.0+r1', ['1.0'], true],
      ['zlib', '1.3.0+r1', ['1.3', '1.2'], true],
    ]);
  });

  test('says what fits what, and whom npm calls the newest', async () => {
    const { lines, matrices } = await component('packer');
    expect(lines[0]).toMatchObject({ version: '1.0.0+r1', npm: '@moby/packer@1.0.1', tags: ['line-1.0', 'next'] });
    expect(matrices.items[0]).toMatchObject({ neighbour: 'zlib', columns: ['1.3', '1.2'] });
    expect(matrices.items[0].cells[0].map(({ fit }: Json) => fit)).toEqual(['fits', 'misfit']);
  });

  test.each([
    '/index.html',
    '/-/web/',
    '/-/web/page/nothing.js',
    '/-/web/page/../../secret',
    '/-/web/page/tsconfig.json',
    '/-/web/data/components/nobody.json',
    '/-/web/data/components/constructor.json',
    '/-/web/data/other.json',
  ])('has nothing at %s', async (path) => {
    expect((await server.ask({ path })).status).toBeGreaterThanOrEqual(400);
    expect((await server.ask({ path })).status).toBeLessThan(500);
  });

  test('takes no writes', async () => {
    for (const path of ['/', '/-/web/data/index.json', '/-/moby/v1/index'])
      expect((await server.ask({ method: 'PUT', path, token: tokens['stella'], body: {} })).status).toBe(405);
  });
});

describe('the catalogue', () => {
  test('says which component offers what', async () => {
    const { catalogue, components } = await document('/-/moby/v1/index');
    expect(catalogue).toBe(1);
    expect(components['@moby/zlib']).toEqual({ provides: ['api:zip'] });
    expect(components['@moby/alone']).toEqual({ provides: [] });
  });

  test('knows what was published as soon as that was answered', async () => {
    for (let round = 0; round < 3; round += 1) {
      expect((await publish({ name: `fresh-${round}`, upstream: '1.0.0', manifest: { provides: { 'api:fresh': '1.0.0' } } })).status).toBe(
        201,
      );
      expect((await document('/-/moby/v1/index')).components[`@moby/fresh-${round}`]).toEqual({ provides: ['api:fresh'] });
      expect((await index()).components.map(({ name }: Json) => name)).toContain(`fresh-${round}`);
    }
  });
});

describe('a search', () => {
  const found = async (query: string): Promise<Json> =>
    (await document(`/-/v1/search?${query}`)).objects.map(({ package: { name } }: Json) => name);

  test.each([
    ['a name', 'zlib', ['@moby/zlib']],
    ['npm’s name', '%40moby%2Fzlib', ['@moby/zlib']],
    ['a capability', 'api%3Azip', ['@moby/zlib']],
    ['a part of it', 'zip', ['@moby/zlib']],
    ['a file', '%2Fusr%2Fbin%2Fpacker', ['@moby/packer']],
    ['a part of a file, in other letters', 'BIN/pack', ['@moby/packer']],
    ['words that all are there', 'base+pack', ['@moby/packer']],
    ['words of which one is not', 'zlib+nowhere', []],
  ])('finds components by %s', async (_, text, names) => {
    expect(await found(`text=${text}`)).toEqual(names);
  });

  test('answers in npm’s shape, the nearest first', async () => {
    const { objects, total } = await document('/-/v1/search?text=packer&size=1&quality=0.65&popularity=0.98&maintenance=0.5');
    expect([objects, total]).toEqual([
      [
        {
          package: {
            name: '@moby/packer',
            scope: 'moby',
            version: '1.0.1',
            description: expect.any(String),
            keywords: ['tool', 'base'],
            date: expect.stringMatching(/^20[0-9]{2}-[0-9]{2}-[0-9]{2}$/),
            links: {},
            publisher: { username: 'carol' },
            maintainers: [{ username: 'carol' }],
          },
          score: { final: 1, detail: { quality: 1, popularity: 1, maintenance: 1 } },
          searchScore: 1,
        },
      ],
      1,
    ]);
  });

  test('is given in parts, always in the same order', async () => {
    const all = await found('text=');
    expect(all).toEqual(all.map(String).sort());
    const parts = [await found('from=0&size=2'), await found('from=1&size=1'), await found('from=9999')];
    expect(parts).toEqual([all.slice(0, 2), all.slice(1, 2), []]);
    const { headers } = await server.ask({ path: '/-/v1/search?text=zip' });
    expect((await server.ask({ path: '/-/v1/search?text=zip', headers: { 'if-none-match': String(headers['etag']) } })).status).toBe(304);
  });

  test.each(['size=251', 'size=-1', 'size=x', 'from=10001', 'from=1.5', 'text=a&text=b', `text=${'x'.repeat(513)}`])(
    'of %s is refused',
    async (query) => {
      const { status, json } = await server.ask({ path: `/-/v1/search?${query}` });
      expect([status, json['code']]).toEqual([400, 'MOBY-D400']);
    },
  );

  test('knows what was published as soon as that was answered', async () => {
    expect(await found('text=just-now')).toEqual([]);
    expect((await publish({ name: 'just-now', upstream: '1.0.0' })).status).toBe(201);
    expect(await found('text=just-now')).toEqual(['@moby/just-now']);
  });

  test('stands in for a list of everything', async () => {
    const { status, json } = await server.ask({ path: '/-/all' });
    expect([status, json['error']]).toEqual([404, expect.stringContaining('/-/v1/search?text=redis')]);
  });

  test('of many at once holds up nothing else', async () => {
    const many = Array.from({ length: 200 }, (_, at) => server.ask({ path: `/-/v1/search?text=z${at}` }));
    for (let at = 0; at < 20; at += 1) expect((await server.ask({ path: publishPath('@moby/zlib') })).status).toBe(200);
    const statuses = new Set((await Promise.all(many)).map(({ status }) => status));
    expect([...statuses].filter((status) => status !== 200 && status !== 503)).toEqual([]);
    expect(await found('text=zlib')).toEqual(['@moby/zlib']);
  });
});

describe('what changes', () => {
  test('a new version is shown, also by its neighbours', async () => {
    const shown = async (): Promise<unknown> => (await component('packer')).matrices.items[0].columns;
    expect(await shown()).toEqual(['1.3', '1.2']);
    expect((await publish({ name: 'zlib', upstream: '1.4.0', manifest: { provides: { 'api:zip': '1.4.0' } } })).status).toBe(201);
    expect((await component('zlib')).lines.map(({ line }: Json) => line)).toEqual(['1.4', '1.3', '1.2']);
    await eventually(shown, ['1.4', '1.3', '1.2']);
  });

  test('a promotion is shown', async () => {
    expect((await component('alone')).lines[0].tags).not.toContain('latest');
    const promoted = await server.ask({
      method: 'POST',
      path: '/-/moby/v1/package/@moby/alone/promote',
      token: tokens['stella'],
      body: { version: '2.0.1' },
    });
    expect(promoted.status).toBe(201);
    expect((await component('alone')).lines[0].tags).toEqual(['latest', 'line-2.0', 'next']);
  });

  test('another owner is shown, as soon as that was answered', async () => {
    const maintainers = async (): Promise<unknown> => (await component('alone')).maintainers;
    expect(await maintainers()).toEqual([{ name: 'carol' }]);
    const body = { _id: '@moby/alone', maintainers: [{ name: 'carol' }, { name: 'mike' }] };
    const changed = await server.ask({ method: 'PUT', path: `${publishPath('@moby/alone')}/-rev/1`, token: tokens['stella'], body });
    expect(changed.status).toBe(201);
    expect(await maintainers()).toEqual([{ name: 'carol' }, { name: 'mike' }]);
  });

  test('a yank is shown, with its reason, and another version stands for the line', async () => {
    expect((await publish({ name: 'alone', upstream: '2.0.1' })).status).toBe(201);
    expect((await component('alone')).lines[0].version).toBe('2.0.1+r1');
    const packument = (await server.ask({ path: publishPath('@moby/alone') })).json;
    packument.versions['2.0.101'].deprecated = '[yanked] <b>loses</b> data';
    delete packument['_attachments'];
    const yanked = await server.ask({ method: 'PUT', path: publishPath('@moby/alone'), token: tokens['stella'], body: packument });
    expect([yanked.status, yanked.text]).toEqual([201, expect.any(String)]);
    const { lines } = await component('alone');
    expect(lines[0].version).toBe('2.0.0+r1');
    expect(lines[0].versions.items[0]).toMatchObject({ version: '2.0.1+r1', deprecated: 'yanked: <b>loses</b> data' });
  });

  test('what is no component is none on the page, and harms no other', async () => {
    const path = publishPath('@moby/odd');
    const odd = publishBody({ name: '@moby/odd', version: '1.0.1', document: { component: { kind: 'nothing known' } } });
    expect((await server.ask({ method: 'PUT', path, token: tokens['carol'], body: odd })).status).toBe(201);
    expect((await document('/-/moby/v1/index')).components['@moby/odd']).toBeUndefined();
    expect((await index()).components.map(({ name }: Json) => name)).not.toContain('odd');
    expect((await server.ask({ path: '/-/web/data/components/odd.json' })).status).toBe(404);
  });
});

/** Of the server's own children: the page's process. */
function pageProcesses(): readonly number[] {
  const { pid } = server.process;
  return readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .filter((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
        return (
          stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] === String(pid) &&
          readFileSync(`/proc/${name}/cmdline`, 'utf8').includes('page-entry')
        );
      } catch {
        return false;
      }
    })
    .map(Number);
}

describe('the page’s process', () => {
  test('stands still, and the registry and the page’s files go on', async () => {
    const [pid = 0] = pageProcesses();
    process.kill(pid, 'SIGSTOP');
    try {
      const answer = publish({ name: 'meanwhile', upstream: '1.0.0' });
      expect((await answer).status).toBe(201);
      expect((await server.ask({ path: publishPath('@moby/meanwhile') })).status).toBe(200);
      expect((await server.ask({ path: '/' })).status).toBe(200);
      const waited = await server.ask({ path: '/-/web/data/index.json' });
      expect([waited.status, waited.headers['retry-after']]).toEqual([503, '5']);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await eventually(async () => (await server.ask({ path: '/-/web/data/components/meanwhile.json' })).status, 200);
  });

  test('is lost, and the registry goes on; after a while there is another', async () => {
    const [pid = 0] = pageProcesses();
    process.kill(pid, 'SIGKILL');
    await eventually(async () => server.log().some(({ event }) => event === 'page-ended'), true);
    expect((await publish({ name: 'afterwards', upstream: '1.0.0' })).status).toBe(201);
    await eventually(async () => (await server.ask({ path: '/-/web/data/components/afterwards.json' })).status, 200);
    expect(pageProcesses().filter((one) => one !== pid)).toHaveLength(1);
  });

  test('ends with its server, also where that is killed', async () => {
    expect(pageProcesses()).toHaveLength(1);
    const [pid = 0] = pageProcesses();
    await server.kill();
    await eventually(async () => readdirSync('/proc').includes(String(pid)), false);
    server = await startServer({ root, config: `${root}/registry.yaml` });
    await eventually(async () => pageProcesses().length, 1);
    expect((await component('afterwards')).name).toBe('afterwards');
  });
});
