import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync, cpSync } from 'node:fs';
import { join } from 'node:path';
import { removeFolder, runCli, scratchFolder, temporaryFolder, type CliRun } from '@moby/testkit';
import { makeSigningKey, publicKeysOf, readSigningKey } from '@moby/trust';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { passwordOf, prepareRoot, startServer, type Json, type RunningServer } from '../../registry-server/test/running-server.ts';
import { atHome } from './publish-world.ts';
import { put, sharedWorld, type Visit } from './world.ts';

const world = sharedWorld();
const names = ['linux', 'init', 'crun', 'runc', 'glibc', 'redis'];
let server: RunningServer;
let root = '';
let library = '';
let ownersKeyid = '';

beforeAll(async () => {
  root = temporaryFolder();
  library = join(root, 'library');
  cpSync(join(world.folder, 'library'), library, { recursive: true });
  const home = join(root, 'home');
  const env = {
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_CACHE_HOME: join(world.folder, 'cache'),
    NPM_CONFIG_USERCONFIG: undefined,
  };
  const run = async (args: readonly string[], stdin = ''): Promise<string> => {
    const ran = await runCli(args, { cwd: library, env, stdin });
    if (ran.exitCode !== 0) throw new Error(ran.stderr);
    return ran.stdout;
  };
  const made: Json = JSON.parse(await run(['key', 'new', '--json']));
  ownersKeyid = made.keyid;
  for (const name of names) put(join(library, 'components', name, 'OWNERS.yaml'), owners(made.key));
  server = await startServer(prepareRoot(join(root, 'registry'), `library: ${library}\n`));
  await run(['component', 'login', '--username', 'mike', '--registry', server.url], `${passwordOf('mike')}\n`);
  await run(['component', 'publish', ...names, '--registry', server.url]);
}, 120_000);

afterAll(async () => {
  await server.kill();
  await removeFolder(root);
});

function owners(...keys: readonly string[]): string {
  return JSON.stringify({ lifecycle: 'maintained', maintainers: [{ name: 'Mike', registry: 'mike', keys }] });
}

/** A folder with nothing but the assembly, a home and a cache of its own. */
function empty(): Visit {
  const visit = atHome(world.visit());
  const folder = join(scratchFolder(), 'empty');
  mkdirSync(join(folder, 'assemblies'), { recursive: true });
  cpSync(join(visit.folder, 'assemblies/web'), join(folder, 'assemblies/web'), { recursive: true });
  return { ...visit, folder, run: (args, options = {}) => visit.run([...args, '--registry', server.url], { cwd: folder, ...options }) };
}

interface Told {
  readonly exitCode: number | undefined;
  /** `wrong registry signature of …: why`. */
  readonly lines: readonly string[];
  readonly keys: readonly (string | undefined)[];
}

async function verify(place: Visit, ...args: readonly string[]): Promise<Told> {
  const run = await place.run(['verify', ...args, '--json']);
  const { verified = [] }: Json = JSON.parse(run.stdout);
  return {
    exitCode: run.exitCode,
    lines: verified.map(({ what, verdict, why = '' }: Json) => `${verdict} ${what}${why === '' ? '' : `: ${why}`}`),
    keys: verified.map(({ key }: Json) => key),
  };
}

function wrongOf({ lines }: Told): readonly string[] {
  return lines.filter((line) => line.startsWith('wrong ')).map((line) => line.slice('wrong '.length));
}

async function registryKeyid(): Promise<string> {
  return (await server.ask({ path: '/-/npm/v1/keys' })).json.keys[0].keyid;
}

function trustFile(place: Visit): string {
  return join(place.env['XDG_CONFIG_HOME'] ?? '', 'moby-compose/trusted-keys.json');
}

/** A file of the registry's, of redis. */
function stored(name: string): string {
  return join(root, 'registry/packages/@moby/redis', name);
}

/** Changes a file, and puts it back when the work is done. */
async function tampered<Result>(
  path: string,
  change: (bytes: Buffer) => Uint8Array | string,
  work: () => Promise<Result>,
): Promise<Result> {
  const before = readFileSync(path);
  writeFileSync(path, change(Buffer.from(before)));
  try {
    return await work();
  } finally {
    writeFileSync(path, before);
  }
}

/** One bit of a byte is turned. */
function flip(bytes: Buffer, at = Math.floor(bytes.length / 2)): Buffer {
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
}

function flipText(base64: string): string {
  return flip(Buffer.from(base64, 'base64')).toString('base64');
}

function inJson(change: (json: Json) => void): (bytes: Buffer) => string {
  return (bytes) => {
    const json: Json = JSON.parse(bytes.toString());
    change(json);
    return JSON.stringify(json);
  };
}

const id = '@moby/redis@8.0.201';

test('a release is verified, by keys that are believed at their first use, and again without the registry', async () => {
  const place = empty();
  const vouchers = [await registryKeyid(), undefined, undefined, ownersKeyid, undefined];
  const first = await verify(place, 'redis@8.0.2+r1');
  const met = `: met for the first time, and kept in ${trustFile(place)}`;
  expect(first).toEqual({
    exitCode: 0,
    keys: vouchers,
    lines: [
      `ok registry signature of ${id}${met}`,
      `ok tarball of ${id}`,
      `ok manifest and facts of ${id}`,
      `ok publisher's statement of ${id}${met}`,
      'absent payload of redis@8.0.2+r1 for linux/amd64: is not in the store, nor are the packages that it is made from',
    ],
  });
  const again = await verify(place, id, '--offline', '--require-signatures');
  expect([again.exitCode, again.keys]).toEqual([0, vouchers]);
});

describe('a byte on the registry’s disk', () => {
  const cases: readonly (readonly [string, () => string, (bytes: Buffer) => Uint8Array | string, string, string])[] = [
    [
      'of a tarball',
      () => stored('redis-8.0.201.tgz'),
      flip,
      `tarball of ${id}: has other bytes in the registry`,
      `\`${id}\` has other bytes`,
    ],
    [
      'of a signature',
      () => stored('package.json'),
      inJson((json) => {
        const [signature] = json.versions['8.0.201'].dist.signatures;
        signature.sig = flipText(signature.sig);
      }),
      `registry signature of ${id}: ${id} is not signed by its registry: the signature by SHA256:`,
      `${id} is not signed by its registry: the signature by SHA256:`,
    ],
    [
      'of an integrity',
      () => stored('package.json'),
      inJson((json) => {
        const { dist } = json.versions['8.0.201'];
        dist.integrity = `sha512-${flipText(dist.integrity.slice('sha512-'.length))}`;
      }),
      `registry signature of ${id}: ${id} is not signed by its registry`,
      `${id} is not signed by its registry`,
    ],
    [
      'of a statement’s signature',
      () => stored('redis-8.0.201.sigstore'),
      inJson((json) => {
        const [signature] = json.dsseEnvelope.signatures;
        signature.sig = flipText(signature.sig);
      }),
      `publisher's statement of ${id}: the signed statement of ${id} is not what was signed`,
      `the signed statement of ${id} is not what was signed`,
    ],
  ];
  test.each(cases)('%s is named, and nothing is built of it', async (_what, path, change, wrong, message) => {
    const place = empty();
    const lock = readFileSync(join(place.folder, 'assemblies/web/assembly.lock.json'), 'utf8');
    await tampered(path(), change, async () => {
      const told = await verify(place, id);
      expect([told.exitCode, wrongOf(told)[0]]).toEqual([1, expect.stringContaining(wrong)]);
      const run = await place.run(['assemble', 'web']);
      expect([run.exitCode, run.stderr]).toEqual([74, expect.stringContaining(message)]);
    });
    expect(existsSync(join(place.folder, 'out'))).toBe(false);
    expect(readFileSync(join(place.folder, 'assemblies/web/assembly.lock.json'), 'utf8')).toBe(lock);
  });
});

describe('what is kept', () => {
  /** The blob of the store that is a component's part of the initrd. */
  function initrdBlobOf(place: Visit, component: string): string {
    const out = join(place.folder, 'out/web/linux-amd64');
    const { segments }: Json = JSON.parse(readFileSync(join(out, 'artifact.json'), 'utf8'));
    const at: number = segments.findIndex(({ label }: Json) => label.includes(component));
    const start: number = segments.slice(0, at).reduce((sum: number, { sizeBytes }: Json) => sum + sizeBytes, 0);
    const bytes = readFileSync(join(out, 'initrd.img')).subarray(start, start + segments[at].sizeBytes);
    return createHash('sha256').update(bytes).digest('hex');
  }

  /** The one file of the cache whose first line, or name, tells of it. */
  function kept(place: Visit, kind: 'documents' | 'packages', pattern: RegExp): string {
    const own = join(place.cache, 'moby-compose/registry', kind);
    const found = readdirSync(own).filter((name) =>
      pattern.test(kind === 'packages' ? name : (readFileSync(join(own, name), 'utf8').split('\n')[0] ?? '')),
    );
    expect(found).toHaveLength(1);
    return join(own, found[0] ?? '');
  }

  test('a lock is verified by it alone, and a byte of it that was changed is named', async () => {
    const place = empty();
    expect(await place.run(['assemble', 'web'])).toMatchObject({ exitCode: 0 });
    const good = await verify(place, 'web', '--offline', '--require-signatures');
    expect([good.exitCode, good.lines.filter((line) => !line.startsWith('ok '))]).toEqual([0, []]);
    expect(good.lines).toContain(`ok registry signature of ${id}: known from ${trustFile(place)}`);
    const integrity: string = JSON.parse(readFileSync(join(place.folder, 'assemblies/web/assembly.lock.json'), 'utf8')).components[
      'redis@8.0.2+r1'
    ].origin.integrity;
    const tarball = Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex');
    const cases: readonly (readonly [string, string, string])[] = [
      [
        kept(place, 'packages', new RegExp(`^${tarball}\\.tgz$`)),
        `tarball of ${id}: what was kept of it has other bytes`,
        `package \`${id}\` has other bytes`,
      ],
      [kept(place, 'documents', /@moby\/redis"/), `what was kept of ${id}`, 'has other bytes than were kept'],
      [kept(place, 'documents', /attestations\/@moby\/redis@/), `what was kept of ${id}`, 'has other bytes than were kept'],
    ];
    for (const [path, wrong, message] of cases)
      await tampered(
        path,
        (bytes) => flip(bytes, bytes.length - 5),
        async () => {
          const told = await verify(place, 'web', '--offline');
          expect([told.exitCode, wrongOf(told)]).toEqual([1, [expect.stringContaining(wrong)]]);
          expect(wrongOf(told)[0]).toContain(path);
          const run = await place.run(['assemble', 'web', '--frozen', '--out', 'other']);
          expect([run.exitCode, run.stderr]).toEqual([69, expect.stringContaining(message)]);
          expect(existsSync(join(place.folder, 'other'))).toBe(false);
        },
      );
    const blobs = join(place.cache, 'moby-compose/blobs/sha256');
    const segment = initrdBlobOf(place, 'redis');
    await tampered(join(blobs, segment), flip, async () => {
      const run = await place.run(['assemble', 'web', '--frozen', '--out', 'other']);
      expect([run.exitCode, run.stderr]).toEqual([
        74,
        expect.stringMatching(/the part redis 8\.0\.2\+r1 of initrd\.img: `.*` has other bytes than its name says/),
      ]);
      expect(existsSync(join(place.folder, 'other'))).toBe(false);
    });
    const { sha256 } =
      /"sha256": "(?<sha256>[0-9a-f]{64})"/.exec(readFileSync(join(library, 'components/redis/8.0/package.json'), 'utf8'))?.groups ?? {};
    const payload = await tampered(join(blobs, sha256 ?? ''), flip, () => verify(place, 'web', '--offline'));
    expect([payload.exitCode, wrongOf(payload)]).toEqual([1, [expect.stringContaining('payload of redis@8.0.2+r1 for linux/amd64: ')]]);
    await tampered(join(blobs, sha256 ?? ''), flip, async () => {
      // Nothing is remembered of payloads: they are opened anew.
      rmSync(join(place.cache, 'moby-compose/memory'), { recursive: true });
      const run = await place.run(['assemble', 'web', '--frozen', '--out', 'other']);
      expect([run.exitCode, run.stderr]).toEqual([
        74,
        expect.stringMatching(/the payload of redis 8\.0\.2\+r1: `.*` has other bytes than its name says/),
      ]);
    });
    const online = await tampered(
      cases[0]?.[0] ?? '',
      (bytes) => flip(bytes),
      () => place.run(['assemble', 'web']),
    );
    expect([online.exitCode, online.stderr]).toEqual([
      0,
      expect.stringContaining(`package \`${id}\` has other bytes than were kept, and is made anew`),
    ]);
  });
});

test('another key than the known one is an error, until somebody says that it is theirs', async () => {
  const place = empty();
  const keyid = await registryKeyid();
  const stranger = publicKeysOf([readSigningKey(makeSigningKey(), 'another')]);
  const known = { [`${server.url}/`]: stranger };
  put(trustFile(place), JSON.stringify({ trust: 1, registries: known, owners: { '@moby/redis': stranger } }));
  const run = await place.run(['resolve', 'web']);
  expect([run.exitCode, run.stderr]).toEqual([
    74,
    expect.stringContaining(`is signed by ${keyid}, and the registry ${server.url}/ had other keys before: ${stranger.keys[0]?.keyid}`),
  ]);
  expect(run.stderr).toContain(`--trust-key ${keyid}\n`);
  const told = await verify(place, id);
  expect([told.exitCode, wrongOf(told)]).toEqual([
    1,
    [
      expect.stringContaining(`registry signature of ${id}: ${id} is signed by ${keyid}`),
      expect.stringContaining(`publisher's statement of ${id}: the signed statement of ${id} is by ${ownersKeyid}, and its owners sign by`),
    ],
  ]);
  expect(await verify(place, id, '--trust-key', keyid, '--trust-key', ownersKeyid)).toMatchObject({ exitCode: 0 });
  expect(await verify(place, id)).toMatchObject({ exitCode: 0 });
});

test('the keys of a project’s OWNERS.yaml count alone', async () => {
  const place = empty();
  const stranger = publicKeysOf([readSigningKey(makeSigningKey(), 'another')]).keys[0];
  put(join(place.folder, 'components/redis/OWNERS.yaml'), owners(stranger?.key ?? ''));
  const told = await verify(place, id);
  expect([told.exitCode, wrongOf(told)]).toEqual([1, [expect.stringContaining('who that is stands in components/redis/OWNERS.yaml')]]);
});

test('what is named and not there, or has no registry, is said', async () => {
  const place = empty();
  const unknown = await place.run(['verify', 'redis@8.0.2+r9']);
  expect([unknown.exitCode, unknown.stderr]).toEqual([
    1,
    expect.stringContaining('@moby/redis@8.0.209 can’t be verified'.replace('’', "'")),
  ]);
  const nowhere = await runCli(['verify', id], { cwd: place.folder, env: { ...place.env, NPM_CONFIG_USERCONFIG: undefined } });
  expect([nowhere.exitCode, nowhere.stderr]).toEqual([2, expect.stringContaining('no registry is named for @moby')]);
});

test('who offers a capability comes from the signed catalogue, and from no other', async () => {
  const place = empty();
  const yaml = join(place.folder, 'assemblies/web/assembly.yaml');
  writeFileSync(yaml, readFileSync(yaml, 'utf8').replace(/^defaults:.*\n/m, ''));
  rmSync(join(place.folder, 'assemblies/web/assembly.lock.json'));
  const exported = join(place.folder, 'public');
  const signed = ['registry', 'export', exported, '--key', join(root, 'home/.config/moby-compose/signing-key.pem')];
  expect(await runCli(signed, { cwd: library, env: place.env })).toMatchObject({ exitCode: 0 });
  const resolve = (): Promise<CliRun> =>
    runCli(['resolve', 'web', '--registry', `file://${exported}/`], {
      cwd: place.folder,
      env: { ...place.env, NPM_CONFIG_USERCONFIG: undefined },
    });
  expect(await resolve()).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('crun') });
  const index = join(exported, '-/moby/v1/index');
  const refused = await tampered(
    index,
    inJson((json) => (json.components['@moby/crun'].provides = [])),
    resolve,
  );
  expect([refused.exitCode, refused.stderr]).toEqual([
    74,
    expect.stringContaining(`the catalogue of the registry file://${exported}/ has another content`),
  ]);
  const unsigned = await tampered(
    index,
    inJson((json) => delete json.signed),
    resolve,
  );
  expect([unsigned.exitCode, unsigned.stderr]).toEqual([74, expect.stringContaining('is not signed, and its registry signs')]);
});
