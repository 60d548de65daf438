import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pinnedNode, scratchFolder } from '@moby/testkit';

export interface Said {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const require = createRequire(import.meta.url);
const maxMs = 60_000;

/** A stock client with a home of its own, to which nothing else is known than one registry. */
export interface StockClient {
  /** Where it works: a project. */
  readonly folder: string;
  run(...args: readonly string[]): Promise<Said>;
}

export type Program = 'npm' | 'pnpm' | 'yarn';

export interface ClientOptions {
  readonly registry: string;
  readonly token?: string;
  /** Where its folders are made; by default in some that go with the test. */
  readonly below?: string;
}

export function stockClient(program: Program, { registry, token, below }: ClientOptions): StockClient {
  const makeFolder = (): string => (below === undefined ? scratchFolder() : mkdtempSync(join(below, 'client-')));
  const [home, folder] = [makeFolder(), makeFolder()];
  const host = registry.replace(/^http:/, '').replace(/\/?$/, '/');
  const npmrc = [
    `registry=${registry}`,
    `@moby:registry=${registry}`,
    ...(token === undefined ? [] : [`${host}:_authToken=${token}`]),
    'update-notifier=false',
    'fund=false',
  ];
  writeFileSync(join(home, '.npmrc'), `${npmrc.join('\n')}\n`);
  // What was published a moment ago counts, and what fails is not tried for minutes.
  if (program === 'pnpm') writeFileSync(join(folder, 'pnpm-workspace.yaml'), 'minimumReleaseAge: 0\nfetchRetries: 0\n');
  const [node, ...args] = commandOf(program);
  const env = {
    PATH: `${dirname(pinnedNode())}:/usr/bin:/bin`,
    HOME: home,
    XDG_CACHE_HOME: join(home, 'cache'),
    XDG_DATA_HOME: join(home, 'data'),
    XDG_STATE_HOME: join(home, 'state'),
    XDG_CONFIG_HOME: join(home, 'config'),
    npm_config_userconfig: join(home, '.npmrc'),
    npm_config_globalconfig: join(home, 'globalrc'),
    npm_config_cache: join(home, 'npm-cache'),
    CI: 'true',
    // Whoever asks elsewhere fails at once.
    http_proxy: 'http://127.0.0.1:9',
    https_proxy: 'http://127.0.0.1:9',
    no_proxy: '127.0.0.1',
  };
  return { folder, run: (...more) => run(node ?? '', [...args, ...more], { folder, env }) };
}

function commandOf(program: Program): readonly string[] {
  if (program === 'pnpm') return [pnpmBinary()];
  if (program === 'npm') return [pinnedNode(), join(dirname(require.resolve('npm/package.json')), 'bin/npm-cli.js')];
  return [pinnedNode(), join(dirname(require.resolve('yarn/package.json')), 'bin/yarn.js')];
}

/** pnpm is a program of its own; its package only finds it. */
function pnpmBinary(): string {
  const manifest = createRequire(require.resolve('pnpm/package.json')).resolve(`@pnpm/exe.linux-${process.arch}/package.json`);
  const binary = join(dirname(manifest), 'pnpm');
  if (!existsSync(binary)) throw new Error(`${binary} is missing`);
  return binary;
}

interface RunOptions {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

function run(command: string, args: readonly string[], { folder, env }: RunOptions): Promise<Said> {
  mkdirSync(folder, { recursive: true });
  const child = spawn(command, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: maxMs, killSignal: 'SIGKILL' });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (stdout += piece));
  child.stderr.setEncoding('utf8').on('data', (piece: string) => (stderr += piece));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}
