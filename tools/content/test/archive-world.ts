import { join } from 'node:path';
import { type DebianLocation, type Http, type HttpOptions, openContentStore, openHttp } from '@moby/content';
import { type ContentStore, type DebSource, Failure } from '@moby/model';
import {
  type ArchiveSpec,
  type DebianArchive,
  type FaultyServer,
  makeDebianArchive,
  type PublishedPackage,
  scratchFolder,
  startFaultyServer,
} from '@moby/testkit';
import { onTestFinished } from 'vitest';

export interface World {
  readonly archive: DebianArchive;
  readonly server: FaultyServer;
  readonly published: readonly PublishedPackage[];
  readonly locations: readonly DebianLocation[];
  readonly http: Http;
  readonly store: ContentStore;
  /** Pauses that were asked for, in ms; none is waited for. */
  readonly pauses: readonly number[];
  readonly delay: (ms: number) => Promise<void>;
}

export const plainSpec: ArchiveSpec = {
  suites: {
    trixie: {
      packages: [
        { package: 'redis-tools', version: '5:8.0.2-3', source: 'redis', depends: 'libc6 (>= 2.38), adduser | sysusers' },
        { package: 'libc6', version: '2.41-12', source: 'glibc', compression: 'zst' },
      ],
    },
  },
};

/** An archive with a server, two locations of it, and an empty store; all gone when the test has ended. */
export async function makeWorld(spec: ArchiveSpec = plainSpec, options: HttpOptions = {}): Promise<World> {
  const folder = scratchFolder();
  const archive = await makeDebianArchive(join(folder, 'debian'), spec);
  const published = await archive.publish(spec);
  const server = await startFaultyServer(folder);
  const http = openHttp({ silenceMs: 1000, ...options });
  onTestFinished(async () => {
    http.close();
    await server.close();
  });
  const pauses: number[] = [];
  return {
    archive,
    server,
    published,
    locations: ['debian', 'debian-security'].map((name) => ({ url: `${server.url}/${name}`, origin: '--debian-mirror' })),
    http,
    store: openContentStore(join(folder, 'store')),
    pauses,
    delay: (ms) => {
      pauses.push(ms);
      return Promise.resolve();
    },
  };
}

export function pinOf(world: World, name: string): DebSource {
  const found = world.published.find((entry) => entry.package === name);
  if (found === undefined) throw new Error(`no package ${name}`);
  const { version, path, sha256, size } = found;
  return { kind: 'deb', package: name, suite: found.suite, version, path, sha256, size, source: name, sourceVersion: version, keep: [] };
}

export async function failureOf(work: Promise<unknown>): Promise<Failure> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Failure)) throw error instanceof Error ? error : new Error(`no failure: ${String(error)}`);
  return error;
}

/** As the program prints it, with the server's address and sums that change with each run made constant. */
export function textOf(failure: Failure, world: World): string {
  const hints = failure.hints.map((hint) => `\n  hint: ${hint}`).join('');
  let text = `error[${failure.code}]: ${failure.message}${hints}\n`.replaceAll(world.server.url, 'http://HOST');
  for (const { sha256, package: name } of world.published) text = text.replaceAll(sha256, `<sha256 of ${name}>`);
  return text.replace(/[0-9a-f]{64}/g, '<sha256>');
}
