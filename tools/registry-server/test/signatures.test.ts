import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseManifest } from '@moby/model';
import { releaseDigests } from '@moby/registry/pack';
import {
  makeSigningKey,
  publicKeysOf,
  readPublicKeys,
  readSigningKey,
  releaseStatement,
  signStatement,
  verifyDocument,
  verifyRelease,
  type SigningKey,
} from '@moby/trust';
import { removeFolder, scratchFolder, temporaryFolder } from '@moby/testkit';
import { checkStorage, rotateSigningKey } from '../src/index.ts';
import { openSigningKeys } from '../src/storage/signing-keys.ts';
import { bodyOf, builtComponent, tarballOf } from './component.ts';
import { prepareRoot, publishBody, publishPath, startServer, type Answered, type Json, type RunningServer } from './running-server.ts';
import { stockClient } from './stock-clients.ts';

const now = (): Date => new Date();

function send(server: RunningServer, body: Json, token: string): Promise<Answered> {
  return server.ask({ method: 'PUT', path: publishPath(body['name']), token, body });
}

describe('what is published', () => {
  let server: RunningServer;
  let root: string;
  let token: string;
  let work: string;
  const document = (name: string): string => join(root, 'packages/@moby', name, 'package.json');
  const served = async (name: string): Promise<Json> => (await server.ask({ path: publishPath(`@moby/${name}`) })).json;
  const keys = async (): Promise<ReturnType<typeof readPublicKeys>> =>
    readPublicKeys((await server.ask({ path: '/-/npm/v1/keys' })).json, 'the registry');

  beforeAll(async () => {
    [root, work] = [temporaryFolder(), temporaryFolder()];
    server = await startServer(prepareRoot(root));
    token = await server.login('stella');
    for (const name of ['alpha', 'bravo']) await send(server, await bodyOf(await builtComponent({ name, below: work })), token);
  }, 60_000);

  afterAll(async () => {
    await server.kill();
    await removeFolder(root);
    await removeFolder(work);
  });

  test('is signed by the key that the registry serves, in both forms', async () => {
    for (const accept of ['application/json', 'application/vnd.npm.install-v1+json']) {
      const { json } = await server.ask({ path: publishPath('@moby/alpha'), headers: { accept } });
      const { integrity, signatures } = json['versions']['1.0.1'].dist;
      expect(verifyRelease(await keys(), { name: '@moby/alpha', version: '1.0.1', integrity }, signatures, now()).keyid).toBe(
        signatures[0].keyid,
      );
    }
    expect(statSync(join(root, 'signing-keys.json')).mode & 0o777).toBe(0o600);
    const text = (await server.ask({ path: '/-/npm/v1/keys' })).text;
    expect(text).not.toContain('PRIVATE');
  });

  test('keeps its signature through a deprecation and a promotion, and by no other word of a client', async () => {
    const before = (await served('alpha')).versions['1.0.1'].dist.signatures;
    const whole = await served('alpha');
    whole['versions']['1.0.1'].deprecated = 'old';
    whole['versions']['1.0.1'].dist.signatures = [{ keyid: 'SHA256:x', sig: 'AAAA' }];
    expect(
      (await server.ask({ method: 'PUT', path: publishPath('@moby/alpha'), token, body: { ...whole, _attachments: {} } })).status,
    ).toBe(201);
    whole['versions']['1.0.1'].deprecated = '';
    expect(
      (await server.ask({ method: 'PUT', path: publishPath('@moby/alpha'), token, body: { ...whole, _attachments: {} } })).status,
    ).toBe(201);
    expect((await served('alpha')).versions['1.0.1'].dist.signatures).toEqual(before);
    const forged = publishBody({ name: '@moby/forged' });
    Object.assign(forged['versions']['1.0.0'].dist, {
      signatures: [{ keyid: 'x', sig: 'y' }],
      payload: 'proven',
      attestations: { url: '/evil' },
    });
    expect((await send(server, forged, token)).status).toBe(201);
    const { dist } = (await served('forged')).versions['1.0.0'];
    expect(
      verifyRelease(await keys(), { name: '@moby/forged', version: '1.0.0', integrity: dist.integrity }, dist.signatures, now()),
    ).toBeDefined();
    expect(dist).not.toHaveProperty('attestations');
  });

  describe('stands before pnpm audit signatures', () => {
    const audited = async (): Promise<string> => {
      const pnpm = stockClient('pnpm', { registry: server.url });
      const dependencies = { '@moby/alpha': '1.0.1', '@moby/bravo': '1.0.1' };
      writeFileSync(join(pnpm.folder, 'package.json'), JSON.stringify({ name: 'project', version: '1.0.0', dependencies }));
      const installed = await pnpm.run('install');
      if (installed.exitCode !== 0) return `install ${installed.exitCode}\n${installed.stdout}${installed.stderr}`;
      const { exitCode, stdout, stderr } = await pnpm.run('audit', 'signatures');
      return `audit ${exitCode}\n${stdout}${stderr}`;
    };
    /** Changes both documents on the disk, and puts them back. */
    const tampered = async (change: (alpha: Json, bravo: Json) => void): Promise<string> => {
      const texts = ['alpha', 'bravo'].map((name) => readFileSync(document(name), 'utf8'));
      const documents: Json[] = texts.map((text) => JSON.parse(text));
      change(documents[0], documents[1]);
      ['alpha', 'bravo'].forEach((name, at) => writeFileSync(document(name), JSON.stringify(documents[at])));
      try {
        return await audited();
      } finally {
        ['alpha', 'bravo'].forEach((name, at) => writeFileSync(document(name), texts[at] ?? ''));
      }
    };
    const distOf = (json: Json): Json => json['versions']['1.0.1'].dist;

    test('when it is intact', async () => {
      expect(await audited()).toMatch(/^audit 0\n[^]*2 packages have verified registry signatures/);
    }, 120_000);

    test('and not with a byte of a signature changed', async () => {
      const said = await tampered((alpha) => {
        const bytes = Buffer.from(distOf(alpha).signatures[0].sig, 'base64');
        bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
        distOf(alpha).signatures[0].sig = bytes.toString('base64');
      });
      expect(said).toMatch(/^audit 1\n[^]*@moby\/alpha@1\.0\.1/);
      expect(said).not.toContain('@moby/bravo@1.0.1');
    }, 120_000);

    test('and not with two signatures swapped', async () => {
      const said = await tampered((alpha, bravo) => {
        [distOf(alpha).signatures, distOf(bravo).signatures] = [distOf(bravo).signatures, distOf(alpha).signatures];
      });
      expect(said).toMatch(/^audit 1\n[^]*@moby\/alpha@1\.0\.1[^]*@moby\/bravo@1\.0\.1/);
    }, 120_000);

    test('nor with two tarballs swapped: without their digests it is not installed, with them not verified', async () => {
      const tarballs = ['alpha', 'bravo'].map((name) => join(root, `packages/@moby/${name}/${name}-1.0.1.tgz`));
      const bytes = tarballs.map((path) => readFileSync(path));
      tarballs.forEach((path, at) => writeFileSync(path, bytes[1 - at] ?? ''));
      try {
        expect(await audited()).toMatch(/^install [1-9][^]*INTEGRITY/i);
        const said = await tampered((alpha, bravo) => {
          for (const [json, at] of [
            [alpha, 1],
            [bravo, 0],
          ] as const) {
            distOf(json).integrity = `sha512-${createHash('sha512')
              .update(bytes[at] ?? '')
              .digest('base64')}`;
            distOf(json).shasum = createHash('sha1')
              .update(bytes[at] ?? '')
              .digest('hex');
          }
        });
        expect(said).toMatch(/^audit 1\n[^]*@moby\/alpha@1\.0\.1[^]*@moby\/bravo@1\.0\.1/);
      } finally {
        tarballs.forEach((path, at) => writeFileSync(path, bytes[at] ?? ''));
      }
    }, 120_000);

    test('also after the key was replaced, by the key of its time', async () => {
      const { keyid, earlier } = await rotateSigningKey(root, now);
      expect((await send(server, await bodyOf(await builtComponent({ name: 'bravo', revision: 2 })), token)).status).toBe(201);
      const { versions } = await served('bravo');
      expect(['1.0.1', '1.0.2'].map((version) => versions[version].dist.signatures[0].keyid)).toEqual([earlier.keyid, keyid]);
      expect((await keys()).map((key) => [key.keyid, key.expires === undefined])).toEqual([
        [keyid, true],
        [earlier.keyid, false],
      ]);
      expect(await audited()).toMatch(/^audit 0\n/);
    }, 120_000);
  });
});

test('keys and the catalogue that they sign are the same after a restart, and another key signs it anew', async () => {
  const root = scratchFolder();
  const first = await startServer(prepareRoot(root));
  const token = await first.login('stella');
  expect((await send(first, await bodyOf(await builtComponent({ name: 'alpha' })), token)).status).toBe(201);
  const path = '/-/moby/v1/index';
  // The process that makes it may not have begun: who asks is told to come back.
  const ready = async (from: RunningServer): Promise<Answered> => {
    const answered = await from.ask({ path });
    return answered.status === 503 ? ready(from) : answered;
  };
  const before = await ready(first);
  expect((await first.ask({ path, headers: { 'if-none-match': String(before.headers['etag']) } })).status).toBe(304);
  const keys = (await first.ask({ path: '/-/npm/v1/keys' })).text;
  await first.stop();
  const server = await startServer(prepareRoot(root));
  expect((await server.ask({ path: '/-/npm/v1/keys' })).text).toBe(keys);
  expect((await ready(server)).text).toBe(before.text);
  const signer = async (): Promise<string> => {
    const { signed, ...document } = (await ready(server)).json;
    expect(document).toMatchObject({ catalogue: 1, sequence: 1, components: { '@moby/alpha': {} } });
    const known = readPublicKeys((await server.ask({ path: '/-/npm/v1/keys' })).json, 'the registry');
    return verifyDocument(signed, { name: path.slice(1), document, keys: known, what: 'the catalogue' }).keyid;
  };
  const old = await signer();
  const { keyid } = await rotateSigningKey(root, now);
  expect([await signer(), old === keyid]).toEqual([keyid, false]);
  await server.kill();
}, 60_000);

describe('keys', () => {
  test.each([
    ['nothing', ''],
    ['no JSON', '{"key":'],
    ['another key', JSON.stringify({ key: 'x', earlier: [] })],
    [
      'an earlier key that is none',
      JSON.stringify({ key: makeSigningKey(), earlier: [{ scheme: 'ecdsa-sha2-nistp256', key: 'AAAA', keyid: 'x' }] }),
    ],
    ['too much', 'x'.repeat(300_000)],
  ])('that can’t be read are named, not made anew: %s', (_what, text) => {
    const path = join(scratchFolder(), 'signing-keys.json');
    writeFileSync(path, text);
    expect(() => openSigningKeys(path)).toThrow(expect.objectContaining({ code: 'store-corrupt' }));
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  test('are not replaced by two at once, nor where there are none', async () => {
    const folder = scratchFolder();
    const path = join(folder, 'signing-keys.json');
    await expect(rotateSigningKey(folder, now)).rejects.toMatchObject({ code: 'not-found' });
    writeFileSync(path, JSON.stringify({ key: makeSigningKey(), earlier: [] }));
    const [one, other] = await Promise.allSettled([rotateSigningKey(folder, now), rotateSigningKey(folder, now)]);
    expect([one.status, other.status].sort()).toEqual(['fulfilled', 'rejected']);
    expect(openSigningKeys(path).all()).toHaveLength(2);
  });
});

describe('a publisher’s statement', () => {
  let server: RunningServer;
  let root: string;
  let library: string;
  const tokens: Record<string, string> = {};
  const key = readSigningKey(makeSigningKey(), 'carol');
  const stranger = readSigningKey(makeSigningKey(), 'stranger');

  beforeAll(async () => {
    [root, library] = [temporaryFolder(), temporaryFolder()];
    owned('tango', [key]);
    owned('uniform', []);
    server = await startServer({ ...prepareRoot(root, `library: ${library}\nstatements: required\n`), rules: 'governor' });
    for (const user of ['carol', 'stella']) tokens[user] = await server.login(user);
  }, 60_000);

  afterAll(async () => {
    await server.kill();
    await removeFolder(root);
    await removeFolder(library);
  });

  function owned(name: string, keys: readonly SigningKey[]): void {
    const spki = keys.map(({ publicKey }) => publicKey.export({ type: 'spki', format: 'der' }).toString('base64'));
    mkdirSync(join(library, 'components', name, '1.0'), { recursive: true });
    const maintainer = { name: 'Carol', registry: 'carol', ...(spki.length === 0 ? {} : { keys: spki }) };
    writeFileSync(join(library, 'components', name, 'OWNERS.yaml'), JSON.stringify({ lifecycle: 'maintained', maintainers: [maintainer] }));
  }

  interface Signed {
    readonly name?: string;
    readonly revision?: number;
    readonly by?: SigningKey;
    readonly change?: (statement: Json) => void;
    readonly bundle?: (bundle: Json) => unknown;
  }

  /** What `component publish` sends with a key. */
  async function signed({ name = 'tango', revision = 1, by = key, change, bundle }: Signed = {}): Promise<Json> {
    const folder = await builtComponent({ name, revision });
    const body = await bodyOf(folder);
    const packageJson = readFileSync(join(folder, 'package.json'));
    const parsed = await parseManifest({ file: 'package.json', text: packageJson.toString() });
    if (!parsed.ok) throw new Error('no manifest');
    const digests = releaseDigests({ manifest: parsed.value, npmVersion: `1.0.${revision}`, tarball: tarballOf(body), packageJson });
    const statement: Json = structuredClone(releaseStatement(digests));
    change?.(statement);
    const made: Json = await signStatement(by, statement);
    const data = JSON.stringify(bundle === undefined ? made : bundle(made));
    body['_attachments'][`@moby/${name}-1.0.${revision}.sigstore`] = {
      content_type: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      data,
      length: data.length,
    };
    return body;
  }

  test('is verified, stored and served', async () => {
    const answered = await send(server, await signed(), tokens['carol'] ?? '');
    expect([answered.status, answered.text]).toEqual([201, expect.stringContaining('published @moby/tango@1.0.1')]);
    const { json } = await server.ask({ path: publishPath('@moby/tango') });
    const { attestations } = json['versions']['1.0.1'].dist;
    expect(attestations).toEqual({
      url: `${server.url}/-/npm/v1/attestations/@moby/tango@1.0.1`,
      provenance: { predicateType: 'https://slsa.dev/provenance/v1', key: publicKeysOf([key]).keys[0]?.key },
    });
    for (const path of [new URL(attestations.url).pathname, '/-/npm/v1/attestations/@moby%2ftango@1.0.1']) {
      const found = await server.ask({ path });
      expect([found.status, found.json['attestations'].length, found.json['attestations'][0].predicateType]).toEqual([
        200,
        1,
        'https://slsa.dev/provenance/v1',
      ]);
    }
    for (const path of ['/-/npm/v1/attestations/@moby/tango@9.9.9', '/-/npm/v1/attestations/@moby/none@1.0.1'])
      expect((await server.ask({ path })).status).toBe(404);
  });

  const refused: readonly (readonly [string, Signed, string, string])[] = [
    ['by a stranger’s key', { by: stranger }, 'MOBY-D424', 'is by a key that is not trusted here'],
    [
      'about another version',
      { change: (json) => (json['predicate'].buildDefinition.externalParameters.version = '1.0.9') },
      'MOBY-D424',
      'it is about @moby/tango@1.0.9',
    ],
    [
      'about another tarball',
      { change: (json) => (json['subject'][0].digest.sha512 = '00'.repeat(64)) },
      'MOBY-D424',
      'it says another digest of `pkg:npm/%40moby/tango@1.0.2`',
    ],
    [
      'about another payload',
      { change: (json) => (json['subject'][2].digest.sha256 = '00'.repeat(32)) },
      'MOBY-D424',
      'it says another digest of `payload of linux/amd64`',
    ],
    ['about nothing', { change: (json) => (json['subject'] = []) }, 'MOBY-D424', 'it says nothing of `package.json`'],
    ['that is no bundle', { bundle: () => ({}) }, 'MOBY-D424', 'is not a sigstore bundle'],
    ['that is no object', { bundle: () => [] }, 'MOBY-D422', 'is not a JSON object'],
    ['of a component whose owners have no key', { name: 'uniform' }, 'MOBY-D424', 'components/uniform/OWNERS.yaml names no key'],
  ];

  test.each(refused)('%s is refused, and nothing is stored', async (_what, options, code, why) => {
    const answered = await send(server, await signed({ revision: 2, ...options }), tokens['carol'] ?? '');
    expect([answered.status, answered.json['code'], answered.json['error']]).toEqual([422, code, expect.stringContaining(why)]);
    const { json } = await server.ask({ path: publishPath(`@moby/${options.name ?? 'tango'}`) });
    expect(Object.keys(json['versions'] ?? {})).not.toContain('1.0.2');
  });

  test('may be required, of stewards too', async () => {
    for (const user of ['carol', 'stella']) {
      const body = await bodyOf(await builtComponent({ name: 'tango', revision: 3 }));
      const { status, json } = await send(server, body, tokens[user] ?? '');
      expect([status, json['code'], json['error']]).toEqual([
        422,
        'MOBY-D424',
        expect.stringContaining('MOBY-X803 attest-subject: it comes without'),
      ]);
    }
  });

  test('is asked for in vain where no library has keys: nothing is published, and who runs the registry is told of', async () => {
    const folder = temporaryFolder();
    const without = await startServer({ ...prepareRoot(folder, 'statements: required\n'), rules: 'governor' });
    try {
      for (const [user, body, why] of [
        ['carol', await signed(), 'MOBY-X803 attest-subject: this registry has no library, and so no key'],
        ['stella', await signed(), 'who runs it sets `library`, or leaves `statements: required` away'],
        ['stella', await bodyOf(await builtComponent({ name: 'tango' })), 'MOBY-X803 attest-subject: it comes without a signed statement'],
      ] as const) {
        const { status, json } = await send(without, body, await without.login(user));
        expect([status, json['code'], json['error']]).toEqual([422, 'MOBY-D424', expect.stringContaining(why)]);
      }
      expect((await without.ask({ path: publishPath('@moby/tango') })).status).toBe(404);
    } finally {
      await without.kill();
      await removeFolder(folder);
    }
  });

  test('that is gone from the disk, or nobody’s, is found by a look', async () => {
    expect((await send(server, await signed({ revision: 4 }), tokens['carol'] ?? '')).status).toBe(201);
    await server.stop();
    const folder = join(root, 'packages/@moby/tango');
    rmSync(join(folder, 'tango-1.0.1.sigstore'));
    writeFileSync(join(folder, 'tango-1.0.9.sigstore'), '{}');
    const text = readFileSync(join(folder, 'package.json'), 'utf8');
    const document: Json = JSON.parse(text);
    document['versions']['1.0.4'].dist.signatures = document['versions']['1.0.1'].dist.signatures;
    writeFileSync(join(folder, 'package.json'), JSON.stringify(document));
    const { findings } = await checkStorage(root, { repair: false, now });
    expect(findings.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
      'wrong-signature packages/@moby/tango/package.json',
      'orphan-statement packages/@moby/tango/tango-1.0.9.sigstore',
      'missing-statement packages/@moby/tango/tango-1.0.1.sigstore',
    ]);
  });
});
