import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeMachine, expectGolden, scratchFolder, startCli, startFakeOciRegistry, type FakeOciRegistry } from '@moby/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { component } from './component-spec.ts';
import { startDockerRegistry, startLine } from './docker-registry.ts';
import { sharedWorld, transcript, type Visit } from './world.ts';

const world = sharedWorld();
const big = 40_000_000;

interface Told {
  readonly payloads: readonly {
    readonly name: string;
    readonly tag: string;
    readonly state: string;
    readonly digest: string;
    readonly sizeBytes: number;
  }[];
  readonly findings: readonly { readonly code: string; readonly message: string }[];
}

interface Artifact {
  readonly files: readonly { readonly name: string; readonly digest: string }[];
}

const downloads = (): number => world.server.requests.filter((request) => request.includes('/pool/')).length;

async function mirrored(place: Visit, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Told> {
  const run = await place.run(['component', 'mirror', ...args, '--json'], { env });
  expect(run.exitCode, run.stdout + run.stderr).toBe(0);
  return JSON.parse(run.stdout);
}

/** Assembles on a machine with an empty store; what was made, and how many packages were downloaded for it. */
async function assembled(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly artifact: Artifact; readonly downloaded: number; readonly stderr: string }> {
  const place = world.visit();
  const before = downloads();
  const run = await place.run(['assemble', 'web', ...args], { env });
  expect(run.exitCode, run.stderr).toBe(0);
  const artifact: Artifact = JSON.parse(readFileSync(join(place.folder, 'out/web/linux-amd64/artifact.json'), 'utf8'));
  return { artifact, downloaded: downloads() - before, stderr: run.stderr };
}

async function fake(...auth: Parameters<typeof startFakeOciRegistry>): Promise<FakeOciRegistry> {
  const registry = await startFakeOciRegistry(...auth);
  onTestFinished(() => registry.close());
  return registry;
}

/** A component whose payload is sent in more than one piece. */
async function addBig(place: Visit): Promise<void> {
  const spec = {
    name: 'big',
    line: '1.0',
    version: '1.0.1',
    upstream: '1.0.0',
    kind: 'library',
    sources: [{ kind: 'files' }],
    files: { 'usr/share/big': 'x' },
  };
  for (const [path, contents] of Object.entries(component(spec))) place.write(`components/${path}`, contents);
  writeFileSync(join(place.folder, 'components/big/1.0/files/usr/share/big'), randomBytes(big));
  expect((await place.run(['component', 'build', 'big'])).exitCode).toBe(0);
}

describe('component mirror', () => {
  test('pushes what is not there, and says the same again', async () => {
    const registry = await fake();
    const place = world.visit();
    const args = ['component', 'mirror', 'redis', 'crun', '--to', `oci://${registry.host}/moby/payloads`];
    const text = async (): Promise<string> => transcript(args, await place.run(args), world, place);
    expectGolden('component-mirror.txt', `${await text()}\n${await text()}`);
    const manifest: unknown = JSON.parse(registry.manifests.get('moby/payloads:redis-8.0.2_r1-linux-amd64')?.toString() ?? '');
    const redis = JSON.parse(readFileSync(join(place.folder, 'components/redis/8.0/package.json'), 'utf8')).component.payload.platforms[
      'linux/amd64'
    ];
    expect(manifest).toEqual({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      artifactType: 'application/vnd.moby-compose.payload.v1+tar',
      config: {
        mediaType: 'application/vnd.oci.empty.v1+json',
        digest: 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
        size: 2,
      },
      layers: [{ mediaType: 'application/vnd.moby-compose.payload.v1+tar', digest: redis.digest, size: redis.size }],
      annotations: {
        'org.opencontainers.image.title': 'redis',
        'org.opencontainers.image.version': '8.0.2+r1',
        'vnd.moby-compose.platform': 'linux/amd64',
      },
    });
  });

  test('derives nothing that is there, and mends a tag that was moved', async () => {
    const registry = await fake();
    const to = ['redis', '--to', `oci://${registry.host}/moby/payloads`];
    await mirrored(world.visit(), to);
    const tag = 'moby/payloads:redis-8.0.2_r1-linux-amd64';
    const right = registry.manifests.get(tag);
    registry.manifests.set(tag, Buffer.from('{}'));
    const before = downloads();
    expect((await mirrored(world.visit(), to)).payloads.map(({ state }) => state)).toEqual(['there']);
    expect(registry.manifests.get(tag)).toEqual(right);
    expect(downloads()).toBe(before);
  });

  test('leaves a payload that can’t be made, and does the others', async () => {
    const registry = await fake();
    const place = world.visit();
    const file = join(place.folder, 'components/crun/1.21/files/usr/bin/crun');
    writeFileSync(file, 'changed');
    const run = await place.run(['component', 'mirror', 'crun', 'redis', '--to', `oci://${registry.host}/moby/payloads`, '--json']);
    expect(run.exitCode).toBe(1);
    const told: Told = JSON.parse(run.stdout);
    expect(told.payloads.map(({ name }) => name)).toEqual(['redis']);
    expect(told.findings).toEqual([expect.objectContaining({ code: 'wrong-digest' })]);
  });

  test('goes on with a large payload after it was killed, and after the line was cut', async () => {
    const registry = await fake();
    const line = await startLine(registry.host);
    const place = world.visit();
    await addBig(place);
    const args = ['component', 'mirror', 'big', '--to', `oci://${line.host}/moby/payloads`];
    const held = line.disturb('hold', { bytes: 20_000_000 });
    const running = startCli(args, { cwd: place.folder, env: place.env });
    await held;
    running.kill('SIGKILL');
    await running.ended;
    const sent = line.sent();
    const cut = line.disturb('cut', { bytes: 5_000_000 });
    const [told] = await Promise.all([mirrored(place, args.slice(2)), cut]);
    expect(told.payloads.map(({ state }) => state)).toEqual(['pushed']);
    expect(registry.blobs.get(told.payloads[0]?.digest ?? '')?.length).toBe(told.payloads[0]?.sizeBytes);
    // The first piece was whole when it was killed, and is not sent again, although of what was cut all was lost.
    expect(line.sent() - sent).toBeLessThan(big);
  });

  test.each([
    ['https://registry.example/x', 2, 'usage'],
    ['oci://127.0.0.1:1/x', 69, 'network'],
  ])('to %s ends with exit code %i', async (to, exitCode, code) => {
    const run = await world.visit().run(['component', 'mirror', 'crun', '--to', to, '--json']);
    expect(run.exitCode).toBe(exitCode);
    expect(JSON.parse(run.stdout)).toMatchObject({ error: { code } });
  });

  test('needs somewhere to push to, and who pushes needs a password', async () => {
    const place = world.visit();
    expect((await place.run(['component', 'mirror'])).exitCode).toBe(2);
    expect((await place.run(['component', 'mirror', '--to', 'oci://localhost:1/x', '--username', 'ada'])).exitCode).toBe(2);
  });
});

describe('assemble --blob-mirror', () => {
  /** A registry with all payloads of the library. */
  async function filled(): Promise<FakeOciRegistry> {
    const registry = await fake();
    await mirrored(world.visit(), ['--to', `oci://${registry.host}/moby/payloads`]);
    return registry;
  }

  test('gives the very same artifact, and downloads no package', async () => {
    const registry = await filled();
    const derived = await assembled([]);
    expect(derived.downloaded).toBeGreaterThan(0);
    const mirror = `oci://${registry.host}/moby/payloads`;
    const asked = [
      { args: ['--blob-mirror', mirror], env: {} },
      { args: [], env: { MOBY_COMPOSE_BLOB_MIRROR: `oci://127.0.0.1:1/x, ${mirror}` } },
    ];
    for (const { args, env } of asked) {
      const fromMirror = await assembled(args, env);
      expect(fromMirror.downloaded).toBe(0);
      expect(fromMirror.artifact).toEqual(derived.artifact);
    }
  });

  test('refuses wrong bytes, says whose, and takes the packages', async () => {
    const registry = await filled();
    const derived = await assembled([]);
    registry.faults.push({ method: 'GET', path: '/blobs/', times: 1, does: { kind: 'flip', at: 600 } });
    const tampered = await assembled(['--blob-mirror', `oci://${registry.host}/moby/payloads`]);
    expect(tampered.artifact).toEqual(derived.artifact);
    expect(tampered.downloaded).toBe(1);
    expect(tampered.stderr).toMatch(
      /warning\[mirror-corrupt\]: oci:\/\/127\.0\.0\.1:[0-9]+\/moby\/payloads has other bytes than sha256:[0-9a-f]{64}, the payload of \S+ \S+: got sha256:/,
    );
  });

  test('takes the next mirror where one has wrong bytes', async () => {
    const [bad, good] = [await filled(), await filled()];
    bad.faults.push({ method: 'GET', path: '/blobs/', does: { kind: 'endless' } });
    const both = await assembled([bad, good].flatMap(({ host }) => ['--blob-mirror', `oci://${host}/moby/payloads`]));
    expect(both.downloaded).toBe(0);
    expect(both.stderr).toContain('warning[mirror-corrupt]');
  });

  test('warns once of a mirror that is down or denies, and goes on without it', async () => {
    const derived = await assembled([]);
    const closed = await fake({ kind: 'basic', username: 'ada', password: 'x' });
    const broken = await filled();
    broken.faults.push({ method: 'GET', path: '/blobs/', does: { kind: 'status', status: 500 } });
    for (const host of ['127.0.0.1:1', closed.host, broken.host]) {
      const without = await assembled(['--blob-mirror', `oci://${host}/moby/payloads`]);
      expect(without.artifact).toEqual(derived.artifact);
      expect(without.stderr.match(/warning\[mirror-left\]/g)).toHaveLength(1);
    }
  });

  test('has the payload of a package that every archive has dropped', async () => {
    const registry = await filled();
    const derived = await assembled([]);
    world.server.setFaults([{ path: '/pool/', kind: 'status', status: 404 }]);
    onTestFinished(() => world.server.setFaults([]));
    const fromMirror = await assembled(['--blob-mirror', `oci://${registry.host}/moby/payloads`]);
    expect(fromMirror.artifact).toEqual(derived.artifact);
    expect(fromMirror.downloaded).toBe(0);
  });

  test('asks nobody offline, and refuses what is no address', async () => {
    const registry = await filled();
    const place = world.visit();
    const before = registry.requests.length;
    const offline = await place.run(['assemble', 'web', '--offline', '--blob-mirror', `oci://${registry.host}/moby/payloads`]);
    expect(offline.exitCode).toBe(69);
    expect(registry.requests.length).toBe(before);
    expect((await place.run(['assemble', 'web', '--blob-mirror', registry.url])).exitCode).toBe(2);
  });
});

describeMachine(
  'docker-registry with tokens',
  () => {
    test('keeps payloads, also when its garbage is collected, and gives them to who may read', async () => {
      const registry = await startDockerRegistry(scratchFolder());
      const env = { DOCKER_CONFIG: registry.dockerConfig };
      const to = ['--to', `oci://${registry.host}/moby/payloads`];
      const place = world.visit();
      const first = await mirrored(place, to, env);
      expect(new Set(first.payloads.map(({ state }) => state))).toEqual(new Set(['pushed']));
      expect(registry.granted).toContain('ada repository:moby/payloads:pull,push');
      const again = await mirrored(place, to, env);
      expect(new Set(again.payloads.map(({ state }) => state))).toEqual(new Set(['there']));
      const moved = await mirrored(place, ['--to', `oci://${registry.host}/moby/other`, '--mount-from', 'moby/payloads'], env);
      expect(new Set(moved.payloads.map(({ state }) => state))).toEqual(new Set(['mounted']));
      expect(await registry.collectGarbage()).toContain('0 blobs and 0 manifests eligible for deletion');
      const derived = await assembled([]);
      const fromMirror = await assembled(['--blob-mirror', `oci://${registry.host}/moby/payloads`], env);
      expect(fromMirror.artifact).toEqual(derived.artifact);
      expect(fromMirror.downloaded).toBe(0);
    });

    test('denies whoever has no password or a wrong one, and says so', async () => {
      const registry = await startDockerRegistry(scratchFolder());
      const args = ['component', 'mirror', 'crun', '--to', `oci://${registry.host}/moby/payloads`, '--json'];
      for (const env of [
        { DOCKER_CONFIG: scratchFolder() },
        { MOBY_COMPOSE_MIRROR_USERNAME: 'ada', MOBY_COMPOSE_MIRROR_PASSWORD: 'guess' },
      ]) {
        const run = await world.visit().run(args, { env });
        expect(run.exitCode).toBe(69);
        expect(JSON.parse(run.stdout)).toMatchObject({ error: { code: 'denied' } });
        expect(run.stdout + run.stderr).not.toContain('guess');
      }
    });

    test('gets a large payload from a process that goes on after one that was killed, and whole over a line that is cut', async () => {
      const registry = await startDockerRegistry(scratchFolder());
      const line = await startLine(registry.host);
      const place = world.visit();
      const env = { MOBY_COMPOSE_MIRROR_USERNAME: 'ada', MOBY_COMPOSE_MIRROR_PASSWORD: 'l0ve:lace' };
      await addBig(place);
      const args = ['component', 'mirror', 'big', '--to', `oci://${line.host}/moby/payloads`];
      const held = line.disturb('hold', { patch: 2 });
      const running = startCli(args, { cwd: place.folder, env: { ...place.env, ...env } });
      await held;
      running.kill('SIGKILL');
      await running.ended;
      const sent = line.sent();
      const [told] = (await mirrored(place, args.slice(2), env)).payloads;
      expect(told?.state).toBe('pushed');
      // What the killed process had sent may still arrive; all of it again would be more than all.
      expect(line.sent() - sent).toBeLessThan(big);
      const cut = line.disturb('cut', { bytes: 20_000_000 });
      const elsewhere = ['big', '--to', `oci://${line.host}/moby/elsewhere`];
      const [again] = await Promise.all([mirrored(place, elsewhere, env), cut]);
      expect(again.payloads.map(({ state }) => state)).toEqual(['pushed']);
      rmSync(place.cache, { recursive: true });
      rmSync(join(place.folder, 'components/big/1.0/files'), { recursive: true });
      expect((await mirrored(place, args.slice(2), env)).payloads.map(({ state }) => state)).toEqual(['there']);
    });
  },
  ['docker-registry', 'openssl'],
);
