import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { removeFolder, temporaryFolder } from '@moby/testkit';
import {
  passwordOf,
  prepareRoot,
  publishBody,
  publishPath,
  startServer,
  type Answered,
  type Draft,
  type Json,
  type RunningServer,
} from './running-server.ts';

let server: RunningServer;
let root: string;
const tokens: Record<string, string> = {};

beforeAll(async () => {
  root = temporaryFolder();
  server = await startServer(prepareRoot(root, 'limits: { publishBytes: 2000000, idleMs: 1500, loginFailures: 5 }\n'));
  for (const user of ['carol', 'mike', 'stella', 'bo']) tokens[user] = await server.login(user);
}, 60_000);

afterAll(async () => {
  await server.kill();
  await removeFolder(root);
});

function publish(draft: Draft & { readonly user?: string; readonly raw?: unknown } = {}): Promise<Answered> {
  const { user = 'carol', raw } = draft;
  return server.ask({ method: 'PUT', path: publishPath(draft.name), token: tokens[user], body: raw ?? publishBody(draft) });
}

async function packument(name: string): Promise<Json> {
  return (await server.ask({ path: publishPath(name) })).json;
}

describe('what is published', () => {
  test('is served with its bytes, tags and document, as `next`', async () => {
    const bytes = randomBytes(5000);
    const component = { kind: 'service', upstream: { version: '8.0.2' } };
    const answered = await publish({
      name: '@moby/served',
      version: '8.0.203',
      bytes,
      document: { component, readme: '# Served', dependencies: {} },
    });
    expect([answered.status, answered.json['ok']]).toEqual([201, 'published @moby/served@8.0.203']);
    const { versions, 'dist-tags': tags, readme } = await packument('@moby/served');
    expect(versions['8.0.203'].component).toEqual(component);
    expect(versions['8.0.203']['_npmUser']).toEqual({ name: 'carol' });
    expect(readme).toBe('# Served');
    expect(tags).toMatchObject({ next: '8.0.203', 'line-8.0': '8.0.203' });
    const fetched = await fetch(versions['8.0.203'].dist.tarball);
    expect(Buffer.from(await fetched.arrayBuffer()).equals(bytes)).toBe(true);
  });

  test('has tags by version, not by who came last, and never the client’s', async () => {
    for (const version of ['1.7.4001', '2.1.901', '1.7.4002', '2.2.0-rc.1']) {
      expect((await publish({ name: '@moby/lines', version, body: { 'dist-tags': { latest: version } } })).status).toBe(201);
    }
    const { 'dist-tags': tags } = JSON.parse(readFileSync(join(root, 'packages/@moby/lines/package.json'), 'utf8'));
    expect(tags).toEqual({ next: '2.2.0-rc.1', 'line-1.7': '1.7.4002', 'line-2.1': '2.1.901', 'line-2.2': '2.2.0-rc.1' });
  });

  test('goes to the line that its tag announces, and to none that doesn’t hold it', async () => {
    const announce = (name: string, version: string, tag: string): Promise<Answered> =>
      publish({ name: `@moby/${name}`, version, body: { 'dist-tags': { [tag]: version } } });
    const tagsOf = async (name: string): Promise<Json> => (await packument(`@moby/${name}`))['dist-tags'];
    for (const [name, version, line] of [
      ['one', '1.4.701', '1'],
      ['two', '6.12.4701', '6.12'],
      ['three', '1.2.301', '1.2.3'],
    ] as const) {
      expect((await announce(name, version, `line-${line}`)).status).toBe(201);
      expect(Object.keys(await tagsOf(name)).sort()).toEqual([`line-${line}`, 'next']);
    }
    // Clients that announce no line stay in the one that there is.
    expect((await announce('one', '1.5.1', 'latest')).status).toBe(201);
    expect(await tagsOf('one')).toEqual({ next: '1.5.1', 'line-1': '1.5.1' });
    expect((await announce('one', '2.0.1', 'latest')).status).toBe(201);
    expect(await tagsOf('one')).toMatchObject({ 'line-1': '1.5.1', 'line-2.0': '2.0.1' });
    for (const [tag, why] of [
      ['line-1', '3.1.401 is not of the line 1'],
      ['line-3.1.5', '3.1.401 is not of the line 3.1.5'],
      ['line-3.x', '`line-3.x` names no line'],
      ['line-03', '`line-03` names no line'],
      ['line-3.1.4.1', '`line-3.1.4.1` names no line'],
    ] as const) {
      const { status, json } = await announce('one', '3.1.401', tag);
      expect([status, json['code'], json['error']]).toEqual([422, 'MOBY-D431', expect.stringContaining(why)]);
    }
    expect((await packument('@moby/one')).versions).not.toHaveProperty('3.1.401');
  });

  test('has the tag that its publisher names, where they may tag; nobody’s is passed over', async () => {
    const name = '@moby/tagged';
    const tagged = (version: string, tag: string, user: string): Promise<Answered> =>
      publish({ name, version, user, body: { 'dist-tags': { [tag]: version } } });
    const tags = async (): Promise<Json> => (await packument(name))['dist-tags'];
    const first = await tagged('1.0.1', 'beta', 'mike');
    expect([first.status, first.json['tags']]).toEqual([201, ['next', 'line-1.0', 'beta']]);
    expect((await tagged('1.0.2', 'beta', 'stella')).status).toBe(201);
    expect(await tags()).toEqual({ next: '1.0.2', 'line-1.0': '1.0.2', beta: '1.0.2' });
    // Sent again for the sake of the tag alone.
    expect((await tagged('1.0.1', 'tested', 'mike')).status).toBe(201);
    expect((await tagged('1.0.1', 'tested', 'mike')).status).toBe(200);
    expect(await tags()).toEqual({ next: '1.0.2', 'line-1.0': '1.0.2', beta: '1.0.2', tested: '1.0.1' });
    for (const [version, tag, user, status, why] of [
      [
        '1.0.3',
        'beta',
        'carol',
        403,
        'MOBY-D403 role-may-not: `carol` is a contributor, who may not tag; maintainer, steward may; publish without `--tag`',
      ],
      ['1.0.3', 'beta', 'bo', 403, 'MOBY-D403'],
      ['1.0.3', '1beta', 'mike', 422, 'MOBY-D422 malformed-body: `1beta` is no tag'],
      ['1.0.3', 'a b', 'mike', 422, 'MOBY-D422'],
    ] as const) {
      const { status: answered, json } = await tagged(version, tag, user);
      expect([answered, json['error']]).toEqual([status, expect.stringContaining(why)]);
    }
    expect(Object.keys((await packument(name)).versions)).toEqual(['1.0.1', '1.0.2']);
  });

  test('can be sent again with the same bytes, and never with others', async () => {
    expect((await publish({ name: '@moby/again' })).status).toBe(201);
    expect((await publish({ name: '@moby/again' })).status).toBe(200);
    const other = await publish({ name: '@moby/again', bytes: Buffer.from('other') });
    expect([other.status, other.json['code']]).toEqual([409, 'MOBY-D409']);
    expect((await server.ask({ path: '/@moby/again/-/again-1.0.0.tgz' })).text).toBe('@moby/again 1.0.0');
  });

  test('stays frozen after its package was removed from the disk', async () => {
    expect((await publish({ name: '@moby/removed' })).status).toBe(201);
    rmSync(join(root, 'packages/@moby/removed'), { recursive: true });
    const other = await publish({ name: '@moby/removed', bytes: Buffer.from('other') });
    expect([other.status, other.json['code']]).toEqual([409, 'MOBY-D409']);
    expect((await publish({ name: '@moby/removed' })).status).toBe(201);
    expect((await server.ask({ path: '/@moby/removed/-/removed-1.0.0.tgz' })).text).toBe('@moby/removed 1.0.0');
  });

  test('has one winner of twenty that race with different bytes, whose bytes are stored', async () => {
    const race = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        publish({ name: '@moby/raced', bytes: Buffer.from(`bytes of ${i}`), user: i % 2 === 0 ? 'carol' : 'mike' }),
      ),
    );
    expect(race.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(race.filter(({ status }) => status === 409)).toHaveLength(19);
    const winner = race.findIndex(({ status }) => status === 201);
    expect((await server.ask({ path: '/@moby/raced/-/raced-1.0.0.tgz' })).text).toBe(`bytes of ${winner}`);
  });

  test('is all there after fifty versions of one component and a hundred components at once', async () => {
    const versions = Array.from({ length: 50 }, (_, i) => `1.${i % 5}.${i + 1}`);
    const names = Array.from({ length: 100 }, (_, i) => `@moby/many-${i}`);
    const answers = await Promise.all([
      ...versions.map((version) => publish({ name: '@moby/fifty', version, user: 'stella' })),
      ...names.map((name) => publish({ name, user: 'mike' })),
    ]);
    expect(answers.map(({ status }) => status).filter((status) => status !== 201)).toEqual([]);
    const { versions: shown, 'dist-tags': tags } = await packument('@moby/fifty');
    expect(Object.keys(shown).sort()).toEqual([...versions].sort());
    expect(tags).toMatchObject({ next: '1.4.50', 'line-1.0': '1.0.46', 'line-1.4': '1.4.50' });
    for (const version of versions) {
      expect((await server.ask({ path: `/@moby/fifty/-/fifty-${version}.tgz` })).text).toBe(`@moby/fifty ${version}`);
    }
    for (const name of names) expect((await server.ask({ path: publishPath(name) })).status).toBe(200);
  }, 60_000);
});

interface Malformed {
  readonly name: string;
  readonly raw: unknown;
  readonly code?: string;
}

const good = (): Json => publishBody({ name: '@moby/odd' });
const changed = (body: Record<string, unknown>): unknown => ({ ...good(), ...body });
const described = (document: Record<string, unknown>): unknown => publishBody({ name: '@moby/odd', document });
const attachment = (key: string, value: unknown): unknown => changed({ _attachments: { [key]: value } });
const tgz = '@moby/odd-1.0.0.tgz';
const data = Buffer.from('@moby/odd 1.0.0').toString('base64');

const malformed: readonly Malformed[] = [
  { name: 'null', raw: 'null', code: 'MOBY-D412' },
  { name: 'a number', raw: '1', code: 'MOBY-D412' },
  { name: 'a string', raw: '"x"', code: 'MOBY-D412' },
  { name: 'a list', raw: '[]', code: 'MOBY-D412' },
  { name: 'an empty object', raw: '{}', code: 'MOBY-D412' },
  { name: 'nothing', raw: '', code: 'MOBY-D415' },
  { name: 'half of JSON', raw: '{"a":', code: 'MOBY-D415' },
  { name: 'JSON with a tail', raw: '{} {}', code: 'MOBY-D415' },
  { name: 'a lone surrogate in bytes', raw: '{"a":"\ud800"}', code: 'MOBY-D412' },
  { name: 'depth 100,000', raw: '['.repeat(100_000), code: 'MOBY-D422' },
  { name: 'depth 100,000 of objects', raw: '{"a":'.repeat(100_000), code: 'MOBY-D422' },
  { name: 'a million values', raw: `[${'0,'.repeat(999_000)}0]`, code: 'MOBY-D422' },
  { name: '__proto__', raw: JSON.stringify(good()).replace('"access":null', '"__proto__":{"polluted":1}') },
  { name: '__proto__, escaped', raw: JSON.stringify(good()).replace('"access":null', '"\\u005f_proto__":{"polluted":1}') },
  { name: 'constructor', raw: JSON.stringify(good()).replace('"access":null', '"constructor":{"prototype":{"polluted":1}}') },
  { name: '__proto__ as the version', raw: JSON.stringify(good()).replace('{"1.0.0":{', '{"__proto__":{') },
  { name: '__proto__ as the attachment', raw: JSON.stringify(good()).replace(`"${tgz}"`, '"__proto__"') },
  { name: 'no name', raw: changed({ name: undefined }) },
  { name: 'another name', raw: changed({ name: '@moby/redis' }) },
  { name: 'another _id', raw: changed({ _id: '@moby/redis' }) },
  { name: 'a number as name', raw: changed({ name: 7 }) },
  { name: 'versions: []', raw: changed({ versions: [] }) },
  { name: 'versions: null', raw: changed({ versions: null }) },
  { name: 'versions: "x"', raw: changed({ versions: 'x' }) },
  { name: 'versions: {}', raw: changed({ versions: {} }) },
  { name: 'no versions', raw: changed({ versions: undefined }) },
  { name: 'two versions', raw: changed({ versions: { ...good()['versions'], '1.0.1': good()['versions']['1.0.0'] } }) },
  { name: 'a version that is null', raw: changed({ versions: { '1.0.0': null } }) },
  { name: 'a version that is a list', raw: changed({ versions: { '1.0.0': [] } }) },
  { name: 'a version that is a text', raw: changed({ versions: { '1.0.0': 'x' } }) },
  ...[
    'banana',
    '',
    'v1.0.0',
    '1.0',
    '01.0.0',
    '1.0.0+a',
    ' 1.0.0',
    '1.0.0 ',
    '../../x',
    'latest',
    '1.0.0/../..',
    `1.0.0-${'a'.repeat(300)}`,
    '\u0000',
  ].map((version): Malformed => ({
    name: `the version ${JSON.stringify(version).slice(0, 30)}`,
    raw: publishBody({ name: '@moby/odd', version }),
  })),
  { name: 'another version inside', raw: described({ version: '1.0.1' }) },
  { name: 'a version without a version', raw: described({ version: undefined }) },
  { name: 'another name inside', raw: described({ name: '@moby/redis' }) },
  { name: 'dist-tags: []', raw: changed({ 'dist-tags': [] }) },
  { name: 'dist-tags: null', raw: changed({ 'dist-tags': null }) },
  { name: 'a tag of another version', raw: changed({ 'dist-tags': { latest: '9.9.9' } }) },
  { name: 'two tags', raw: changed({ 'dist-tags': { latest: '1.0.0', other: '1.0.0' } }) },
  { name: 'a tag that is a list', raw: changed({ 'dist-tags': { latest: ['1.0.0'] } }) },
  { name: '_attachments: []', raw: changed({ _attachments: [] }) },
  { name: '_attachments: null', raw: changed({ _attachments: null }) },
  { name: '_attachments: "x"', raw: changed({ _attachments: 'x' }) },
  { name: '_attachments: {"x": null}', raw: attachment('x', null) },
  { name: 'an attachment that is null', raw: attachment(tgz, null) },
  { name: 'an attachment that is a number', raw: attachment(tgz, 5) },
  { name: 'an attachment without data', raw: attachment(tgz, {}) },
  { name: 'data that is a number', raw: attachment(tgz, { data: 12 }) },
  { name: 'data that is null', raw: attachment(tgz, { data: null }) },
  { name: 'data that is an object', raw: attachment(tgz, { data: { type: 'Buffer', data: [1] } }) },
  { name: 'data that is a list', raw: attachment(tgz, { data: [1, 2] }) },
  { name: 'data that is empty', raw: attachment(tgz, { data: '' }) },
  { name: 'data that is no base64', raw: attachment(tgz, { data: '!!!!' }) },
  { name: 'base64 with a line break', raw: attachment(tgz, { data: `${data.slice(0, 4)}\n${data.slice(4)}` }) },
  { name: 'base64 with a tail', raw: attachment(tgz, { data: `${data}AA` }) },
  { name: 'base64 of URLs', raw: attachment(tgz, { data: '-_-_' }) },
  { name: 'another length', raw: attachment(tgz, { data, length: 3 }) },
  ...[
    'zzz-6.6.6.tgz',
    '.tgz',
    '',
    '.',
    '..',
    '../../../x.tgz',
    '/etc/passwd',
    'odd-1.0.0.tgz/../x',
    'package.json',
    '*',
    'odd-1.0.0.tar',
    '\u0000.tgz',
    'a'.repeat(300),
  ].map((key): Malformed => ({ name: `the attachment ${JSON.stringify(key).slice(0, 30)}`, raw: attachment(key, { data }) })),
  { name: 'two tarballs', raw: changed({ _attachments: { [tgz]: { data }, 'odd-1.0.0.tgz': { data } } }) },
  { name: 'a bundle that is no JSON', raw: changed({ _attachments: { [tgz]: { data }, '@moby/odd-1.0.0.sigstore': { data: 'x' } } }) },
  { name: 'no dist', raw: described({ dist: undefined }), code: 'MOBY-D423' },
  { name: 'dist: null', raw: described({ dist: null }) },
  { name: 'dist: []', raw: described({ dist: [] }) },
  { name: 'dist without integrity', raw: described({ dist: {} }), code: 'MOBY-D423' },
  { name: 'another integrity', raw: described({ dist: { integrity: 'sha512-AAAA' } }), code: 'MOBY-D423' },
  { name: 'an integrity that is a list', raw: described({ dist: { integrity: ['x'] } }), code: 'MOBY-D423' },
  { name: 'another shasum', raw: described({ dist: { ...good()['versions']['1.0.0'].dist, shasum: '0'.repeat(40) } }), code: 'MOBY-D423' },
  { name: 'another tarball address', raw: described({ dist: { ...good()['versions']['1.0.0'].dist, tarball: 'http://x/evil.tgz' } }) },
  { name: 'a readme that is an object', raw: changed({ readme: {} }) },
  ...(
    [
      ['description', {}],
      ['description', ['x']],
      ['description', 1],
      ['keywords', { a: 1 }],
      ['keywords', [1]],
      ['author', 5],
      ['author', { name: {} }],
      ['contributors', 'x'],
      ['contributors', [null]],
      ['maintainers', [5]],
      ['scripts', []],
      ['scripts', { install: 1 }],
      ['dependencies', []],
      ['dependencies', { x: null }],
      ['dist', 'x'],
      ['deprecated', true],
      ['engines', 5],
      ['os', { a: 1 }],
      ['bin', 5],
      ['readme', 5],
      ['component', []],
      ['license', { type: 'MIT' }],
    ] as const
  ).map(([field, value]): Malformed => ({ name: `${field}: ${JSON.stringify(value)}`, raw: described({ [field]: value }) })),
];

describe('an odd body is refused by the gate’s own check, and the server goes on', () => {
  test.each(malformed)('$name', async ({ raw, code = 'MOBY-D422' }) => {
    const { status, json } = await publish({ name: '@moby/odd', user: 'mike', raw });
    expect([json['code'], json['error']]).toEqual([code, expect.stringMatching(/^MOBY-D4\d\d [a-z-]+: .{5}/)]);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(server.process.exitCode).toBeNull();
    expect((await server.ask({ path: publishPath('@moby/odd') })).status).toBe(404);
  });

  test.each(['name', 'versions', '_attachments', 'dist-tags', '_id', 'readme', 'access', 'users', 'time', '_rev', 'maintainers'])(
    'whatever stands in `%s`',
    async (field) => {
      for (const value of [null, true, 0, -1, 1e308, '', 'x', [], [[]], {}, { a: null }, { length: 5 }, 'a'.repeat(70_000)]) {
        const { status } = await publish({
          name: '@moby/any',
          user: 'mike',
          raw: { ...publishBody({ name: '@moby/any', version: '1.0.0' }), [field]: value },
        });
        expect(
          status === 201 || status === 200 || (status >= 400 && status < 500),
          `${field} ${JSON.stringify(value).slice(0, 50)}: ${status}`,
        ).toBe(true);
      }
      expect((await server.ask({ path: '/-/ping' })).status).toBe(200);
    },
  );

  test('too large, by its header or by its bytes, and while reads go on', async () => {
    const declared = await send(
      `PUT /@moby%2fodd HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${tokens['mike']}\r\ncontent-type: application/json\r\ncontent-length: 99999999\r\n\r\n{`,
    );
    expect(declared).toMatch(/^HTTP\/1\.1 413 [^]*MOBY-D413/);
    const { status, json } = await publish({ name: '@moby/odd', user: 'mike', raw: 'x'.repeat(2_000_001) });
    expect([status, json['code']]).toEqual([413, 'MOBY-D413']);
  });

  test('one that stops coming is given up', async () => {
    const answer = await send(
      `PUT /@moby%2fodd HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${tokens['mike']}\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"a`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 408 [^]*MOBY-D408/);
  });

  test('compressed, or as another type', async () => {
    for (const headers of [
      { 'content-encoding': 'gzip' },
      { 'content-encoding': 'br' },
      { 'content-type': 'text/plain' },
      { 'content-type': '' },
    ]) {
      const { json } = await server.ask({ method: 'PUT', path: publishPath('@moby/odd'), token: tokens['mike'], headers, body: good() });
      expect(json['code']).toBe('MOBY-D415');
    }
  });

  test('slow bodies don’t stall reads, or other publishes', async () => {
    const slow = Array.from({ length: 40 }, () =>
      send(
        `PUT /@moby%2fslow HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${tokens['mike']}\r\ncontent-type: application/json\r\ncontent-length: 1900000\r\n\r\n{"a`,
      ),
    );
    expect((await server.ask({ path: '/-/ping' })).status).toBe(200);
    expect((await publish({ name: '@moby/beside', user: 'stella' })).status).toBe(201);
    expect((await Promise.all(slow)).every((answer) => answer.includes('MOBY-D408'))).toBe(true);
  });

  test('nobody’s body is not read at all', async () => {
    const answer = await send('PUT /@moby%2fodd HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1900000\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 401 [^]*MOBY-D401/);
  });
});

describe('the rules', () => {
  test('refuse with their own codes, which npm prints', async () => {
    const { status, json } = await publish({ name: '@moby/ruled', document: { description: 'bad' } });
    expect([status, json['code']]).toEqual([422, 'MOBY-D424']);
    expect(json['error']).toContain('MOBY-T001 test-rule: the description says `bad`');
    expect((await server.ask({ path: publishPath('@moby/ruled') })).status).toBe(404);
  });

  test('may warn', async () => {
    const { status, json } = await publish({ name: '@moby/ruled', document: { description: 'doubtful' } });
    expect([status, json['findings']]).toEqual([
      201,
      [{ rule: 'MOBY-T001', name: 'test-rule', severity: 'warning', message: 'the description says `doubtful`' }],
    ]);
  });

  test('publish nothing when they break', async () => {
    const { status, json } = await publish({ name: '@moby/broken', document: { description: 'throws' } });
    expect([status, json['code']]).toEqual([500, 'MOBY-D500']);
    expect(json['error']).not.toContain('a rule has a bug');
    expect((await server.ask({ path: publishPath('@moby/broken') })).status).toBe(404);
    expect((await publish({ name: '@moby/broken' })).status).toBe(201);
  });
});

describe('roles', () => {
  const name = '@moby/roles';
  const promote = (user: string, version = '1.0.0'): Promise<Answered> =>
    server.ask({ method: 'POST', path: `/-/moby/v1/package/${name}/promote`, token: tokens[user], body: { version } });
  const tag = (user: string): Promise<Answered> =>
    server.ask({ method: 'PUT', path: `/-/package/${publishPath(name).slice(1)}/dist-tags/tested`, token: tokens[user], body: '"1.0.0"' });
  const deprecate = async (user: string, text: string, change: Record<string, unknown> = {}): Promise<Answered> => {
    const document = await packument(name);
    const versions = { ...document['versions'], '1.0.0': { ...document['versions']['1.0.0'], deprecated: text, ...change } };
    return server.ask({ method: 'PUT', path: publishPath(name), token: tokens[user], body: { ...document, versions, _attachments: {} } });
  };

  test('everybody with a role publishes; nobody else does', async () => {
    for (const [at, user] of ['mike', 'stella', 'mike', 'bo'].entries())
      expect((await publish({ name, user, version: `1.0.${at}` })).status).toBe(201);
    expect((await publish({ name: '@moby/carols', user: 'carol' })).status).toBe(201);
    expect((await server.ask({ method: 'PUT', path: publishPath(name), body: publishBody({ name }) })).status).toBe(401);
  });

  test('what belongs to others changes by nobody but stewards and bots', async () => {
    for (const answered of [
      await publish({ name, user: 'carol', version: '1.0.9' }),
      await publish({ name: '@moby/carols', user: 'mike', version: '1.0.9' }),
      await server.ask({
        method: 'PUT',
        path: '/-/package/@moby%2fcarols/dist-tags/tested',
        token: tokens['mike'],
        body: '"1.0.0"',
      }),
      await server.ask({
        method: 'POST',
        path: '/-/moby/v1/package/@moby/carols/promote',
        token: tokens['mike'],
        body: { version: '1.0.0' },
      }),
    ]) {
      expect([answered.status, answered.json['code']]).toEqual([403, 'MOBY-D426']);
    }
  });

  test('a steward says who owns a component, and it holds at once', async () => {
    const own = (user: string, owners: unknown): Promise<Answered> =>
      server.ask({
        method: 'PUT',
        path: `/@moby%2fcarols/-rev/1-x`,
        token: tokens[user],
        body: { _id: '@moby/carols', maintainers: owners },
      });
    const both = [{ name: 'carol' }, { name: 'mike', email: 'mike@example.org' }];
    for (const user of ['carol', 'mike', 'bo']) expect((await own(user, both)).json['code']).toBe('MOBY-D403');
    for (const owners of [[], 'mike', [{ name: 'nobody' }], [7], Array.from({ length: 51 }, () => ({ name: 'mike' }))])
      expect((await own('stella', owners)).json['code']).toBe('MOBY-D422');
    expect((await own('stella', both)).status).toBe(201);
    expect((await packument('@moby/carols'))['maintainers']).toMatchObject([{ name: 'carol' }, { name: 'mike' }]);
    expect((await publish({ name: '@moby/carols', user: 'mike', version: '1.0.9' })).status).toBe(201);
    expect((await own('stella', [{ name: 'mike' }])).status).toBe(201);
    expect((await publish({ name: '@moby/carols', user: 'carol', version: '1.1.0' })).json['code']).toBe('MOBY-D426');
  });

  test('a contributor neither deprecates, tags nor promotes; a bot promotes only', async () => {
    for (const answered of [
      await deprecate('carol', 'x'),
      await tag('carol'),
      await promote('carol'),
      await deprecate('bo', 'x'),
      await tag('bo'),
    ]) {
      expect([answered.status, answered.json['code']]).toEqual([403, 'MOBY-D403']);
    }
  });

  test('a maintainer deprecates, by texts alone', async () => {
    expect((await deprecate('mike', '[yanked] broken')).status).toBe(201);
    expect((await packument(name))['versions']['1.0.0'].deprecated).toBe('[yanked] broken');
    expect((await promote('mike')).json['code']).toBe('MOBY-D425');
    expect((await deprecate('mike', '')).status).toBe(201);
    expect((await packument(name))['versions']['1.0.0']).not.toHaveProperty('deprecated');
    for (const change of [{ description: 'other' }, { dependencies: { evil: '*' } }, { deprecated: 5 }, { deprecated: 'x'.repeat(2000) }]) {
      const answered = await deprecate('mike', 'x', change);
      expect([answered.status, answered.json['code']]).toEqual([422, 'MOBY-D412']);
    }
    expect((await packument(name))['versions']['1.0.0'].description).toBe('a component');
  });

  test('`latest` comes by promotion, and is the greatest stable version', async () => {
    expect((await promote('mike', '1.0.1')).status).toBe(201);
    expect((await packument(name))['dist-tags'].latest).toBe('1.0.1');
    expect((await promote('mike', '1.0.0')).json['code']).toBe('MOBY-D425');
    expect((await promote('mike', '9.9.9')).json['code']).toBe('MOBY-D404');
    expect((await promote('bo', '1.0.3')).status).toBe(201);
    expect((await publish({ name, version: '1.1.0-rc.1', user: 'mike' })).status).toBe(201);
    expect((await promote('stella', '1.1.0-rc.1')).json['code']).toBe('MOBY-D425');
    expect((await packument(name))['dist-tags']).toMatchObject({ latest: '1.0.3', next: '1.1.0-rc.1' });
  });

  test('tags of their own come and go', async () => {
    expect((await tag('mike')).status).toBe(201);
    expect((await packument(name))['dist-tags'].tested).toBe('1.0.0');
    const removed = await server.ask({ method: 'DELETE', path: `/-/package/@moby%2froles/dist-tags/tested`, token: tokens['stella'] });
    expect(removed.status).toBe(201);
    expect((await packument(name))['dist-tags']).not.toHaveProperty('tested');
  });
});

describe('users', () => {
  test('log in, and out; nothing of a token or password is logged', async () => {
    const token = await server.login('carol');
    expect((await server.ask({ path: '/-/whoami', token })).json).toEqual({ username: 'carol' });
    expect((await server.ask({ method: 'DELETE', path: `/-/user/token/${token}`, token })).status).toBe(200);
    expect((await server.ask({ method: 'DELETE', path: `/-/user/%74oken/${token}`, token })).status).toBe(200);
    expect((await server.ask({ path: `/-/user/token/${token}` })).status).not.toBe(500);
    for (const user of Object.keys(tokens)) expect(server.stderr()).not.toContain(passwordOf(user));
    for (const secret of [token, ...Object.values(tokens)]) expect(server.stderr()).not.toContain(secret.split('.')[2] ?? '');
  });

  test('that guess are stopped, also when the sixth guess is right', async () => {
    const guess = (password: string): Promise<Answered> =>
      server.ask({ method: 'PUT', path: '/-/user/org.couchdb.user:bo', body: { name: 'bo', password } });
    const guesses = await Promise.all(Array.from({ length: 8 }, (_, i) => guess(`guess ${i}`)));
    expect(guesses.filter(({ status }) => status === 401)).toHaveLength(5);
    expect(guesses.filter(({ status }) => status === 429)).toHaveLength(3);
    const right = await guess(passwordOf('bo'));
    expect([right.status, right.json['code'], Number(right.headers['retry-after'])]).toEqual([429, 'MOBY-D429', expect.any(Number)]);
    expect((await server.login('carol')).length).toBeGreaterThan(20);
  });

  test('are out at once when their line is gone, or their password is another', async () => {
    const file = join(root, 'htpasswd');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace(/^carol:.*\n/m, ''));
    const out = await publish({ name: '@moby/out', user: 'carol' });
    expect([out.status, out.json['code']]).toEqual([401, 'MOBY-D401']);
    expect((await server.ask({ path: '/-/whoami', token: tokens['carol'] })).status).toBe(401);
    expect(
      (await server.ask({ method: 'PUT', path: '/-/user/org.couchdb.user:carol', body: { name: 'carol', password: passwordOf('carol') } }))
        .status,
    ).toBe(401);
    writeFileSync(file, text.replace(/^mike:.*$/m, text.match(/^carol:.*$/m)?.[0].replace('carol', 'mike') ?? ''));
    expect((await publish({ name: '@moby/out', user: 'mike' })).status).toBe(401);
    writeFileSync(file, text);
    expect((await publish({ name: '@moby/out', user: 'mike' })).status).toBe(201);
  });
});

test('no request was a bug of the server, other than the rule that breaks on purpose', () => {
  const bugs = server.log().filter(({ event }) => event === 'bug');
  expect(bugs.map(({ error }) => String(error).split('\n')[0])).toEqual(['Error: a rule has a bug']);
});

function send(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(server.port, '127.0.0.1', () => socket.write(text));
    socket.setTimeout(20_000, () => socket.destroy(new Error(`no answer: ${answer}`)));
    socket.setEncoding('utf8').on('data', (piece: string) => {
      answer += piece;
      if (/\}\s*$/.test(answer)) socket.destroy();
    });
    socket.on('close', () => resolve(answer)).on('error', reject);
  });
}
