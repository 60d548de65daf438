import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { openHttp } from '@moby/content';
import { Failure } from '@moby/model';
import { packComponent, releaseDigests } from '@moby/registry/pack';
import {
  deprecateRelease,
  logIn,
  openRegistryWriter,
  promoteRelease,
  publishRelease,
  Refused,
  signedStatement,
  type RegistryWriter,
  type Release,
} from '@moby/registry/publish';
import { differencesOf, makeSigningKey, readSigningKey, verifyBundle } from '@moby/trust';
import { scratchFolder } from '@moby/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { asObject, password, startStrictRegistry, token, type StrictRegistry } from './strict-registry.ts';
import { writeComponent, type ComponentText } from './write-component.ts';

let registry: StrictRegistry;
let pauses: number[];
beforeEach(async () => {
  registry = await startStrictRegistry();
  pauses = [];
});
afterEach(() => registry.close());

function writer({ url = registry.url, isLoggedIn = true } = {}): RegistryWriter {
  return openRegistryWriter({
    url,
    http: openHttp({ silenceMs: 5000 }),
    credentials: ({ href }) => (isLoggedIn && href.startsWith(registry.url) ? { authorization: `Bearer ${token}` } : {}),
    delay: (ms) => Promise.resolve(pauses.push(ms)),
  });
}

async function release(text: Partial<ComponentText> = {}, more: Partial<Release> = {}): Promise<Release> {
  const folder = join(scratchFolder(), 'hello/1.2');
  writeComponent(folder, { name: 'hello', upstream: '1.2.3', ...text });
  return { packed: await packComponent(folder, 'hello/1.2'), label: 'hello/1.2', line: '1.2', ...more };
}

async function said(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const hints = [...error.hints, ...error.findings.flatMap((finding) => finding.hints ?? [])];
    return [`error[${error.code}]: ${error.message}`, ...hints.map((hint) => `  hint: ${hint}`)]
      .join('\n')
      .replaceAll(registry.url, '<registry>');
  }
  return 'no failure';
}

const puts = (): readonly string[] => registry.seen.flatMap(({ method, path }) => (method === 'PUT' ? [path] : []));
const tagsOf = (name: string): unknown => asObject(registry.documents.get(name))['dist-tags'];

describe('a release', () => {
  test('is sent with its line, its README and who sends it, once', async () => {
    const sent = await release({}, { readme: '# hello\n' });
    expect(await publishRelease(sent, writer())).toEqual({ state: 'new', tags: ['next', 'line-1.2'], isStated: false });
    const { authorization, body = {} } = registry.seen.find(({ method }) => method === 'PUT') ?? {};
    expect([authorization, body['dist-tags']]).toEqual([`Bearer ${token}`, { 'line-1.2': '1.2.301' }]);
    expect(asObject(asObject(body['versions'])['1.2.301'])['readme']).toBe('# hello\n');
    expect(await publishRelease(sent, writer())).toEqual({ state: 'as before', tags: ['next', 'line-1.2'], isStated: false });
    expect(puts()).toEqual(['/@moby/hello']);
  });

  test('has the tag of its line, however fine that is', async () => {
    await publishRelease(await release({}, { line: '1' }), writer());
    await publishRelease(await release({ revision: 2 }, { line: '1.2.3' }), writer());
    expect(tagsOf('@moby/hello')).toEqual({ next: '1.2.302', 'line-1': '1.2.301', 'line-1.2.3': '1.2.302' });
  });

  test('comes with a statement that vouches for exactly this release', async () => {
    const key = readSigningKey(makeSigningKey(), 'key');
    const unsigned = await release();
    const { packed } = unsigned;
    await publishRelease({ ...unsigned, bundle: await signedStatement(key, packed) }, writer());
    const { statement } = verifyBundle(registry.bundles.get('@moby/hello@1.2.301'), [key], 'it', new Date());
    const packageJson = packed.files.find(({ path }) => path === 'package.json')?.bytes ?? new Uint8Array();
    const digests = releaseDigests({ ...packed, packageJson });
    expect(differencesOf(statement, digests)).toEqual([]);
    expect(differencesOf(statement, { ...digests, tarball: 'ab'.repeat(64) })).not.toEqual([]);
  });

  test('is the same where another zlib compressed what is there', async () => {
    const sent = await release();
    await publishRelease(sent, writer());
    const path = '/@moby/hello/-/hello-1.2.301.tgz';
    const other = gzipSync(gunzipSync(registry.tarballs.get(path) ?? Buffer.alloc(0)), { level: 1 });
    registry.tarballs.set(path, other);
    const document = asObject(registry.documents.get('@moby/hello'));
    const version = asObject(asObject(document['versions'])['1.2.301']);
    const dist = { ...asObject(version['dist']), integrity: `sha512-${createHash('sha512').update(other).digest('base64')}` };
    registry.documents.set('@moby/hello', { ...document, versions: { '1.2.301': { ...version, dist } } });
    expect(await publishRelease(sent, writer())).toMatchObject({ state: 'as before' });
  });

  test('with another content than was published is refused before it is sent, with the revision to raise', async () => {
    for (const revision of [1, 2, 4]) await publishRelease(await release({ revision }), writer());
    registry.seen.length = 0;
    expect(await said(publishRelease(await release({ description: 'another' }), writer()))).toBe(
      'error[invalid-input]: hello 1.2.3+r1 was published with another content (npm: @moby/hello@1.2.301), and never changes\n' +
        '  hint: raise the revision to 5: `"version": "1.2.305"` in `hello/1.2/package.json`',
    );
    expect(puts()).toEqual([]);
    await publishRelease(await release({ revision: 99 }), writer());
    expect(await said(publishRelease(await release({ description: 'another' }), writer()))).toContain(
      'all 99 revisions of 1.2.3 are taken',
    );
  });

  test('that somebody else published in the same moment is told as theirs', async () => {
    let go: () => void = () => undefined;
    registry.faults.push({
      method: 'PUT',
      path: 'hello',
      times: 1,
      does: { kind: 'wait', until: new Promise((resolve) => (go = resolve)) },
    });
    const slow = said(publishRelease(await release(), writer()));
    await expect.poll(() => puts().length).toBe(1);
    await publishRelease(await release({ description: 'faster' }), writer());
    go();
    expect(await slow).toContain('hello 1.2.3+r1 was published with another content');
  });

  test('gets a further tag once it is there, also where that was left undone', async () => {
    const sent = await release({}, { tag: 'beta' });
    registry.faults.push({ method: 'PUT', path: 'dist-tags', times: 1, does: { kind: 'status', status: 500, body: '{"error":"disk"}' } });
    expect(await said(publishRelease(sent, writer()))).toContain("can't take the tag `beta` of @moby/hello\ndisk");
    expect(await publishRelease(sent, writer())).toEqual({ state: 'as before', tags: ['next', 'beta', 'line-1.2'], isStated: false });
    expect(await publishRelease(sent, writer())).toEqual({ state: 'as before', tags: ['next', 'beta', 'line-1.2'], isStated: false });
    expect(puts()).toHaveLength(3);
    expect(await said(publishRelease({ ...sent, tag: 'latest' }, writer()))).toContain(
      'MOBY-D411 own-tag: `latest` is set by the registry',
    );
  });
});

describe('on the way', () => {
  test.each([
    ['what was taken and not acknowledged', true],
    ['what was not taken', false],
  ])('%s is sent again', async (_, isDone) => {
    registry.faults.push({ method: 'PUT', path: 'hello', times: 2, does: { kind: 'cut', isDone } });
    expect(await publishRelease(await release(), writer())).toMatchObject({ state: isDone ? 'as before' : 'new' });
    expect(pauses).toEqual([500, 1000]);
  });

  test('a registry that asks for patience gets it, within a bound', async () => {
    const busy = (seconds: string): void =>
      void registry.faults.push({
        method: 'PUT',
        path: 'hello',
        times: 1,
        does: { kind: 'status', status: 429, headers: { 'retry-after': seconds }, body: '{"error":"MOBY-D429 too-many: slowly"}' },
      });
    busy('7');
    expect(await publishRelease(await release(), writer())).toMatchObject({ state: 'new' });
    busy('3600');
    expect(await said(publishRelease(await release({ revision: 2 }), writer()))).toContain('\nMOBY-D429 too-many: slowly\n');
    expect(pauses).toEqual([7000]);
  });

  test('a registry that is silent is told of after some tries', async () => {
    registry.faults.push({ method: 'PUT', path: 'hello', does: { kind: 'cut', isDone: false } });
    expect(await said(publishRelease(await release(), writer()))).toMatch(
      /^error\[network]: the registry <registry> does not answer about @moby\/hello@1\.2\.301: /,
    );
    expect(pauses).toEqual([500, 1000, 2000]);
  });

  test('nobody is told the token but the registry, and an answer that leads elsewhere leads nowhere', async () => {
    const elsewhere: string[] = [];
    const other = createServer((request, response) => {
      elsewhere.push(`${request.method} ${request.headers.authorization ?? 'nobody'}`);
      response.writeHead(404).end('{}');
    });
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const headers = { location: `http://127.0.0.1:${port}/x` };
    for (const method of ['GET', 'PUT'])
      registry.faults.push({ method, path: '/@moby/', times: 1, does: { kind: 'status', status: 307, headers } });
    expect(await said(publishRelease(await release(), writer()))).toContain('sends elsewhere for @moby/hello@1.2.301');
    expect(elsewhere).toEqual(['GET nobody']);
    other.close();
  });
});

describe('what the registry says', () => {
  const refusal = async (status: number, body: unknown): Promise<string> => {
    registry.faults.push({ method: 'PUT', path: 'hello', times: 1, does: { kind: 'status', status, body: JSON.stringify(body) } });
    return said(publishRelease(await release(), writer()));
  };

  test('of rules reaches the person as it is, one line a rule', async () => {
    const rules = ['MOBY-V506 abi-bump: 2.1.9 no longer offers `x`', 'MOBY-S103 licence: `MIT-ish` is no licence'];
    expect(await refusal(422, { error: `MOBY-D424 refused-by-rules: they say no\n${rules.join('\n')}`, code: 'MOBY-D424' })).toBe(
      ['error[refused]: the registry <registry> refuses @moby/hello@1.2.301', ...rules].join('\n'),
    );
    expect(await refusal(422, { error: rules[0] })).toContain(`\n${rules[0]}`);
  });

  test('can move no cursor, and is bounded', async () => {
    const text = await refusal(422, { error: `a\u001b[2Jb\u202e\n${'x'.repeat(5000)}\n${'y\n'.repeat(500)}` });
    expect(text.split('\n')).toHaveLength(101);
    expect(text).toContain('\na?[2Jb?\n');
    expect(Math.max(...text.split('\n').map(({ length }) => length))).toBe(2000);
  });

  test.each([
    [401, { error: 'no' }, 'denied'],
    [403, { error: 'MOBY-D426 not-an-owner: it belongs to `mike`' }, 'denied'],
    [413, {}, 'refused'],
    [500, { error: 'MOBY-D500 internal-error' }, 'network'],
    [507, 'no JSON object', 'network'],
  ])('%s %o is %s', async (status, body, code) => {
    expect(await refusal(status, body)).toContain(`error[${code}]: `);
  });

  test('has to be about the package that was asked for', async () => {
    registry.documents.set('@moby/hello', { name: '@moby/other', versions: {} });
    expect(await said(publishRelease(await release(), writer()))).toContain('error[bad-index]');
    registry.faults.push({ method: 'GET', path: 'hello', does: { kind: 'status', status: 200, body: '<html>' } });
    expect(await said(publishRelease(await release(), writer()))).toContain('with something else than JSON');
  });

  test('is asked of no registry of files', () => {
    expect(() => writer({ url: 'file:///srv/components/' })).toThrow('is a registry of files, which nobody can publish to');
  });
});

describe('a published version', () => {
  const named = { npmName: '@moby/hello', version: '1.2.3+r1' };
  const deprecatedOf = (version: string): unknown =>
    asObject(asObject(asObject(registry.documents.get('@moby/hello'))['versions'])[version])['deprecated'];

  test('is deprecated, and no longer, by people’s version or npm’s', async () => {
    await publishRelease(await release(), writer());
    expect(await deprecateRelease(named, 'take 1.3', writer())).toEqual({ npmVersion: '1.2.301', version: '1.2.3+r1', isUnchanged: false });
    expect(deprecatedOf('1.2.301')).toBe('take 1.3');
    expect(await deprecateRelease({ ...named, version: '1.2.301' }, 'take 1.3', writer())).toMatchObject({ isUnchanged: true });
    expect(await deprecateRelease(named, '', writer())).toMatchObject({ isUnchanged: false });
    expect(deprecatedOf('1.2.301')).toBe('');
  });

  test('is deprecated though another is published meanwhile, and what is refused is not tried for ever', async () => {
    await publishRelease(await release(), writer());
    let go: () => void = () => undefined;
    registry.faults.push({
      method: 'PUT',
      path: 'hello',
      times: 1,
      does: { kind: 'wait', until: new Promise((resolve) => (go = resolve)) },
    });
    const slow = deprecateRelease(named, 'take 1.3', writer());
    await expect.poll(() => puts().length).toBe(2);
    await publishRelease(await release({ revision: 2 }), writer());
    go();
    expect(await slow).toMatchObject({ isUnchanged: false });
    expect([deprecatedOf('1.2.301'), deprecatedOf('1.2.302')]).toEqual(['take 1.3', undefined]);
    registry.faults.push({ method: 'PUT', path: 'hello', does: { kind: 'status', status: 422, body: '{"error":"MOBY-D412 never"}' } });
    registry.seen.length = 0;
    await expect(deprecateRelease(named, 'again', writer())).rejects.toThrow(Refused);
    expect(puts()).toHaveLength(1);
  });

  test('becomes latest', async () => {
    await publishRelease(await release(), writer());
    expect(await promoteRelease(named, writer())).toMatchObject({ isUnchanged: false });
    expect(tagsOf('@moby/hello')).toMatchObject({ latest: '1.2.301' });
    expect(await promoteRelease(named, writer())).toMatchObject({ isUnchanged: true });
  });

  test('that is none is told with those that there are', async () => {
    expect(await said(promoteRelease(named, writer()))).toBe('error[not-found]: the registry <registry> has no `@moby/hello`');
    await publishRelease(await release(), writer());
    expect(await said(promoteRelease({ ...named, version: '1.2.3+r2' }, writer()))).toBe(
      'error[not-found]: the registry <registry> has no @moby/hello 1.2.3+r2\n  hint: did you mean `1.2.3+r1`?\n  hint: it has 1.2.3+r1',
    );
  });

  test.each(['two\nlines', 'a\u0007bell', 'x'.repeat(501)])('takes no text that can’t be shown (%#)', async (text) => {
    await publishRelease(await release(), writer());
    expect(await said(deprecateRelease(named, text, writer()))).toMatch(/^error\[usage]: the text has /);
  });
});

describe('a login', () => {
  test('gives a token, asked for as nobody', async () => {
    expect(await logIn({ user: 'carol', password }, writer())).toBe(token);
    expect(registry.seen.map(({ method, path, authorization }) => [method, path, authorization])).toEqual([
      ['PUT', '/-/user/org.couchdb.user:carol', undefined],
    ]);
  });

  test('with a wrong password is denied in the registry’s words, which have no password in them', async () => {
    const text = await said(logIn({ user: 'carol', password: 'guessed' }, writer()));
    expect(text).toBe(
      'error[denied]: the registry <registry> denies the login of `carol`\nMOBY-D402 login-failed: no such user with this password',
    );
  });

  test.each(['{}', '{"token":""}', '{"token":"a\\nb"}', '{"token":5}', 'x'])(
    'whose answer %s has no token that can be kept is none',
    async (body) => {
      registry.faults.push({ method: 'PUT', path: 'user', does: { kind: 'status', status: 201, body } });
      expect(await said(logIn({ user: 'carol', password }, writer()))).toContain('gives no token that can be kept');
    },
  );
});
