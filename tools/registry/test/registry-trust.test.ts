import { join } from 'node:path';
import { openHttp } from '@moby/content';
import { Failure, type Diagnostic, type Registry } from '@moby/model';
import { openNpmRegistry, openTrustedKeys } from '@moby/registry/npm';
import { removeFolder, temporaryFolder } from '@moby/testkit';
import { makeSigningKey, publicKeysOf, readSigningKey, signDocument, signRelease, type SigningKey } from '@moby/trust';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { objectIn, startScratchRegistry, type ScratchRegistry } from './scratch-registry.ts';
import { writeBelow, writeComponent } from './write-component.ts';

const index = '/-/moby/v1/index';
let server: ScratchRegistry;
let folder = '';
let warnings: Diagnostic[] = [];
const http = openHttp({ silenceMs: 2000 });
const key = readSigningKey(makeSigningKey(), 'the registry');
const other = readSigningKey(makeSigningKey(), 'another');

beforeEach(async () => {
  server = await startScratchRegistry();
  folder = temporaryFolder();
  warnings = [];
  serveKeys(key);
  serveCatalogue(1, ['zlib']);
});
afterEach(async () => {
  await server.close();
  await removeFolder(folder);
});

function serveKeys(...keys: readonly SigningKey[]): void {
  server.documents.set('/-/npm/v1/keys', { ...publicKeysOf(keys) });
}

function serveCatalogue(sequence: number, names: readonly string[], by: SigningKey | 'nobody' = key): void {
  const components = Object.fromEntries(names.map((name) => [`@moby/${name}`, { provides: [`api:${name}`] }]));
  const document = { catalogue: 1, sequence, components };
  server.documents.set(index, by === 'nobody' ? document : { ...document, signed: signDocument(by, { name: index.slice(1), document }) });
}

function open({ accepted = [], project }: { readonly accepted?: readonly string[]; readonly project?: string } = {}): Registry {
  return openNpmRegistry({
    url: server.url,
    scope: '@moby',
    cacheFolder: join(folder, 'cache'),
    http,
    credentials: () => ({}),
    offline: false,
    warn: (finding) => void warnings.push(finding),
    trust: {
      trusted: openTrustedKeys({ own: join(folder, 'own.json'), project: project === undefined ? undefined : join(folder, project) }),
      accepted,
      ownersKeys: () => Promise.resolve(undefined),
    },
  });
}

async function namesOf(options: Parameters<typeof open>[0] = {}): Promise<readonly string[]> {
  return open(options).names();
}

async function refusal(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.catch((cause: unknown) => cause);
  if (!(error instanceof Failure)) return expect.fail('it was not refused');
  return `${error.code}: ${error.message}`.replaceAll(server.url, '<registry>');
}

describe('a catalogue', () => {
  test('that is signed says who offers what', async () => {
    expect(await open().providers('api:zlib')).toEqual(['zlib']);
    expect(await open().providers('api:other')).toEqual([]);
    expect(warnings).toEqual([]);
  });

  test('with another content, or by a stranger, is refused before and after its key is known', async () => {
    const change = (): void => {
      const document = server.documents.get(index) ?? {};
      server.documents.set(index, { ...document, components: { '@moby/evil': { provides: ['api:zlib'] } } });
    };
    change();
    const content = `bad-signature: the catalogue of the registry <registry> has another content than ${key.keyid} has signed`;
    expect(await refusal(namesOf())).toBe(content);
    serveCatalogue(1, ['zlib'], other);
    expect(await refusal(namesOf())).toBe(
      `bad-signature: the catalogue of the registry <registry> is signed by ${other.keyid}, which is not among the known keys`,
    );
    serveCatalogue(1, ['zlib']);
    await namesOf();
    change();
    expect(await refusal(namesOf())).toBe(content);
  });

  test('of a registry that has signed before is refused where it is unsigned or missing', async () => {
    await namesOf();
    serveCatalogue(2, ['zlib'], 'nobody');
    expect(await refusal(namesOf())).toBe(
      `bad-signature: the catalogue of the registry <registry> is not signed, and its registry signs: ${key.keyid}`,
    );
    server.documents.delete(index);
    expect(await refusal(namesOf())).toBe(
      `bad-signature: the catalogue of the registry <registry> is missing, and its registry signs: ${key.keyid}`,
    );
  });

  test('of a registry that never signed is used as it is', async () => {
    serveCatalogue(1, ['zlib'], 'nobody');
    expect(await namesOf()).toEqual(['zlib']);
  });

  test('older than one that was seen is told, and the newer one is used', async () => {
    serveCatalogue(2, ['zlib', 'yajl']);
    await namesOf();
    serveCatalogue(1, ['zlib']);
    expect(await namesOf()).toEqual(['yajl', 'zlib']);
    expect(warnings.map(({ code, message }) => `${code}: ${message.replaceAll(server.url, '<registry>')}`)).toEqual([
      'catalogue-older: the catalogue of the registry <registry> is older than one that was seen before: of 1 versions in place of 2',
    ]);
    warnings = [];
    serveCatalogue(3, ['zlib']);
    expect([await namesOf(), warnings]).toEqual([['zlib'], []]);
  });

  test('moves once: what is the same is not sent again', async () => {
    await namesOf();
    server.asked.splice(0);
    await namesOf();
    expect(server.asked.filter(({ path }) => path === index).map(({ status }) => status)).toEqual([304]);
  });
});

describe('a key', () => {
  test('that took the place of a known one counts once somebody says so, and then by itself', async () => {
    await namesOf();
    serveKeys(other);
    serveCatalogue(1, ['zlib'], other);
    expect(await refusal(namesOf())).toBe(
      `bad-signature: the catalogue of the registry <registry> is signed by ${other.keyid}, and the registry <registry> had other keys before: ${key.keyid}`,
    );
    expect(await namesOf({ accepted: [other.keyid] })).toEqual(['zlib']);
    expect(await namesOf()).toEqual(['zlib']);
  });

  test('of a project’s file counts alone', async () => {
    const document = { trust: 1, registries: { [server.url]: publicKeysOf([other]) } };
    writeBelow(folder, { 'project.json': JSON.stringify(document) });
    expect(await refusal(namesOf({ project: 'project.json' }))).toContain(`had other keys before: ${other.keyid}`);
    expect(await namesOf()).toEqual(['zlib']);
  });

  test.each(['{', '[]', '{"trust":2}', '{"trust":1,"registries":[]}'])('file that is none is named: %s', async (text) => {
    writeBelow(folder, { 'own.json': text });
    expect(await refusal(namesOf())).toContain('own.json` is no file of trusted keys');
  });
});

test('a release that is not signed is refused where its registry signs, and so is one whose signature is another’s', async () => {
  for (const name of ['zlib', 'yajl']) {
    writeComponent(join(folder, name, '1.3'), { name, upstream: '1.3.1' });
    await server.publish(join(folder, name, '1.3'));
  }
  const sign = (name: string, signed: string): void => {
    const document = server.documents.get(`/@moby/${name}`);
    const version = server.version(`@moby/${name}`, '1.3.101');
    const dist = objectIn(version, 'dist');
    const signatures = [signRelease(key, { name: `@moby/${signed}`, version: '1.3.101', integrity: String(dist['integrity']) })];
    server.documents.set(`/@moby/${name}`, { ...document, versions: { '1.3.101': { ...version, dist: { ...dist, signatures } } } });
  };
  serveCatalogue(2, ['zlib', 'yajl']);
  const read = async (name: 'zlib' | 'yajl'): Promise<string> => {
    const registry = open();
    const found = (await registry.names()).find((one) => one === name) ?? expect.fail('no such name');
    const [version = expect.fail('no version')] = await registry.versions(found);
    return (await registry.component(found, version)).origin?.package ?? '';
  };
  sign('zlib', 'zlib');
  expect(await read('zlib')).toBe('@moby/zlib@1.3.101');
  expect(await refusal(read('yajl'))).toBe('bad-signature: @moby/yajl@1.3.101 has no signature of its registry');
  sign('yajl', 'zlib');
  server.asked.splice(0);
  expect(await refusal(read('yajl'))).toContain('the signature by');
  expect(server.asked.filter(({ path }) => path.includes('.tgz'))).toEqual([]);
});
