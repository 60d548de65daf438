import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout that the tests run in. */
export const checkout: string = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');

export interface CliOptions {
  /** The working folder; the checkout by default. */
  readonly cwd?: string;
  /** On top of this process's environment, cleaned of what the test runner put in; undefined takes a variable out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What the program reads; nothing by default. */
  readonly stdin?: string;
  /** After this time the program is killed and the run is an error; 2 minutes by default. */
  readonly timeoutMs?: number;
}

export interface CliRun {
  readonly stdout: string;
  readonly stderr: string;
  /** The exit code; undefined where a signal ended the program. */
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
}

/** A program that still runs. */
export interface RunningCli {
  readonly pid: number;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Resolves when stdout or stderr matches; throws with both when the program ends before. */
  readonly seen: (pattern: RegExp) => Promise<void>;
  readonly ended: Promise<CliRun>;
}

/** Runs the real `moby-compose` to its end. Throws only where it can't be started or takes too long. */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliRun> {
  return startCli(args, options).ended;
}

/** Starts the real `moby-compose`: the pinned Node on the program's own entry, with pipes. */
export function startCli(args: readonly string[], options: CliOptions = {}): RunningCli {
  const child = spawn(pinnedNode(), [join(checkout, 'tools/cli/bin/run.js'), ...args], {
    cwd: options.cwd ?? checkout,
    env: environment(options.env ?? {}),
    stdio: 'pipe',
  });
  const text = { stdout: '', stderr: '' };
  const waiting = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk;
      for (const look of waiting) look();
    });
  }
  child.stdin.on('error', () => undefined); // a program that ends without reading is no error
  child.stdin.end(options.stdin ?? '');
  const ended = endOf(child, text, { args, timeoutMs: options.timeoutMs ?? 120_000 });
  const seen = (pattern: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (!pattern.test(text.stdout) && !pattern.test(text.stderr)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
      ended.then(() => reject(new Error(`ended before ${String(pattern)} was seen${both(text)}`)), reject);
    });
  return { pid: child.pid ?? 0, stdout: () => text.stdout, stderr: () => text.stderr, kill: (signal) => child.kill(signal), seen, ended };
}

interface Text {
  readonly stdout: string;
  readonly stderr: string;
}

function endOf(
  child: ReturnType<typeof spawn>,
  text: Text,
  { args, timeoutMs }: { readonly args: readonly string[]; readonly timeoutMs: number },
): Promise<CliRun> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`\`moby-compose ${args.join(' ')}\` did not end within ${timeoutMs} ms${both(text)}`));
    }, timeoutMs);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ stdout: text.stdout, stderr: text.stderr, exitCode: code ?? undefined, signal: signal ?? undefined });
    });
  });
}

function both(text: Text): string {
  return `\nstdout:\n${text.stdout}\nstderr:\n${text.stderr}`;
}

/**
 * Where Node keeps what it has compiled of the program, for all programs that tests start. Most of them have a cache of their own, which
 * is empty, and would spend more time on compiling the program than on running it.
 */
export const compileCache: string = join(checkout, 'node_modules/.cache/compile');

/** Node as users get it with the dependencies; this process's own where the platform has none. */
export function pinnedNode(): string {
  try {
    const manifest = createRequire(import.meta.url).resolve(`node-${process.platform}-${process.arch}/package.json`);
    const node = join(dirname(manifest), 'bin/node');
    return existsSync(node) ? node : process.execPath;
  } catch {
    return process.execPath;
  }
}

const ofTheTestRunner = /^(?:NODE_ENV|NODE_OPTIONS|NODE_V8_COVERAGE|VITEST.*|TEST|VITE_.*|DEV|PROD|MODE|BASE_URL|SSR|FORCE_COLOR|npm_.*)$/;

function environment(changes: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const { XDG_CACHE_HOME: cache } = changes;
  // Registries of tests come and go at the same ports: who remembers their keys is as new as what is kept of them.
  const config = cache === undefined ? {} : { XDG_CONFIG_HOME: join(cache, 'config') };
  const all = { ...process.env, ...config, NO_COLOR: '1', LC_ALL: 'C.UTF-8', TZ: 'UTC', NODE_COMPILE_CACHE: compileCache };
  const kept = Object.entries(all).filter(([name]) => !ofTheTestRunner.test(name));
  const result: Record<string, string> = {};
  for (const [name, value] of [...kept, ...Object.entries(changes)]) {
    if (value === undefined) delete result[name];
    else result[name] = value;
  }
  return result;
}
