import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  type ArchiveSpec,
  type CliOptions,
  type CliRun,
  type DebianArchive,
  type FaultyServer,
  kernelPackages,
  makeDebianArchive,
  normalise,
  removeFolder,
  runCli,
  scratchFolder,
  startFaultyServer,
  temporaryFolder,
} from '@moby/testkit';
import { afterAll, beforeAll } from 'vitest';
import { component, owners, type ComponentSpec } from './component-spec.ts';

/** A small library of components, pinned and built by the program itself against an archive of its own; no network. */
export interface World {
  readonly folder: string;
  readonly archive: DebianArchive;
  readonly server: FaultyServer;
  /** A copy of the library for one test, with an empty store. */
  visit(): Visit;
}

interface OwnWorld extends World {
  close(): Promise<void>;
}

export interface Visit {
  /** The library: `components/` and `assemblies/`. */
  readonly folder: string;
  readonly cache: string;
  write(path: string, text: string): void;
  run(args: readonly string[], options?: CliOptions): Promise<CliRun>;
  readonly env: Readonly<Record<string, string>>;
}

const text = (content: string, mode = 0o644): { readonly content: string; readonly mode: number } => ({ content, mode });

export const archiveSpec: ArchiveSpec = {
  suites: {
    'bookworm-security': { packages: [] },
    'trixie-security': { packages: [] },
    bookworm: { packages: [library('libc6', '2.36-9', 'glibc')] },
    trixie: {
      packages: [
        ...kernelPackages('linux-image-tiny', '6.12.1-tiny', '6.12.1-1'),
        library('libc6', '2.41-12', 'glibc'),
        {
          package: 'redis-tools',
          version: '5:8.0.2-3',
          source: 'redis',
          files: [
            ...['usr', 'usr/bin', 'usr/share', 'usr/share/doc', 'usr/share/doc/redis-tools'].map((path) => ({
              path,
              kind: 'directory' as const,
            })),
            { path: 'usr/bin/redis-server', ...text('pretends to be a server\n', 0o755) },
            { path: 'usr/share/doc/redis-tools/copyright', ...text('BSD-3-Clause\n') },
          ],
        },
      ],
    },
  },
};

function library(name: string, version: string, source: string): ArchiveSpec['suites'][string]['packages'][number] {
  const folders = ['usr', 'usr/lib', 'usr/share', 'usr/share/doc', `usr/share/doc/${name}`];
  return {
    package: name,
    version,
    source,
    files: [
      ...folders.map((path) => ({ path, kind: 'directory' as const })),
      { path: `usr/lib/${name}.data`, ...text(`${source} ${version}\n`.repeat(2000)) },
      { path: `usr/share/doc/${name}/copyright`, ...text('LGPL-2.1\n') },
    ],
  };
}

const deb = (name: string, suite: string, keep: readonly string[], more: object = {}): object => ({
  kind: 'deb',
  package: name,
  suite,
  ...more,
  keep: [...keep, 'usr/share/doc/*/copyright'],
});

const components: readonly ComponentSpec[] = [
  {
    name: 'linux',
    line: '6.12',
    version: '6.12.101',
    upstream: '6.12.1',
    kind: 'kernel',
    manifest: { provides: { 'kernel:linux': '6.12.1' }, exclusive: ['slot:kernel'] },
    sources: [deb('linux-image-6.12.1-tiny', 'trixie', ['boot/vmlinuz-*', 'usr/lib/modules/**'], { follows: 'linux-image-tiny' })],
  },
  {
    name: 'init',
    line: '1',
    version: '1.0.1',
    upstream: '1.0.0',
    kind: 'init',
    manifest: {
      provides: { 'init:moby': '1.0.0' },
      requires: { 'runtime:oci': '>=1.0.0' },
      exclusive: ['slot:init'],
      kernel: { modules: ['overlay'] },
    },
    sources: [{ kind: 'files', executable: ['init'] }],
    payload: { directories: { dev: '0755', proc: '0755', run: '0755', sys: '0755' } },
    files: { init: 'the first program\n' },
  },
  {
    name: 'crun',
    line: '1.21',
    version: '1.21.1',
    upstream: '1.21',
    kind: 'runtime',
    manifest: { provides: { 'runtime:oci': '1.2.0' }, runtime: { program: '/usr/bin/crun' } },
    sources: [{ kind: 'files', executable: ['usr/bin/*'] }],
    files: { 'usr/bin/crun': 'pretends to be a runtime\n' },
  },
  {
    name: 'runc',
    line: '1.1',
    version: '1.1.101',
    upstream: '1.1.1',
    kind: 'runtime',
    manifest: { provides: { 'runtime:oci': '1.1.0' }, runtime: { program: '/usr/bin/runc' } },
    sources: [{ kind: 'files', executable: ['usr/bin/*'] }],
    files: { 'usr/bin/runc': 'pretends to be another runtime\n' },
  },
  {
    name: 'glibc',
    line: '2.36',
    version: '2.36.1',
    upstream: '2.36',
    kind: 'library',
    sources: [deb('libc6', 'bookworm', ['usr/lib/**'])],
  },
  { name: 'glibc', line: '2.41', version: '2.41.1', upstream: '2.41', kind: 'library', sources: [deb('libc6', 'trixie', ['usr/lib/**'])] },
  {
    name: 'redis',
    line: '8.0',
    version: '8.0.201',
    upstream: '8.0.2',
    kind: 'service',
    manifest: { requires: { glibc: '>=2.38' }, service: { args: ['/usr/bin/redis-server'], ports: [6379], ready: { tcp: 6379 } } },
    sources: [deb('redis-tools', 'trixie', ['usr/bin/redis-server'])],
  },
];

export const webAssembly = `name: web
version: 1.0.0
description: one service, for tests
kernel: { component: linux@^6.12 }
init: init@^1
defaults: { "runtime:oci": crun }
services:
  - component: redis@^8
    ports: ["6379:6379"]
budget: { size: 1MB }
expect:
  - tcp: 6379
    receive: "+PONG"
    within: 10s
`;

/** The world of a file of tests: made before the first, gone after the last. */
export function sharedWorld(): World {
  let made: OwnWorld | undefined;
  const own = (): OwnWorld => {
    if (made === undefined) throw new Error('the world is there while tests run');
    return made;
  };
  beforeAll(async () => (made = await makeWorld()), makeLimitMs);
  afterAll(() => made?.close());
  return {
    get folder() {
      return own().folder;
    },
    get archive() {
      return own().archive;
    },
    get server() {
      return own().server;
    },
    visit: () => own().visit(),
  };
}

const makeLimitMs = 120_000;

async function makeWorld(): Promise<OwnWorld> {
  const folder = temporaryFolder();
  const archive = await makeDebianArchive(join(folder, 'debian'), archiveSpec);
  const server = await startFaultyServer(folder);
  const keys = join(folder, 'keys.asc');
  writeFileSync(keys, archive.publicKey);
  const made = join(folder, 'library');
  for (const spec of components)
    for (const [path, contents] of Object.entries(component(spec))) put(join(made, 'components', path), contents);
  for (const name of new Set(components.map((spec) => spec.name)))
    for (const [path, contents] of Object.entries(owners(name))) put(join(made, 'components', path), contents);
  put(join(made, 'assemblies/web/assembly.yaml'), webAssembly);
  const envOf = (cache: string): Readonly<Record<string, string>> => ({
    XDG_CACHE_HOME: cache,
    MOBY_COMPOSE_ARCHIVE_KEYS: keys,
    MOBY_COMPOSE_DEBIAN_MIRROR: `${server.url}/debian`,
    MOBY_COMPOSE_APT_FOLDER: join(folder, 'no-apt'),
  });
  const built = await runCli(['component', 'update'], { cwd: made, env: envOf(join(folder, 'cache')) });
  if (built.exitCode !== 0) throw new Error(`the library can't be built:\n${built.stdout}\n${built.stderr}`);
  return { folder, archive, server, visit: () => visit(made, envOf), close: () => server.close().then(() => removeFolder(folder)) };
}

function visit(made: string, envOf: (cache: string) => Readonly<Record<string, string>>): Visit {
  const scratch = scratchFolder();
  const folder = join(scratch, 'library');
  cpSync(made, folder, { recursive: true });
  const cache = join(scratch, 'cache');
  const env = envOf(cache);
  return {
    folder,
    cache,
    env,
    write: (path, contents) => put(join(folder, path), contents),
    run: (args, options = {}) => runCli(args, { ...options, cwd: options.cwd ?? folder, env: { ...env, ...options.env } }),
  };
}

export function put(path: string, contents: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents);
}

/** A run as a golden file shows it: what was typed, how it ended, what came on either stream. */
export function transcript(args: readonly string[], run: CliRun, world: World, place: Visit): string {
  const told = args[0] === 'assemble' ? withoutHeartbeats(run.stderr) : withoutSteps(run.stderr);
  const body = `$ moby-compose ${args.join(' ')}\n${section('stdout', run.stdout)}${section('stderr', told)}exit ${run.exitCode ?? run.signal}\n`;
  return normalise(body, {
    folder: place.folder,
    places: { [place.cache]: '<cache>', [world.folder]: '<world>', [world.server.url]: '<mirror>' },
  });
}

const stepLine =
  /^ {2}(?:resolve|check|fetch|derive|build|update|boot|verify|doctor|mirror|push|prepare|publish|pack|page|seed|registry|login)\b.*\n/gm;
/** The time at the end of a finished step stands behind this column. */
const finishedLength = 70;

/** A slow machine says more often than a fast one that a step goes on. */
function withoutHeartbeats(stderr: string): string {
  return stderr.replace(stepLine, (line) => (line.length > finishedLength ? line : ''));
}

/** Commands whose result is something else tell of steps only where these take long. */
function withoutSteps(stderr: string): string {
  return stderr.replace(stepLine, '');
}

function section(name: string, content: string): string {
  return content === '' ? '' : `--- ${name}\n${content.endsWith('\n') ? content : `${content}\n`}---\n`;
}
